import { shownUpload } from '../../core/forms/upload.ts'
import type { TextValue } from '../../core/shared/text.ts'
import { html, type Html } from './html.ts'
import type { Reader } from './reader.ts'

/** An uploaded file as a link with its name and size; undefined for every other value. @param showsPictures a picture is shown above its link */
export function fileLink(reader: Reader, value: TextValue, showsPictures = false): Html | undefined {
  const file = shownUpload(value)
  if (file === undefined) return undefined
  const { name, size, page, isImage } = file
  return html`${showsPictures && isImage && html`<img class="upload" src="${page}" alt="${name}" loading="lazy" />`}
    <a href="${page}" target="_blank" rel="noopener"><bdi>${name}</bdi></a> ${reader.say(size)}`
}

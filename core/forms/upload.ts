import { isText, type Text, type TextValue } from '../shared/text.ts'
import type { UploadType } from './upload.rules.ts'
import { uploadTexts } from './upload.texts.ts'

const { say } = uploadTexts
const REFERENCE = /^upload:([0-9a-z]{20})$/

/** What is told of an uploaded file. */
export interface UploadFacts {
  readonly id: string
  /** One line, with the ending that fits what it is. */
  readonly name: string
  readonly mediaType: UploadType
  /** In bytes. */
  readonly size: number
}

/** A file for whoever may open it. */
export interface OpenedUpload extends UploadFacts {
  readonly bytes: Uint8Array
}

/** How an answer names an uploaded file. */
export const uploadReference = (id: string): string => `upload:${id}`

/** The uploaded file that an answer names; undefined for any other answer. */
export const uploadIdOf = (answer: unknown): string | undefined =>
  typeof answer === 'string' ? REFERENCE.exec(answer.trim())?.[1] : undefined

/** Every uploaded file that is named, each once. */
export const uploadIdsOf = (answers: readonly unknown[]): readonly string[] => [
  ...new Set(answers.flatMap((answer) => uploadIdOf(answer) ?? [])),
]

/** Where a file is opened, below the product's own address. */
export const uploadPage = (id: string): string => `/files/${id}`

/** The answer that is meant by the address of one of our own files; anything else as it was typed. */
export function readUploadPage(typed: string, publicOrigin: string): string {
  const start = `${publicOrigin}/files/`
  const text = typed.trim()
  const reference = uploadReference(text.slice(start.length))
  return text.startsWith(start) && uploadIdOf(reference) !== undefined ? reference : typed
}

/** A file by name, size and address. `undefined`: it is not kept any more. */
export function uploadText(upload: UploadFacts | undefined): Text {
  if (upload === undefined) return say('gone')
  const { id, name, size } = upload
  const values = { name, kilobytes: Math.ceil(size / 1024), page: { page: uploadPage(id) } }
  return isImage(upload) ? say('image', values) : say('file', values)
}

export const isImage = ({ mediaType }: Pick<UploadFacts, 'mediaType'>): boolean => mediaType.startsWith('image/')

/** What {@link uploadText} says, for surfaces that draw a file in a way of their own. */
export function shownUpload(
  value: TextValue,
): { readonly name: string; readonly size: Text; readonly page: string; readonly isImage: boolean } | undefined {
  if (typeof value !== 'object' || !isText(value) || (value.key !== 'upload.file' && value.key !== 'upload.image')) return undefined
  const { name, kilobytes, page } = value.values
  if (typeof name !== 'string' || typeof kilobytes !== 'number' || typeof page !== 'object' || !('page' in page)) return undefined
  return { name, size: say('size', { kilobytes }), page: page.page, isImage: value.key === 'upload.image' }
}

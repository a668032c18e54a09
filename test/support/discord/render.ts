import { ComponentType } from 'discord-api-types/v10'
import { isJson, type Json, listOf, textOf, withoutNulls } from './json.ts'

/** A file that came with a request: `id` is its number in `files[id]` or the id of a kept attachment. */
export interface UploadedFile {
  readonly id: string
  readonly name: string
  readonly contentType: string
  readonly data: Uint8Array
}

/** An attachment in an answer. */
export interface Attachment extends Json {
  id: string
  filename: string
  size: number
  url: string
  proxy_url: string
}

/** What Discord makes of embeds: `type: rich`, media with a proxy address, fields with `inline`. */
export function renderEmbeds(embeds: unknown, attachments: readonly Attachment[]): Json[] {
  return listOf(embeds).map((embed) => {
    const { fields, image, thumbnail, author, footer, timestamp, ...rest } = withoutNulls(embed)
    return withoutNulls({
      ...rest,
      type: 'rich',
      timestamp: typeof timestamp === 'string' ? new Date(timestamp).toISOString().replace('Z', '000+00:00') : undefined,
      fields: Array.isArray(fields) ? listOf(fields).map((field) => ({ ...field, inline: field['inline'] === true })) : undefined,
      image: isJson(image) ? embedMedia(image, attachments) : undefined,
      thumbnail: isJson(thumbnail) ? embedMedia(thumbnail, attachments) : undefined,
      author: isJson(author) ? withoutNulls(author) : undefined,
      footer: isJson(footer) ? withoutNulls(footer) : undefined,
    })
  })
}

function embedMedia(media: Json, attachments: readonly Attachment[]): Json {
  const url = resolveAddress(textOf(media['url']), attachments)
  return { url, proxy_url: url }
}

const resolveAddress = (url: string, attachments: readonly Attachment[]): string => {
  const name = /^attachment:\/\/(.*)$/.exec(url)?.[1]
  return attachments.find((each) => each.filename === name)?.url ?? url
}

/** Gives every component its number and Discord's defaults. Numbers count up from 1 over the whole message, as Discord's do. */
export function renderComponents(components: unknown, attachments: readonly Attachment[], mediaId: () => string): Json[] {
  const taken = new Set<number>()
  const collect = (value: unknown): void => {
    for (const component of listOf(value)) {
      if (typeof component['id'] === 'number' && component['id'] > 0) taken.add(component['id'])
      collect(component['components'])
      collect([component['accessory']])
    }
  }
  collect(components)
  let last = 0
  const number = (component: Json): number => {
    if (typeof component['id'] === 'number' && component['id'] > 0) return component['id']
    do last += 1
    while (taken.has(last))
    return last
  }
  const media = (value: unknown): Json => {
    const url = resolveAddress(isJson(value) ? textOf(value['url']) : '', attachments)
    const attachment = attachments.find((each) => each.url === url)
    return { id: mediaId(), url, proxy_url: url, ...(attachment ? { attachment_id: attachment.id } : {}) }
  }
  const one = (original: Json): Json => {
    const component: Json = { ...withoutNulls(original), id: number(original) }
    if (Array.isArray(component['components'])) component['components'] = listOf(component['components']).map(one)
    if (isJson(component['accessory'])) component['accessory'] = one(component['accessory'])
    return { ...component, ...defaults(component) }
  }
  const defaults = (component: Json): Json => {
    switch (component['type']) {
      case ComponentType.Container:
        return { accent_color: component['accent_color'] ?? null, spoiler: component['spoiler'] === true }
      case ComponentType.Separator:
        return { spacing: component['spacing'] ?? 1, divider: component['divider'] !== false }
      case ComponentType.Thumbnail:
        return { media: media(component['media']), description: component['description'] ?? null, spoiler: component['spoiler'] === true }
      case ComponentType.MediaGallery:
        return {
          items: listOf(component['items']).map((item) => ({
            media: media(item['media']),
            description: item['description'] ?? null,
            spoiler: item['spoiler'] === true,
          })),
        }
      case ComponentType.File: {
        const file = media(component['file'])
        const attachment = attachments.find((each) => each.url === file['url'])
        return { file, name: attachment?.filename ?? null, size: attachment?.size ?? null, spoiler: component['spoiler'] === true }
      }
      case ComponentType.StringSelect:
      case ComponentType.UserSelect:
      case ComponentType.RoleSelect:
      case ComponentType.MentionableSelect:
      case ComponentType.ChannelSelect:
        return { min_values: component['min_values'] ?? 1, max_values: component['max_values'] ?? 1 }
      default:
        return {}
    }
  }
  return listOf(components).map(one)
}

/** Attachments after a request: the kept ones (edit) and the new files, described by `attachments` of the body. */
export function renderAttachments(
  body: Json,
  files: readonly UploadedFile[],
  kept: readonly Attachment[],
  channelId: string,
  nextId: () => string,
): Attachment[] {
  const described = listOf(body['attachments'])
  const remaining = Array.isArray(body['attachments']) ? kept.filter((each) => described.some((one) => one['id'] === each.id)) : kept
  const added = files.map((file): Attachment => {
    const about = described.find((each) => String(each['id']) === file.id)
    const id = nextId()
    const filename = textOf(about?.['filename']) || file.name
    const url = `https://cdn.discordapp.com/attachments/${channelId}/${id}/${encodeURIComponent(filename)}`
    const description = textOf(about?.['description'])
    return {
      id,
      filename,
      size: file.data.length,
      url,
      proxy_url: url.replace('cdn.discordapp.com', 'media.discordapp.net'),
      content_type: file.contentType,
      ...(description === '' ? {} : { description }),
    }
  })
  return [...remaining, ...added]
}

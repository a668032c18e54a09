import { badRequest } from './api-refusal.ts'
import type { ApiMessage, Payload, UploadedFile } from './api-types.ts'
import { FILE_MARK } from './bot-api-contract.ts'
import type { ChatRecord } from './chat-world.ts'
import { seconds, type FakeState } from './fake-state.ts'
import { readCaption, readMessageText, type FormattedText } from './formatted-text.ts'
import type { Files, MethodTable } from './method-table.ts'
import { optionalPart, replyParametersShape } from './payload-shapes.ts'
import { chatIdOf, optionalInteger } from './read-payload.ts'
import { readReplyMarkup } from './reply-markup.ts'
import { viewOf, withoutReply } from './sent-message.ts'

const MAX_PHOTO_BYTES = 10 * 1024 * 1024
const MAX_DOCUMENT_BYTES = 50 * 1024 * 1024

const ACTIONS: ReadonlySet<string> = new Set([
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
])

/** Methods that make a new message. */
export function sendMethods(state: FakeState): MethodTable {
  return {
    sendMessage: (payload) => {
      const formatted = readMessageText(payload)
      return post(state, payload, formatted, { text: formatted.text, ...entities('entities', formatted) }, undefined)
    },
    sendPhoto: (payload, files) => {
      if (!state.world.reach(chatIdOf(payload)).takesPhotos) throw badRequest('not enough rights to send photos to the chat')
      const formatted = readCaption(payload)
      const media = readMedia(state, payload['photo'], files, 'photo')
      return post(state, payload, formatted, { photo: [media.photo], ...caption(formatted) }, media.file)
    },
    sendDocument: (payload, files) => {
      const formatted = readCaption(payload)
      const media = readMedia(state, payload['document'], files, 'document')
      return post(state, payload, formatted, { document: media.document, ...caption(formatted) }, media.file)
    },
    sendChatAction: (payload) => {
      state.world.reachForWriting(chatIdOf(payload), optionalInteger(payload, 'message_thread_id'))
      if (!ACTIONS.has(String(payload['action']))) throw badRequest('wrong parameter action in request')
      return true
    },
  }
}

function post(
  state: FakeState,
  payload: Payload,
  formatted: FormattedText,
  content: Partial<ApiMessage>,
  file: UploadedFile | undefined,
): ApiMessage {
  const { world } = state
  const topicId = optionalInteger(payload, 'message_thread_id')
  const record = world.reachForWriting(chatIdOf(payload), topicId)
  const markup = readReplyMarkup(payload, record.chat)
  const replyTo = readReplyTo(payload, record)
  state.floodLimits?.count(record.chat, state.now())
  const message: ApiMessage = {
    message_id: world.nextMessageId(record),
    date: seconds(state.now()),
    chat: record.chat,
    ...(record.chat.type === 'channel' ? { sender_chat: record.chat } : { from: state.bot }),
    ...(topicId === undefined ? {} : { message_thread_id: topicId, is_topic_message: true }),
    ...(replyTo ? { reply_to_message: replyTo } : {}),
    ...content,
    ...(markup ? { reply_markup: markup } : {}),
  }
  const stored = world.store(record, message, {
    source: formatted.source,
    parseMode: formatted.parseMode,
    file,
    replyMarkup: payload['reply_markup'],
  })
  stored.fromBot = true
  record.lastBotToSpeak = state.bot.id
  state.journal.append({ kind: 'sent', message: viewOf(stored) })
  return message
}

function readReplyTo(payload: Payload, record: ChatRecord): ApiMessage | undefined {
  const parameters = optionalPart(payload, 'reply_parameters', replyParametersShape)
  if (parameters === undefined) return undefined
  const stored = record.messages.get(parameters.message_id)
  if (!stored || stored.deleted) {
    if (parameters.allow_sending_without_reply) return undefined
    throw badRequest('message to be replied not found')
  }
  return withoutReply(stored.api)
}

export const entities = (key: 'entities' | 'caption_entities', formatted: FormattedText): Partial<ApiMessage> =>
  formatted.entities.length > 0 ? { [key]: formatted.entities } : {}

export const caption = (formatted: FormattedText): Partial<ApiMessage> =>
  formatted.text === '' ? {} : { caption: formatted.text, ...entities('caption_entities', formatted) }

export interface Media {
  photo: object
  document: object
  file: UploadedFile | undefined
}

/** A file that came with the call, one sent before (its file_id) or a web address. */
export function readMedia(state: FakeState, value: unknown, files: Files, kind: 'photo' | 'document'): Media {
  if (value === undefined) throw badRequest(`there is no ${kind} in the request`)
  if (typeof value === 'string' && value.startsWith('attach://')) return uploaded(state, files.get(value.slice('attach://'.length)), kind)
  if (value !== null && typeof value === 'object' && FILE_MARK in value) return uploaded(state, files.get(String(value[FILE_MARK])), kind)
  if (typeof value !== 'string') throw badRequest(`there is no ${kind} in the request`)
  if (/^https?:\/\//.test(value)) return described(`web-${value.length}`, kind, undefined)
  const known = state.files.get(value)
  if (!known) throw badRequest("wrong remote file identifier specified: can't unserialize it. Wrong last symbol")
  return described(value, kind, known)
}

function uploaded(state: FakeState, file: UploadedFile | undefined, kind: 'photo' | 'document'): Media {
  if (!file) throw badRequest(`there is no ${kind} in the request`)
  if (file.bytes.length === 0) throw badRequest('file must be non-empty')
  if (file.bytes.length > MAX_DOCUMENT_BYTES) throw badRequest('file is too big')
  if (kind === 'photo') {
    if (file.bytes.length > MAX_PHOTO_BYTES)
      throw badRequest(`file of size ${file.bytes.length} bytes is too big for a photo; the maximum size is 10485760 bytes`)
    if (!isImage(file.bytes)) throw badRequest('IMAGE_PROCESS_FAILED')
  }
  const id = `file-${state.files.size + 1}`
  state.files.set(id, file)
  return described(id, kind, file)
}

function described(id: string, kind: 'photo' | 'document', file: UploadedFile | undefined): Media {
  const base = { file_id: id, file_unique_id: `unique-${id}`, ...(file ? { file_size: file.bytes.length } : {}) }
  const size = kind === 'photo' && file ? imageSize(file.bytes) : { width: 90, height: 90 }
  if (size.width + size.height > 10_000 || size.width > size.height * 20 || size.height > size.width * 20)
    throw badRequest('PHOTO_INVALID_DIMENSIONS')
  return { photo: { ...base, ...size }, document: { ...base, ...(file ? { file_name: file.fileName } : {}) }, file }
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

function isImage(bytes: Buffer): boolean {
  const isPng = bytes.subarray(0, 8).equals(PNG) && bytes.length >= 24
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8
  const isWebp = bytes.subarray(8, 12).toString('latin1') === 'WEBP'
  return isPng || isJpeg || isWebp
}

/** Real for PNG (what charts are); of other kinds a size that is always accepted. */
function imageSize(bytes: Buffer): { width: number; height: number } {
  return bytes.subarray(0, 8).equals(PNG) ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) } : { width: 90, height: 90 }
}

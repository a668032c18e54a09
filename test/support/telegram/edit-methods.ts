import { isDeepStrictEqual } from 'node:util'
import { badRequest } from './api-refusal.ts'
import type { ApiMessage, Payload } from './api-types.ts'
import type { ChatRecord } from './chat-world.ts'
import { seconds, type FakeState } from './fake-state.ts'
import { readCaption, readMessageText, type FormattedText } from './formatted-text.ts'
import type { MethodTable } from './method-table.ts'
import { mediaShape, messageIdsShape, requiredPart } from './payload-shapes.ts'
import { chatIdOf, optionalInteger, requiredInteger } from './read-payload.ts'
import { readReplyMarkup } from './reply-markup.ts'
import { caption, entities, readMedia } from './send-methods.ts'
import { viewOf, type StoredMessage } from './sent-message.ts'

const NOT_MODIFIED =
  'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message'
const DELETABLE_FOR_MS = 48 * 3_600_000
const MAX_DELETED_AT_ONCE = 100

/** Methods that change or remove a message. */
export function editMethods(state: FakeState): MethodTable {
  return {
    editMessageText: (payload) => {
      const formatted = readMessageText(payload)
      const { stored, record } = target(state, payload)
      if (stored.api.text === undefined) throw badRequest('there is no text in the message to edit')
      const { text: _text, entities: _entities, ...rest } = stored.api
      return change(state, stored, payload, record, { ...rest, text: formatted.text, ...entities('entities', formatted) }, formatted)
    },
    editMessageCaption: (payload) => {
      const formatted = readCaption(payload)
      const { stored, record } = target(state, payload)
      if (!stored.api.photo && !stored.api.document) throw badRequest('there is no caption in the message to edit')
      const { caption: _caption, caption_entities: _entities, ...rest } = stored.api
      return change(state, stored, payload, record, { ...rest, ...caption(formatted) }, formatted)
    },
    editMessageMedia: (payload, files) => {
      const media = requiredPart(payload, 'media', mediaShape)
      const kind = media.type
      if (kind !== 'photo' && kind !== 'document') throw badRequest(`media of type ${kind} is not kept by this fake`)
      const formatted = readCaption(media)
      const { stored, record } = target(state, payload)
      const described = readMedia(state, media.media, files, kind)
      const { text: _t, entities: _e, caption: _c, caption_entities: _ce, photo: _p, document: _d, ...rest } = stored.api
      const content = kind === 'photo' ? { photo: [described.photo] } : { document: described.document }
      return change(state, stored, payload, record, { ...rest, ...content, ...caption(formatted) }, formatted, described.file)
    },
    editMessageReplyMarkup: (payload) => {
      const { stored, record } = target(state, payload)
      return change(state, stored, payload, record, stored.api, undefined)
    },
    deleteMessage: (payload) => {
      const record = state.world.reach(chatIdOf(payload))
      remove(state, record, state.world.message(record, requiredInteger(payload, 'message_id'), 'message to delete not found'))
      return true
    },
    deleteMessages: (payload) => {
      const record = state.world.reach(chatIdOf(payload))
      const ids = requiredPart(payload, 'message_ids', messageIdsShape)
      if (ids.length < 1 || ids.length > MAX_DELETED_AT_ONCE) throw badRequest('too many messages to delete')
      for (const id of ids) {
        const stored = record.messages.get(id)
        if (stored && !stored.deleted) remove(state, record, stored)
      }
      return true
    },
  }
}

function target(state: FakeState, payload: Payload): { stored: StoredMessage; record: ChatRecord } {
  if (payload['inline_message_id'] !== undefined) throw badRequest('MESSAGE_ID_INVALID')
  const record = state.world.reach(chatIdOf(payload))
  const messageId = optionalInteger(payload, 'message_id')
  if (messageId === undefined) throw badRequest('message identifier is not specified')
  const stored = state.world.message(record, messageId, 'message to edit not found')
  if (!stored.fromBot) throw badRequest("message can't be edited")
  return { stored, record }
}

/** An edit without reply_markup takes the keyboard away, as on the platform. */
function change(
  state: FakeState,
  stored: StoredMessage,
  payload: Payload,
  record: ChatRecord,
  next: ApiMessage,
  formatted: FormattedText | undefined,
  file = stored.file,
): ApiMessage {
  const markup = readReplyMarkup(payload, record.chat)
  const { edit_date: _before, reply_markup: _markup, ...content } = next
  const { edit_date: _date, ...current } = stored.api
  const changed: ApiMessage = { ...content, ...(markup ? { reply_markup: markup } : {}) }
  if (isDeepStrictEqual(changed, current)) throw badRequest(NOT_MODIFIED)
  stored.api = { ...changed, edit_date: seconds(state.now()) }
  stored.replyMarkup = payload['reply_markup']
  stored.file = file
  if (formatted) {
    stored.source = formatted.source
    stored.parseMode = formatted.parseMode
  }
  stored.edits++
  state.journal.append({ kind: 'edited', message: viewOf(stored) })
  return stored.api
}

function remove(state: FakeState, record: ChatRecord, stored: StoredMessage): void {
  const ownOrPrivate = stored.fromBot || record.chat.type === 'private'
  if (!ownOrPrivate && record.botStatus !== 'administrator') throw badRequest("message can't be deleted")
  if (state.now() - stored.api.date * 1000 > DELETABLE_FOR_MS) throw badRequest("message can't be deleted for everyone")
  stored.deleted = true
  state.journal.append({ kind: 'deleted', chatId: record.chat.id, messageId: stored.api.message_id })
}

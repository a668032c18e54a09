import { badRequest } from './api-refusal.ts'
import type { ApiUser, MemberStatus, Payload } from './api-types.ts'
import type { ChatRecord } from './chat-world.ts'
import type { FakeState } from './fake-state.ts'
import type { MethodTable } from './method-table.ts'
import { chatIdOf, optionalText, requiredInteger } from './read-payload.ts'

const MAX_ANSWER = 200
const TOO_OLD = 'query is too old and response timeout expired or query ID is invalid'

/** Methods about chats, their members, pressed buttons and files. */
export function chatMethods(state: FakeState): MethodTable {
  const { world } = state
  return {
    getChat: (payload) => {
      const { chat } = world.reach(chatIdOf(payload))
      return {
        ...chat,
        accent_color_id: 0,
        max_reaction_count: 11,
        accepted_gift_types: {
          unlimited_gifts: false,
          limited_gifts: false,
          unique_gifts: false,
          premium_subscription: false,
          gifts_from_channels: false,
        },
      }
    },
    getChatMember: (payload) => {
      const record = world.reach(chatIdOf(payload))
      const userId = requiredInteger(payload, 'user_id')
      const user = world.users.get(userId)
      if (!user) throw badRequest('PARTICIPANT_ID_INVALID')
      return memberOf(user, statusIn(state, record, userId))
    },
    getChatAdministrators: (payload) => {
      const record = world.reach(chatIdOf(payload))
      if (record.chat.type === 'private') throw badRequest('there are no administrators in the private chat')
      const statuses: [number, MemberStatus][] = [...record.members, [world.bot.id, statusIn(state, record, world.bot.id)]]
      return statuses
        .filter(([, status]) => status === 'creator' || status === 'administrator')
        .map(([id, status]) => memberOf(world.user(id), status))
    },
    getChatMemberCount: (payload) => {
      const record = world.reach(chatIdOf(payload))
      return [...record.members.values()].filter((status) => status !== 'left' && status !== 'kicked').length + 1
    },
    leaveChat: (payload) => {
      const record = world.reach(chatIdOf(payload))
      if (record.chat.type === 'private') throw badRequest("chat member status can't be changed in private chats")
      record.botStatus = 'left'
      return true
    },
    answerCallbackQuery: (payload) => answerCallbackQuery(state, payload),
    getFile: (payload) => {
      const id = optionalText(payload, 'file_id') ?? ''
      const file = state.files.get(id)
      if (!file) throw badRequest('invalid file_id')
      return { file_id: id, file_unique_id: `unique-${id}`, file_size: file.bytes.length, file_path: `files/${id}` }
    },
  }
}

function answerCallbackQuery(state: FakeState, payload: Payload): true {
  const query = state.callbackQueries.get(optionalText(payload, 'callback_query_id') ?? '')
  const text = optionalText(payload, 'text')
  if (text !== undefined && text.length > MAX_ANSWER) throw badRequest('MESSAGE_TOO_LONG')
  if (!query || query.answered || query.expired || state.now() - query.createdAt > state.callbackQueryTtlMs) throw badRequest(TOO_OLD)
  const url = optionalText(payload, 'url')
  if (url !== undefined && !url.startsWith(`https://t.me/${String(state.bot.username)}?start=`)) throw badRequest('URL_INVALID')
  query.answered = true
  const cacheTime = typeof payload['cache_time'] === 'number' ? payload['cache_time'] : 0
  state.journal.append({
    kind: 'callback',
    queryId: query.id,
    answer: {
      showAlert: payload['show_alert'] === true,
      cacheTime,
      ...(text === undefined ? {} : { text }),
      ...(url === undefined ? {} : { url }),
    },
  })
  return true
}

function statusIn(state: FakeState, record: ChatRecord, userId: number): MemberStatus {
  if (userId === state.bot.id) return record.botStatus === 'never-started' ? 'left' : record.botStatus
  return record.members.get(userId) ?? (record.chat.id === userId ? 'member' : 'left')
}

const ADMIN_RIGHTS = {
  can_be_edited: false,
  is_anonymous: false,
  can_manage_chat: true,
  can_delete_messages: true,
  can_manage_video_chats: true,
  can_restrict_members: true,
  can_promote_members: false,
  can_change_info: true,
  can_invite_users: true,
  can_post_stories: false,
  can_edit_stories: false,
  can_delete_stories: false,
}

const RESTRICTED_RIGHTS = {
  is_member: true,
  can_send_messages: false,
  can_send_audios: false,
  can_send_documents: false,
  can_send_photos: false,
  can_send_videos: false,
  can_send_video_notes: false,
  can_send_voice_notes: false,
  can_send_polls: false,
  can_send_other_messages: false,
  can_add_web_page_previews: false,
  can_react_to_messages: false,
  can_edit_tag: false,
  can_change_info: false,
  can_invite_users: false,
  can_pin_messages: false,
  can_manage_topics: false,
  until_date: 0,
}

/** What a ChatMember tells beside the person and the status. */
const DETAILS: Readonly<Record<MemberStatus, object>> = {
  creator: { is_anonymous: false },
  administrator: ADMIN_RIGHTS,
  member: {},
  restricted: RESTRICTED_RIGHTS,
  left: {},
  kicked: { until_date: 0 },
}

/** ChatMember of the Bot API. */
export const memberOf = (user: ApiUser, status: MemberStatus): object => ({ status, user, ...DETAILS[status] })

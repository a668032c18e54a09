import type { GuildReport, Right } from '../../core/shared/chat-app.ts'
import { ApiFailure } from './api-failure.ts'
import type { ChatAliases } from './chat-aliases.ts'
import type { TelegramApi } from './telegram-api.ts'

/** What the bot may do in a group: its own place there, and what the group allows to everyone (Bot API, "ChatMember", "ChatPermissions"). @throws Fault */
export async function inspectChat(api: TelegramApi, aliases: ChatAliases, userId: number, communityId: string): Promise<GuildReport> {
  try {
    const [chat, member] = await aliases.reach(Number(communityId), (chat_id) =>
      Promise.all([api.call('getChat', { chat_id }), api.call('getChatMember', { chat_id, user_id: userId })]),
    )
    const name = 'title' in chat && chat.title !== undefined ? chat.title : communityId
    const may =
      member.status === 'restricted' ? member : member.status === 'member' && 'permissions' in chat ? (chat.permissions ?? {}) : undefined
    const missing: Right[] = [
      ...(may?.can_send_messages === false ? (['send'] as const) : []),
      ...(may?.can_send_documents === false ? (['attach'] as const) : []),
    ]
    return { channels: [{ name, missing: isOut(member.status) ? 'all' : missing }], commands: 'unknown', isAdministrator: false }
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error
    if (error.kind === 'limited' || error.kind === 'temporary' || error.kind === 'conflict') throw error.toFault()
    // The group is gone, or the bot was put out of it.
    return { channels: [{ name: communityId, missing: 'all' }], commands: 'unknown', isAdministrator: false }
  }
}

const isOut = (status: string): boolean => status === 'left' || status === 'kicked'

import type { ChatAccount, ChatPlace, Platform } from '../../core/shared/actor.ts'
import { runLine, runPress } from '../../core/shared/chat-line.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { isIssued } from '../../core/shared/press.ts'
import { PLAIN_STYLE, type Community } from './community.ts'

export type Heard = Answer & { readonly text: string }

/** One chat account of a person, typing to the composed product. */
export interface Chatter {
  readonly account: ChatAccount
  say(line: string, key?: string): Promise<Heard>
  /** Presses the first button of an answer. */
  press(answer: Answer, key?: string): Promise<Heard>
  memberId(): Promise<string>
}

let keys = 0

export function chatter(community: Community, platform: Platform, name: string): Chatter {
  const { chat, database } = community
  const account: ChatAccount = { platform, userId: `${platform}-${name}`, name, handle: name }
  const place: ChatPlace = { kind: 'private', chatId: account.userId }
  const heard = (answer: Answer): Heard => ({ ...answer, text: JSON.stringify(answer.reply, (_key, value: unknown) => spoken(value)) })
  const spoken = (value: unknown): unknown => {
    if (typeof value === 'bigint') return `${value} nano`
    return value
  }
  const next = () => `${platform}:${(keys += 1)}`
  return {
    account,
    say: async (line, key = next()) => heard(await runLine(chat, account, place, line, key)),
    async press(answer, key = next()) {
      const button = answer.reply.buttons?.[0]
      if (button === undefined || !isIssued(button))
        throw new Error(`no button in ${answer.reply.lines.map((line) => chat.speak(line, 'en', PLAIN_STYLE)).join(' ')}`)
      return heard(await runPress(chat, account, place, button.token, key))
    },
    memberId: async () =>
      (await database.prisma.chatAccount.findUniqueOrThrow({ where: { platform_userId: { platform, userId: account.userId } } })).memberId,
  }
}

/** Links two accounts: a code of the one, typed on the other, confirmed. */
export async function linkAccounts(one: Chatter, other: Chatter): Promise<Heard> {
  const code = (await one.say('link')).reply.verbatim ?? ''
  return other.press(await other.say(`link ${code}`))
}

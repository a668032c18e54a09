import { tooManyRequests } from './api-refusal.ts'
import type { ApiChat } from './api-types.ts'

const SECOND = 1000
const MINUTE = 60_000
/** https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this */
const MESSAGES_A_SECOND = 30
const MESSAGES_A_MINUTE_IN_A_GROUP = 20

/** The platform's sending limits by its published numbers: 30 a second over all chats, 20 a minute in one group. */
export class FloodLimits {
  private all: number[] = []
  private readonly byGroup = new Map<number, number[]>()

  /** Counts one message at `now` (milliseconds). @throws ApiRefusal 429 when it is one too many; it is not counted then */
  count(chat: ApiChat, now: number): void {
    this.all = within(this.all, now, SECOND, MESSAGES_A_SECOND)
    if (chat.type !== 'private') {
      const group = within(this.byGroup.get(chat.id) ?? [], now, MINUTE, MESSAGES_A_MINUTE_IN_A_GROUP)
      this.byGroup.set(chat.id, [...group, now])
    }
    this.all.push(now)
  }
}

function within(times: readonly number[], now: number, span: number, most: number): number[] {
  const recent = times.filter((time) => time > now - span)
  const [oldest] = recent
  if (oldest !== undefined && recent.length >= most) throw tooManyRequests(Math.ceil((oldest + span - now) / SECOND))
  return recent
}

import type { Announcement } from '../announce/announce.types.ts'
import type { Reply } from '../shared/reply.ts'
import type { OwnWords } from '../shared/text.ts'
import { kindName } from './review-card.ts'
import { reviewTexts } from './review.texts.ts'
import type { ReviewItem } from './review.types.ts'

const { say } = reviewTexts

/** What everybody in the committee's channel may see of an item: not what it says, and not who sent it in. */
export interface PublicItem extends Pick<ReviewItem, 'kind' | 'subject' | 'state' | 'needed'> {
  readonly title: OwnWords | undefined
  readonly answered: number
}

/** The card of an item, edited in place as it goes on; its button opens the item for those who may. */
export function renderPublicItem({ kind, subject, state, needed, title, answered }: PublicItem): Reply {
  const values = { subject, title: title ?? kindName(kind) }
  // Never nobody while it is open: an answer that did not decide takes one more.
  const missing = Math.max(1, needed - answered)
  return {
    audience: 'public',
    tone: 'info',
    card: subject,
    lines: [
      state === 'open'
        ? say('openCard', { ...values, missing, needed })
        : say(state === 'decided' ? 'closedCard' : 'withdrawnCard', values),
    ],
    ...(state === 'open'
      ? { buttons: [{ label: say('buttonOpen'), command: 'review show', input: { subject }, allowed: 'anyone', style: 'primary' }] }
      : {}),
  }
}

/** Said to the committee when an item is put before a panel. */
export function itemOpened(item: PublicItem): Announcement {
  return { topic: 'reviews', subject: item.subject, card: item.subject, reply: renderPublicItem(item) }
}

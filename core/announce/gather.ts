import type { Reply } from '../shared/reply.ts'
import { announceTexts } from './announce.texts.ts'

/** Announcements in one message: what a chat shows and people read at once. */
export const MOST_GATHERED = 20
const LINES_EACH = 3

/** Several announcements as one message that lists them, oldest first; one alone stays as it is. */
export function gather(replies: readonly [Reply, ...Reply[]]): Reply {
  const [first, ...others] = replies
  if (others.length === 0) return first
  return {
    audience: 'public',
    tone: 'info',
    title: announceTexts.say('gathered', { count: replies.length }),
    lines: replies.flatMap(({ title, lines }) => [...(title === undefined ? [] : [title]), ...lines].slice(0, LINES_EACH)),
  }
}

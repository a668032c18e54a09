import type { Text } from '../shared/text.ts'
import { inboxTexts } from './inbox.texts.ts'
import type { InboxMessage } from './inbox.types.ts'

const { say } = inboxTexts

/** Messages one under the other, each with its time. */
export function messageLines(messages: readonly InboxMessage[]): readonly Text[] {
  return messages.flatMap(({ at, reply }) => reply.lines.map((text, index) => (index === 0 ? say('line', { at: { at }, text }) : text)))
}

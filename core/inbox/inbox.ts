import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { carried, codeField } from '../shared/field.ts'
import { done } from '../shared/refusal.ts'
import type { Button, Reply } from '../shared/reply.ts'
import type { InboxPort } from './inbox.port.ts'
import { inboxTexts } from './inbox.texts.ts'
import { messageCode, type InboxMessage } from './inbox.types.ts'
import { messageLines } from './message-lines.ts'

const { say } = inboxTexts
/** A page that fits a phone. */
const SHOWN = 5

interface Page {
  readonly kind: 'new' | 'nothing-new' | 'older'
  readonly shown: readonly InboxMessage[]
  /** Unread ones that this page has no room for. */
  readonly left: number
  readonly hasOlder: boolean
}

export const inboxCommand = defineCommand({
  name: ['inbox'],
  summary: say('inboxSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ before: carried(codeField(say('before'), 'MSG').optional()) }),
  async run({ actor: { memberId }, now, port }: Run<InboxPort>, { before }) {
    if (before !== undefined) return done<Page>({ kind: 'older', left: 0, ...(await port.older(memberId, before, SHOWN, now)) })
    const unread = await port.unread(memberId, SHOWN, now)
    if (unread.shown.length > 0) return done<Page>({ kind: 'new', ...unread })
    return done<Page>({ kind: 'nothing-new', left: 0, ...(await port.older(memberId, undefined, SHOWN, now)) })
  },
  render(page): Reply {
    const last = page.shown.at(-1)
    if (last === undefined) return { audience: 'private', tone: 'info', lines: [say('empty'), say('emptyNext')] }
    const title = { new: say('newTitle'), 'nothing-new': say('nothingNew'), older: say('olderTitle') }[page.kind]
    const onward = buttonOn(page, last)
    return {
      audience: 'private',
      tone: 'info',
      title,
      lines: messageLines(page.shown),
      ...(onward === undefined ? {} : { buttons: [onward] }),
    }
  },
})

/** Unread ones come before older ones. */
function buttonOn({ left, hasOlder }: Page, last: InboxMessage): Button | undefined {
  if (left > 0) return { label: say('buttonMore', { count: left }), command: 'inbox', input: {}, allowed: 'owner' }
  if (!hasOlder) return undefined
  return { label: say('buttonOlder'), command: 'inbox', input: { before: messageCode(last.number) }, allowed: 'owner' }
}

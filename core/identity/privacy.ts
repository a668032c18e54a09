import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import type { Text } from '../shared/text.ts'
import { identityTexts } from './identity.texts.ts'
import type { IdentityPort } from './identity.port.ts'

const { say } = identityTexts

export const privacyHideCommand = privacyCommand('hide', say('hideSummary'), true, [say('hidden'), say('hiddenKept'), say('hiddenNext')])
export const privacyShowCommand = privacyCommand('show', say('showSummary'), false, [say('shown'), say('shownNext')])

/** Nothing but names in public lists changes: what was earned, the own rank and statements, which name nobody, stay. */
function privacyCommand(word: string, summary: Text, hidden: boolean, lines: readonly Text[]) {
  return defineCommand({
    name: ['privacy', word],
    summary,
    access: 'member',
    effect: 'write',
    audience: 'private',
    input: z.object({}),
    async run({ actor, port }: Run<Pick<IdentityPort, 'setHidden'>>) {
      await port.setHidden(actor.memberId, hidden)
      return done(lines)
    },
    render: (said) => ({ audience: 'private', tone: 'done', lines: said }),
  })
}

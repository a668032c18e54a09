import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { choiceField } from '../shared/field.ts'
import { done } from '../shared/refusal.ts'
import { LANGUAGES } from '../shared/text.ts'
import { identityTexts } from './identity.texts.ts'
import type { IdentityPort } from './identity.port.ts'

const { say } = identityTexts
const LANGUAGE_NAMES = { en: say('languageEn'), zh: say('languageZh') }

export const languageCommand = defineCommand({
  name: ['language'],
  summary: say('languageSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ language: choiceField(say('language'), LANGUAGES, LANGUAGE_NAMES) }),
  async run({ actor, port }: Run<IdentityPort>, { language }) {
    await port.setLanguage(actor.memberId, language)
    return done({ language })
  },
  render: ({ language }) => ({ audience: 'private', language, tone: 'done', lines: [say('languageSet')] }),
})

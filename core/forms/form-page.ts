import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { unlogged, verbatimField } from '../shared/field.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import { nextField, type AskedField } from './asked-fields.ts'
import { no } from './conditions.ts'
import { keepable, keepAnswers, openDraft, type Filling } from './filling.ts'
import { formCode, MAX_FIELDS, MAX_OPTIONS, type Answers } from './form-definition.ts'
import { whichForm } from './form-fields.ts'
import type { DraftPort } from './form.port.ts'
import { formTexts } from './form.texts.ts'
import { renderFilling } from './render-filling.ts'

const { say } = formTexts
/** Every field of a form at its longest, escaped as JSON. */
const MAX_JSON = 190_000

const Given = z
  .record(z.string().max(40), z.union([z.string(), z.array(z.string().max(200)).max(MAX_OPTIONS)]))
  .refine((answers) => Object.keys(answers).length <= MAX_FIELDS * 2)

interface Answered {
  readonly filling: Filling
  readonly problems: readonly AskedField[]
}

/** Several answers at once, from a modal or a page: each is kept, and what is wrong with any is told beside its name. */
export const formPageCommand = defineCommand({
  name: ['form', 'page'],
  summary: say('pageSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  unlisted: true,
  input: z.object({ form: whichForm(), answers: unlogged(verbatimField(say('answers'), { max: MAX_JSON })) }),
  async run({ actor, now, port }: Run<DraftPort>, { form: number, answers: json }): Promise<Outcome<Answered>> {
    const form = formCode(number)
    const given = readGiven(json)
    if (given === undefined) return no('form.page_unreadable', 'invalid', say('pageUnreadable'), say('pageUnreadableNext', { form }))
    const opened = await openDraft(port, number, actor.memberId)
    if (!opened.ok) return opened
    const { form: found, draft, notes } = opened.result
    const known = new Set(found.definition.fields.map(({ id }) => id))
    const kept = Object.entries(given).filter(([id]) => known.has(id))
    const left = Object.keys(given).length - kept.length
    if (kept.length === 0) return no('form.not_asked', 'gone', say('notAsked', { form }), say('notAskedNext', { form }))
    const answers: Answers = {
      ...draft.answers,
      ...Object.fromEntries(kept.map(([id, typed]) => [id, keepTyped(typed)])),
    }
    const told = left === 0 ? opened.result : { ...opened.result, notes: [...notes, say('notAskedAny', { count: left })] }
    const ids = new Set(kept.map(([id]) => id))
    const filling = await keepAnswers(port, told, answers, now, (asked) => {
      const here = asked.filter(({ field }) => ids.has(field.id))
      return here.find(({ problem }) => problem !== undefined)?.field.id ?? nextField(asked, here.at(-1)?.field.id)
    })
    return done({ filling, problems: filling.asked.filter(({ field, problem }) => problem !== undefined && ids.has(field.id)) })
  },
  render: ({ filling, problems }) => renderFilling(filling, problems),
})

const keepTyped = (typed: string | readonly string[]) => (typeof typed === 'string' ? keepable(typed) : typed.map(keepable))

function readGiven(json: string): Readonly<Record<string, string | readonly string[]>> | undefined {
  try {
    return Given.safeParse(JSON.parse(json)).data
  } catch {
    return undefined
  }
}

import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { carried, codeField, integerField, verbatimField } from '../shared/field.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import { no, unknownForm } from './conditions.ts'
import { formCode, type FormDefinition } from './form-definition.ts'
import type { FormDeskPort } from './form.port.ts'
import { formProblemTexts } from './form-problem.texts.ts'
import type { FormProblem } from './form.rules.ts'
import { formTexts } from './form.texts.ts'
import { readForm, writeForm } from './read-form.ts'

const { say } = formTexts
const MAX_FILE = 190_000
const SHOWN_PROBLEMS = 15

type Imported =
  | { readonly kind: 'problems'; readonly problems: readonly FormProblem[] }
  | { readonly kind: 'made' | 'version'; readonly number: number; readonly version: number; readonly definition: FormDefinition }

/** A file that cannot be used is answered with every problem and its place, and changes nothing. */
export const formImportCommand = defineCommand({
  name: ['form', 'import'],
  summary: say('importSummary'),
  access: 'chair',
  effect: 'write',
  audience: 'private',
  input: z.object({
    file: verbatimField(say('file'), { max: MAX_FILE, file: true }),
    replaces: codeField(say('replaces'), 'FRM', 'form').optional(),
    since: carried(integerField(say('since'), { min: 1, max: 1_000_000 }).optional()),
  }),
  async run({ actor, now, port }: Run<FormDeskPort>, { file, replaces, since }): Promise<Outcome<Imported>> {
    const form = replaces === undefined ? undefined : await port.find(replaces)
    if (replaces !== undefined && form === undefined) return unknownForm(replaces)
    const read = readForm(file, form?.campaign !== undefined, port.readAddress)
    if (!read.ok) return done({ kind: 'problems', problems: read.problems })
    const { definition } = read
    if (form === undefined)
      return done({ kind: 'made', number: await port.create(definition, actor.memberId, now), version: 1, definition })
    const code = formCode(form.number)
    if (writeForm(form.definition) === writeForm(definition))
      return no('form.unchanged', 'conflict', say('unchanged', { form: code }), say('unchangedNext'))
    // Who edits on a page began with a version; what somebody else published since is not overwritten unseen.
    const isOld = since !== undefined && since !== form.version
    const version = isOld ? undefined : await port.addVersion(form, definition, actor.memberId, now)
    if (version === undefined) return no('form.changed_meanwhile', 'conflict', say('faster', { form: code }), say('fasterNext'))
    return done({ kind: 'version', number: form.number, version, definition })
  },
  render(imported): Reply {
    if (imported.kind === 'problems') return renderProblems(imported.problems)
    const { number, version, definition } = imported
    const named = { form: formCode(number), title: definition.title }
    return {
      audience: 'private',
      tone: 'done',
      lines:
        imported.kind === 'made'
          ? [say('imported', { ...named, count: definition.fields.length }), say('importedNext', { form: named.form })]
          : [say('importedVersion', { ...named, version })],
    }
  },
})

function renderProblems(problems: readonly FormProblem[]): Reply {
  const shown = problems.slice(0, SHOWN_PROBLEMS)
  const left = problems.length - shown.length
  return {
    audience: 'private',
    tone: 'info',
    title: say('problemsTitle'),
    lines: [
      say('problems', { count: problems.length }),
      ...shown.map(({ place, reason, code }) => formProblemTexts.say('at', { place, reason, code })),
      ...(left === 0 ? [] : [say('problemsMore', { count: left })]),
    ],
    code: 'form.problems',
  }
}

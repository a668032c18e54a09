import type { Answer } from '../../core/shared/dispatch.ts'
import type { ChatApp } from '../../core/shared/chat-app.ts'
import type { Outcome, Refusal } from '../../core/shared/refusal.ts'
import { MAX_UPLOAD, tooLarge, unreachable } from '../../core/forms/upload.rules.ts'
import { keyOf, type Answerable } from './answer-interaction.ts'
import { loadAttachment, type Attachment, type IsAttachment } from './load-attachment.ts'
import type { PageEntries } from './page-modal.ts'
import { accountOf, placeOf } from './who-and-where.ts'

/** An interaction may be answered for a quarter of an hour, but somebody waits. */
const LIMITS = { maxBytes: MAX_UPLOAD, timeoutMs: 30_000 }

/** What became of a page with files: its answers, with those that name what was kept, and why other files were not. */
export interface KeptFiles {
  readonly answers: Readonly<Record<string, string | readonly string[]>>
  readonly refusals: readonly Refusal[]
}

/**
 * Keeps the files of a page at once: their addresses work for about a day. The same page delivered again keeps nothing more. A question whose file is not
 * taken stays as it was, so that it is asked again.
 */
export async function keepAttachments(
  app: Pick<ChatApp, 'keepUpload'>,
  interaction: Answerable,
  { answers, files }: PageEntries,
  isAttachment: IsAttachment,
): Promise<KeptFiles> {
  const given = new Map(Object.entries(answers))
  const refusals: Refusal[] = []
  for (const [question, file] of files) {
    const kept = await keep(app, interaction, question, file, isAttachment)
    if (kept.ok) given.set(question, kept.result)
    else refusals.push(kept.refusal)
    if (!kept.ok && given.get(question) === '' && given.size > 1) given.delete(question)
  }
  return { answers: Object.fromEntries(given), refusals }
}

async function keep(
  app: Pick<ChatApp, 'keepUpload'>,
  interaction: Answerable,
  question: string,
  file: Attachment,
  isAttachment: IsAttachment,
): Promise<Outcome<string>> {
  const { name } = file
  const bytes = await loadAttachment(file, isAttachment, LIMITS)
  if (bytes === 'too-large') return tooLarge(name)
  if (bytes === 'unreachable') return unreachable(name)
  const key = `${keyOf(interaction)}:${question}`
  return app.keepUpload({ account: accountOf(interaction), place: placeOf(interaction), key, name, bytes })
}

/** The answer to a page with what became of its files: everything else that was entered is kept. */
export function withRefusals(answer: Answer, refusals: readonly Refusal[]): Answer {
  const [first] = refusals
  if (first === undefined || answer.reply.tone !== 'info') return answer
  const told = refusals.flatMap(({ reason, nextStep }) => [reason, nextStep])
  return { ...answer, reply: { ...answer.reply, code: first.code, lines: [...told, ...answer.reply.lines] } }
}

import { z } from 'zod'
import { eventCode } from '../attendance/attendance.types.ts'
import { quizTexts } from '../attendance/quiz.texts.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { carried, textField } from '../shared/field.ts'
import { DAY, type Instant } from '../shared/instant.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { Text } from '../shared/text.ts'
import { nextField, soundAnswers } from './asked-fields.ts'
import { blocked, hindranceFor, no, refused, unknownForm } from './conditions.ts'
import { assess, fillingOf, keepAnswers, type Filling } from './filling.ts'
import { formCode, submissionCode } from './form-definition.ts'
import { whichForm } from './form-fields.ts'
import type { SendPort } from './form.port.ts'
import { formTexts } from './form.texts.ts'
import type { Form } from './form.types.ts'
import { scoreOf, type Score } from './quiz.rules.ts'
import { renderFilling } from './render-filling.ts'
import { nextSpan, slotSpan } from './slot.rules.ts'

const { say } = formTexts
/** Who decides on what a member sends in whose payouts wait, where otherwise nobody would. */
const PANEL_OF_HELD = { needed: 2, panel: 3, spreadPercent: 0, blind: true, duplicatePercent: 0 } as const
/** As long as a reviewer has for an answer; after that another one is asked. */
const USUAL_REVIEW_MS = 2 * DAY

const SAID_OF_PAID = { granted: 'approvedAtOnce', unfunded: 'approvedUnfunded', 'campaign-spent': 'approvedCampaignSpent' } as const

type Sent =
  | { readonly kind: 'look'; readonly filling: Filling }
  | { readonly kind: 'sent'; readonly title: Form['definition']['title']; readonly lines: readonly Text[] }

/** First everything once more, then, confirmed from what was seen, the submission. */
export const formSendCommand = defineCommand({
  name: ['form', 'send'],
  summary: say('sendSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ form: whichForm('begun-form'), seen: carried(textField(say('seen'), { max: 20 }).optional()) }),
  async run({ actor, now, port }: Run<SendPort>, { form: number, seen }): Promise<Outcome<Sent>> {
    const form = await port.holdForm(number)
    if (form === undefined) return unknownForm(number)
    const code = formCode(number)
    const draft = await port.lockDraft(number, actor.memberId)
    if (draft === undefined) return no('form.no_draft', 'not_found', say('noDraft', { form: code }), say('noDraftNext', { form: code }))
    if (actor.blocked) return blocked()
    if (draft.event !== undefined) {
      const event = eventCode(draft.event)
      return no('form.of_event', 'conflict', quizTexts.say('of_event', { event }), quizTexts.say('of_eventNext', { event, form: code }))
    }
    // Before the answers are shown: nobody is asked to send in what cannot be.
    if (draft.submission === undefined) {
      const hindered = await hindranceFor(port, form, actor, now)
      if (hindered !== undefined) return hindered
    }
    const isSeen = seen !== undefined && seen === String(draft.updatedAt) && draft.version === form.version
    const read = isSeen ? await assess(port, form, draft, [], true) : await fillingOf(port, form, draft)
    const left = nextField(read.asked)
    if (!isSeen || left !== undefined) {
      const notes = seen === undefined || left !== undefined ? read.notes : [...read.notes, say('changedSince')]
      return done({ kind: 'look', filling: await keepAnswers(port, { ...read, notes }, read.draft.answers, now, () => left) })
    }
    return sendIn(port, form, read, actor.memberId, now)
  },
  render: (sent): Reply =>
    sent.kind === 'look'
      ? renderFilling(sent.filling)
      : { audience: 'private', tone: 'done', title: sharedTexts.say('plain', { text: sent.title }), lines: sent.lines, endsAsking: true },
})

async function sendIn(port: SendPort, form: Form, { draft, asked }: Filling, memberId: string, now: Instant): Promise<Outcome<Sent>> {
  const score = scoreOf(form.definition, asked, port.readAddress)
  const submission = { form, memberId, answers: soundAnswers(asked), at: now, ...(score === undefined ? {} : { score: score.points }) }
  const { every, times } = form.definition.recurrence
  let sent: { number: number; revision: number; contributedAt: Instant } | undefined
  if (draft.submission === undefined) {
    const number = await port.submit(submission, slotSpan(every, now), times)
    // Somebody with the same account was faster.
    if (number === undefined) return refused(form.number, { kind: 'spent', at: nextSpan(every, now) })
    sent = { number, revision: 1, contributedAt: now }
  } else {
    const code = submissionCode(draft.submission)
    sent = await port.resubmit(draft.submission, submission)
    if (sent === undefined)
      return no(
        'form.not_returned',
        'conflict',
        say('noLongerReturned', { submission: code }),
        say('noLongerReturnedNext', { submission: code }),
      )
  }
  await port.discardDraft(form.number, memberId)
  const told = await decide(port, form, memberId, sent, score, now)
  const code = submissionCode(sent.number)
  const passed = score?.passed === true ? [say('quizPassed', { points: score.points, most: score.most })] : []
  return done({ kind: 'sent', title: form.definition.title, lines: [...passed, told, say('fromWhen', { submission: code })] })
}

/**
 * What becomes of a submission: a panel decides, or it counts at once, or the points of a quiz decide. Of a member whose payouts wait nothing counts at once:
 * a panel looks at it. The member is told in the inbox, too, by us or by the panel.
 */
async function decide(
  port: SendPort,
  { number: form, definition, campaign }: Form,
  memberId: string,
  sent: { readonly number: number; readonly revision: number; readonly contributedAt: Instant },
  score: Score | undefined,
  now: Instant,
): Promise<Text> {
  const { title, review } = definition
  const submission = submissionCode(sent.number)
  const pay = await port.payOf(definition, sent.contributedAt)
  const tell = async (text: Text): Promise<Text> => {
    await port.tell(memberId, text, now)
    return text
  }
  if (score !== undefined && !score.passed) {
    await port.reject(sent.number, now)
    const mark = definition.passMark ?? 0
    return tell(say('quizFailed', { submission, title, points: score.points, most: score.most, mark }))
  }
  const panel = review.rule === 'panel' ? termsOf(review) : (await port.isHeld(memberId)) ? PANEL_OF_HELD : undefined
  if (panel !== undefined) {
    const item = {
      kind: 'submission',
      subject: submission,
      contributor: memberId,
      form,
      ...panel,
      ...pay,
      revision: sent.revision,
    } as const
    await port.openReview({ ...item, ...(campaign === undefined ? {} : { campaign }) }, now)
    return say('inReview', { submission, title, until: { at: now + USUAL_REVIEW_MS } })
  }
  const paid = await port.approve(sent.number, pay.lowest, now)
  if (paid === 'nothing') return tell(say('approvedUnpaid', { submission, title }))
  return tell(say(SAID_OF_PAID[paid], { submission, title, amount: pay.lowest }))
}

function termsOf({ rule: _panel, ...terms }: Extract<Form['definition']['review'], { rule: 'panel' }>) {
  return terms
}

import { matches, MAX_SUGGESTIONS, type Source } from '../shared/suggest.ts'
import { formCode, submissionCode } from './form-definition.ts'
import type { DraftPort, FormReads, SubmissionPort } from './form.port.ts'
import { formTexts } from './form.texts.ts'
import type { Form } from './form.types.ts'
import { submissionTexts } from './submission.texts.ts'

/** Far more than a community offers at a time or a member sends in; older ones are typed by their code. */
const MOST_SEARCHED = 50

/** Offers the forms that can be filled in, by code or title. */
export function openFormSource({ openForms }: Pick<FormReads, 'openForms'>): Source {
  return async ({ typed, now }) => offered(typed, await openForms(now, MOST_SEARCHED))
}

/** Offers every form, for those who keep them. */
export function formSource({ allForms }: Pick<FormReads, 'allForms'>): Source {
  return async ({ typed }) => offered(typed, await allForms(MOST_SEARCHED))
}

/** Offers the forms of which the member has a draft. */
export function begunFormSource({ draftsOf, find }: Pick<DraftPort, 'draftsOf' | 'find'>): Source {
  return async ({ actor, typed }) => {
    const begun = await Promise.all((await draftsOf(actor.memberId)).slice(0, MAX_SUGGESTIONS).map(({ form }) => find(form)))
    return offered(
      typed,
      begun.filter((form) => form !== undefined),
    )
  }
}

/** Offers the member's own submissions, the newest first. */
export function submissionSource({ submissionsOf }: Pick<SubmissionPort, 'submissionsOf'>): Source {
  return async ({ actor, typed }) =>
    (await submissionsOf(actor.memberId, MOST_SEARCHED))
      .filter(({ number, title }) => matches(typed, submissionCode(number), ...Object.values(title)))
      .slice(0, MAX_SUGGESTIONS)
      .map(({ number, title, status }) => ({
        value: submissionCode(number),
        label: submissionTexts.say('suggestion', {
          submission: submissionCode(number),
          title,
          status: submissionTexts.say(`status_${status}`),
        }),
      }))
}

function offered(typed: string, forms: readonly Form[]) {
  return forms
    .filter(({ number, definition: { title } }) => matches(typed, formCode(number), ...Object.values(title)))
    .slice(0, MAX_SUGGESTIONS)
    .map(({ number, definition: { title } }) => ({
      value: formCode(number),
      label: formTexts.say('listOption', { form: formCode(number), title }),
    }))
}

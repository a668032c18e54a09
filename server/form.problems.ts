import { formPageTexts } from './pages/form-pages.texts.ts'
import { MAX_UPLOAD } from '../core/forms/upload.rules.ts'
import type { Problem } from './problem.ts'

const { say } = formPageTexts

/** Why a page of forms, submissions or campaigns is not shown. */
export const formProblems = {
  formNone: (): Problem => ({ code: 'form.unknown', status: 404, title: say('formNone'), nextStep: say('formNoneNext') }),
  uploadsTooLarge: (): Problem => ({
    code: 'form.uploads_too_large',
    status: 413,
    title: say('uploadsTooLarge'),
    nextStep: say('uploadsTooLargeNext', { megabytes: MAX_UPLOAD / 1024 / 1024 }),
  }),
  submissionNone: (): Problem => ({
    code: 'submission.unknown',
    status: 404,
    title: say('submissionNone'),
    nextStep: say('submissionNoneNext'),
  }),
  campaignNone: (): Problem => ({ code: 'campaign.unknown', status: 404, title: say('campaignNone'), nextStep: say('campaignNoneNext') }),
  campaignNotTeam: (): Problem => ({ code: 'campaign.not_team', status: 403, title: say('notTeam'), nextStep: say('notTeamNext') }),
  campaignFixed: (): Problem => ({ code: 'campaign.fixed', status: 409, title: say('campaignFixed'), nextStep: say('campaignFixedNext') }),
  chairsOnly: (): Problem => ({ code: 'form.chairs_only', status: 403, title: say('forbidden'), nextStep: say('forbiddenNext') }),
} as const

import { reviewTexts } from '../core/review/review.texts.ts'
import { deskTexts } from './pages/desk.texts.ts'
import type { Problem } from './problem.ts'

/** Why somebody does not see a page of the review desk. */
export const deskProblems = {
  forbidden: (): Problem => ({
    code: 'desk.forbidden',
    status: 403,
    title: deskTexts.say('onlyReviewers'),
    nextStep: deskTexts.say('onlyReviewersNext'),
  }),
  own: (subject: string): Problem => ({
    code: 'review.own',
    status: 403,
    title: reviewTexts.say('obstacle_own', { subject }),
    nextStep: reviewTexts.say('obstacleNext'),
  }),
} as const

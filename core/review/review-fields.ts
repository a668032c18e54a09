import { carried, integerField, paragraphsField, subjectField } from '../shared/field.ts'
import { reviewTexts } from './review.texts.ts'

const { say } = reviewTexts

/** What a reviewer writes to a contributor, and the other way round. */
export const MAX_REASON = 1_000

/** What is reviewed: a submission, a dispute or a campaign. */
export const reviewedField = () => subjectField(say('subject'), ['SUB', 'DSP', 'CMP'], 'seat')

export const reasonField = () => paragraphsField(say('reason'), { max: MAX_REASON, maxLines: 20 })

/** The content that was seen when a button was shown: pressed after the content has changed, it decides nothing. */
export const revisionField = () => carried(integerField(say('revision'), { min: 1, max: 999_999_999 }))

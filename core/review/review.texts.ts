import { defineTexts } from '../shared/text.ts'

export const reviewTexts = defineTexts(
  'review',
  {
    told_submission: '{{subject}} is in review. The reviewers are asked to answer by {{at}}.',
    told_appeal: 'Your appeal about {{subject}} is before other reviewers. They are asked to answer by {{at}}.',
  },
  {
    told_submission: '{{subject}} 正在审核。审核人须在 {{at}} 前答复。',
    told_appeal: '您对 {{subject}} 的申诉已交给另外的审核人，须在 {{at}} 前答复。',
  },
)

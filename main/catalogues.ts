import { telegramTexts } from '../bots/telegram/telegram.texts.ts'
import { consoleTexts } from '../bots/console/console.texts.ts'
import { discordTexts } from '../bots/discord/discord.texts.ts'
import { announceTexts } from '../core/announce/announce.texts.ts'
import { attendanceTexts } from '../core/attendance/attendance.texts.ts'
import { checkInTexts } from '../core/attendance/check-in.texts.ts'
import { quizTexts } from '../core/attendance/quiz.texts.ts'
import { campaignTexts } from '../core/campaigns/campaign.texts.ts'
import { chartTexts } from '../core/charts/charts.texts.ts'
import { disputeTexts } from '../core/disputes/dispute.texts.ts'
import { economyTexts } from '../core/economy/economy.texts.ts'
import { rewardTableTexts } from '../core/economy/reward-table.texts.ts'
import { diagnoseTexts } from '../core/guild/diagnose.texts.ts'
import { answerTexts } from '../core/forms/answer.texts.ts'
import { uploadTexts } from '../core/forms/upload.texts.ts'
import { formProblemTexts } from '../core/forms/form-problem.texts.ts'
import { formTexts } from '../core/forms/form.texts.ts'
import { submissionTexts } from '../core/forms/submission.texts.ts'
import { guildTexts } from '../core/guild/guild.texts.ts'
import { identityTexts } from '../core/identity/identity.texts.ts'
import { privacyTexts } from '../core/identity/privacy.texts.ts'
import { linkTexts } from '../core/identity/link.texts.ts'
import { walletTexts } from '../core/identity/wallet.texts.ts'
import { holdTexts } from '../core/holds/hold.texts.ts'
import { inboxTexts } from '../core/inbox/inbox.texts.ts'
import { operationsTexts } from '../core/operations/operations.texts.ts'
import { linkLookTexts } from '../core/links/link-look.texts.ts'
import { reviewTexts } from '../core/review/review.texts.ts'
import { sharedTexts } from '../core/shared/shared.texts.ts'
import { SERVER_CATALOGUES } from '../server/catalogues.ts'
import type { Catalogue } from '../core/shared/text.ts'

/** All sentences of the product. */
export const CATALOGUES: readonly Catalogue[] = [
  sharedTexts.catalogue,
  identityTexts.catalogue,
  walletTexts.catalogue,
  linkTexts.catalogue,
  privacyTexts.catalogue,
  inboxTexts.catalogue,
  campaignTexts.catalogue,
  holdTexts.catalogue,
  announceTexts.catalogue,
  attendanceTexts.catalogue,
  checkInTexts.catalogue,
  quizTexts.catalogue,
  economyTexts.catalogue,
  rewardTableTexts.catalogue,
  disputeTexts.catalogue,
  chartTexts.catalogue,
  formTexts.catalogue,
  answerTexts.catalogue,
  uploadTexts.catalogue,
  formProblemTexts.catalogue,
  submissionTexts.catalogue,
  guildTexts.catalogue,
  diagnoseTexts.catalogue,
  operationsTexts.catalogue,
  reviewTexts.catalogue,
  linkLookTexts.catalogue,
  consoleTexts.catalogue,
  discordTexts.catalogue,
  telegramTexts.catalogue,
  ...SERVER_CATALOGUES,
]

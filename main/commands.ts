import type pg from 'pg'
import { announceStore } from '../adapters/postgres/announce-store.ts'
import { deadLetterStore } from '../adapters/postgres/dead-letter-store.ts'
import { digestStore } from '../adapters/postgres/digest-store.ts'
import { disputeStore } from '../adapters/postgres/dispute-store.ts'
import { eventStore, type EventStoreOptions } from '../adapters/postgres/event-store.ts'
import { eventAttendance } from '../adapters/postgres/attendance-reads.ts'
import { draftStore } from '../adapters/postgres/draft-store.ts'
import { formDesk } from '../adapters/postgres/form-desk.ts'
import { sendStore, submissionStore } from '../adapters/postgres/submission-store.ts'
import { economyReads } from '../adapters/postgres/economy-reads.ts'
import { holdStore } from '../adapters/postgres/hold-store.ts'
import { identityStore, walletStore } from '../adapters/postgres/identity-store.ts'
import { linkStore, type LinkStoreOptions } from '../adapters/postgres/link-store.ts'
import { privacyStore } from '../adapters/postgres/privacy-store.ts'
import { inboxStore, snoozeStore } from '../adapters/postgres/inbox-store.ts'
import { clearHalt, readOperations } from '../adapters/postgres/operations-store.ts'
import { guildStore, usedChannels } from '../adapters/postgres/guild-store.ts'
import { reminderStore } from '../adapters/postgres/reminder-store.ts'
import { setupRoutes } from '../adapters/postgres/setup-routes.ts'
import { rewardTableStore } from '../adapters/postgres/reward-table-store.ts'
import { rosterStore } from '../adapters/postgres/roster-store.ts'
import { withdrawStore } from '../adapters/postgres/withdraw-store.ts'
import type { Tx } from '../adapters/postgres/database.ts'
import { announceConfirmCommand } from '../core/announce/announce-confirm.ts'
import { announceReportCommand } from '../core/announce/announce-report.ts'
import { announceRouteCommand } from '../core/announce/announce-route.ts'
import { announceRoutesCommand } from '../core/announce/announce-routes.ts'
import { announceSendCommand } from '../core/announce/announce-send.ts'
import { announceUnrouteCommand } from '../core/announce/announce-unroute.ts'
import { outboxAgainCommand } from '../core/announce/outbox-again.ts'
import { outboxDeadCommand } from '../core/announce/outbox-dead.ts'
import { checkInCommand } from '../core/attendance/check-in.ts'
import type { CheckInPort } from '../core/attendance/check-in.port.ts'
import { eventCloseCommand } from '../core/attendance/event-close.ts'
import { eventCodesCommand } from '../core/attendance/event-codes.ts'
import { eventCreateCommand } from '../core/attendance/event-create.ts'
import { eventListCommand } from '../core/attendance/event-list.ts'
import { eventRosterCommand } from '../core/attendance/event-roster.ts'
import { eventShowCommand } from '../core/attendance/event-show.ts'
import { eventUndoCommand } from '../core/attendance/event-undo.ts'
import { chartCommand } from '../core/charts/chart.ts'
import { disputeCommand } from '../core/disputes/dispute.ts'
import { balanceCommand } from '../core/economy/balance.ts'
import type { EconomyViewPort } from '../core/economy/economy.port.ts'
import { historyCommand } from '../core/economy/history.ts'
import { leaderboardCommand } from '../core/economy/leaderboard.ts'
import { payoutAutoCommand } from '../core/economy/payout-auto.ts'
import { periodCommand } from '../core/economy/period.ts'
import { rewardsCommand } from '../core/economy/rewards.ts'
import { rewardsSetCommand } from '../core/economy/rewards-set.ts'
import { statementCommand } from '../core/economy/statement-command.ts'
import { supplyCommand } from '../core/economy/supply.ts'
import { withdrawCommand } from '../core/economy/withdraw.ts'
import { worthCommand } from '../core/economy/worth.ts'
import { formListCommand } from '../core/forms/form-list.ts'
import { formShowCommand } from '../core/forms/form-show.ts'
import { formFillCommand } from '../core/forms/form-fill.ts'
import { formAnswerCommand } from '../core/forms/form-answer.ts'
import { formPageCommand } from '../core/forms/form-page.ts'
import { formQuestionsCommand } from '../core/forms/form-questions.ts'
import { formBackCommand } from '../core/forms/form-back.ts'
import { formSkipCommand } from '../core/forms/form-skip.ts'
import { formPauseCommand } from '../core/forms/form-pause.ts'
import { formSendCommand } from '../core/forms/form-send.ts'
import { formDiscardCommand } from '../core/forms/form-discard.ts'
import { submissionListCommand } from '../core/forms/submission-list.ts'
import { submissionShowCommand } from '../core/forms/submission-show.ts'
import { submissionWithdrawCommand } from '../core/forms/submission-withdraw.ts'
import { formImportCommand } from '../core/forms/form-import.ts'
import { formExportCommand } from '../core/forms/form-export.ts'
import { formCloseCommand, formOpenCommand } from '../core/forms/form-open.ts'
import { diagnoseCommand, type DiagnosePort } from '../core/guild/diagnose.ts'
import { guildAddCommand, guildListCommand, guildRemoveCommand } from '../core/guild/guild-membership.ts'
import { roleMapCommand, roleMapsCommand, roleUnmapCommand } from '../core/guild/role-map.ts'
import { setupCommand } from '../core/guild/setup.ts'
import { holdAppealCommand } from '../core/holds/hold-appeal.ts'
import { holdBlockCommand, holdClearCommand } from '../core/holds/hold-decide.ts'
import { holdListCommand } from '../core/holds/hold-list.ts'
import { holdShowCommand } from '../core/holds/hold-show.ts'
import { holdStatusCommand } from '../core/holds/hold-status.ts'
import { helpCommand } from '../core/identity/help.ts'
import type { WalletProof } from '../core/identity/identity.port.ts'
import { languageCommand } from '../core/identity/language.ts'
import { linkCommand } from '../core/identity/link.ts'
import { privacyDeleteCommand, privacyExportCommand } from '../core/identity/privacy-data.ts'
import { privacyHideCommand, privacyShowCommand } from '../core/identity/privacy.ts'
import { roleGrantCommand, roleRevokeCommand } from '../core/identity/role.ts'
import { startCommand } from '../core/identity/start.ts'
import { timezoneCommand } from '../core/identity/timezone.ts'
import { unlinkCommand } from '../core/identity/unlink.ts'
import { walletConfirmCommand } from '../core/identity/wallet-confirm.ts'
import { walletLinkCommand } from '../core/identity/wallet-link.ts'
import { walletUnlinkCommand } from '../core/identity/wallet-unlink.ts'
import { digestCommand } from '../core/inbox/digest.ts'
import { inboxCommand } from '../core/inbox/inbox.ts'
import { remindCommand } from '../core/inbox/remind.ts'
import { snoozeCommand } from '../core/inbox/snooze.ts'
import { resumeCommand } from '../core/operations/resume.ts'
import { statusCommand, type PartState } from '../core/operations/status.ts'
import { bindCommand, type BoundCommand } from '../core/shared/dispatch.ts'
import type { Instant } from '../core/shared/instant.ts'
import type { Language } from '../core/shared/text.ts'
import type { ApprovalPort } from '../core/review/review.port.ts'
import { campaignCommands } from './campaigns.ts'
import { reviewCommands } from './review.ts'

export interface CommandParts {
  readonly genesis: Instant
  readonly publicOrigin: string
  readonly publicLanguage: Language
  readonly events: EventStoreOptions
  readonly proof: WalletProof
  readonly links: LinkStoreOptions
  /** The keyed hash by which an erased chat account, `platform:userId`, is recognised. */
  readonly hashAccount: (account: string) => Uint8Array
  readonly checkIn: CheckInPort
  readonly settleAttendance: (now: Instant) => Promise<number>
  readonly pool: pg.Pool
  readonly approvals: ApprovalPort
  /** What a platform says of us in a server. */
  readonly inspect: DiagnosePort['inspect']
  /** State of every part, as readiness shows it. */
  readonly parts: () => Promise<readonly PartState[]>
}

/** Every command of the product with the store behind it: the one list from which bots, pages, help and docs are made. */
export function bindCommands(parts: CommandParts): readonly BoundCommand<Tx>[] {
  const { genesis, publicOrigin, proof, checkIn, publicLanguage, inspect } = parts
  const events = (tx: Tx) => eventStore(tx, parts.events)
  const wallets = (tx: Tx) => walletStore(tx, proof, publicOrigin)
  const links = (tx: Tx) => linkStore(tx, parts.links)
  const privacy = (tx: Tx) => privacyStore(tx, parts.hashAccount)
  const withdrawals = (tx: Tx) => withdrawStore(tx, genesis)
  const economy = (tx: Tx): EconomyViewPort => ({ ...economyReads(tx, genesis), genesis, publicOrigin })
  const forms = { genesis, proof }
  const drafts = (tx: Tx) => draftStore(tx, forms)
  const submissions = (tx: Tx) => submissionStore(tx, forms)
  const desk = (tx: Tx) => formDesk(tx, forms)
  const announcements = (tx: Tx) => announceStore(tx, parts.publicLanguage)
  const list: readonly BoundCommand<Tx>[] = [
    bindCommand(startCommand, () => undefined),
    bindCommand(helpCommand, () => ({ commands: () => list.map(({ definition }) => definition) })),
    bindCommand(checkInCommand, () => checkIn),
    bindCommand(balanceCommand, economy),
    bindCommand(historyCommand, economy),
    bindCommand(worthCommand, economy),
    bindCommand(leaderboardCommand, economy),
    bindCommand(supplyCommand, economy),
    bindCommand(chartCommand, (tx) => ({ ...economyReads(tx, genesis), attendance: (now, limit) => eventAttendance(tx, now, limit) })),
    bindCommand(periodCommand, economy),
    bindCommand(rewardsCommand, economy),
    bindCommand(statementCommand, economy),
    bindCommand(disputeCommand, (tx) => disputeStore(tx, genesis)),
    bindCommand(withdrawCommand, withdrawals),
    bindCommand(payoutAutoCommand, withdrawals),
    bindCommand(walletLinkCommand, wallets),
    bindCommand(walletConfirmCommand, wallets),
    bindCommand(walletUnlinkCommand, wallets),
    bindCommand(linkCommand, links),
    bindCommand(unlinkCommand, links),
    bindCommand(eventListCommand, events),
    bindCommand(eventShowCommand, events),
    bindCommand(eventCreateCommand, (tx) => ({ ...events(tx), holdForm: (number: number) => sendStore(tx, forms).holdForm(number) })),
    bindCommand(eventCodesCommand, events),
    bindCommand(eventRosterCommand, (tx) => ({ ...events(tx), ...rosterStore(tx), submit: checkIn.submit })),
    bindCommand(eventUndoCommand, events),
    bindCommand(eventCloseCommand, (tx) => ({ ...events(tx), settleAttendance: parts.settleAttendance })),
    bindCommand(languageCommand, identityStore),
    bindCommand(timezoneCommand, identityStore),
    bindCommand(privacyHideCommand, identityStore),
    bindCommand(privacyShowCommand, identityStore),
    bindCommand(privacyExportCommand, privacy),
    bindCommand(privacyDeleteCommand, privacy),
    bindCommand(formListCommand, drafts),
    bindCommand(formShowCommand, drafts),
    bindCommand(formFillCommand, drafts),
    bindCommand(formAnswerCommand, drafts),
    bindCommand(formPageCommand, drafts),
    bindCommand(formQuestionsCommand, drafts),
    bindCommand(formBackCommand, drafts),
    bindCommand(formSkipCommand, drafts),
    bindCommand(formPauseCommand, drafts),
    bindCommand(formSendCommand, (tx) => sendStore(tx, forms)),
    bindCommand(formDiscardCommand, drafts),
    bindCommand(submissionListCommand, submissions),
    bindCommand(submissionShowCommand, submissions),
    bindCommand(submissionWithdrawCommand, submissions),
    bindCommand(formImportCommand, desk),
    bindCommand(formExportCommand, desk),
    bindCommand(formOpenCommand, desk),
    bindCommand(formCloseCommand, desk),
    bindCommand(inboxCommand, inboxStore),
    bindCommand(digestCommand, digestStore),
    bindCommand(remindCommand, reminderStore),
    bindCommand(snoozeCommand, snoozeStore),
    bindCommand(statusCommand, (tx) => ({
      view: async () => ({ parts: await parts.parts(), ...(await readOperations(tx)) }),
    })),
    bindCommand(roleGrantCommand, identityStore),
    bindCommand(roleRevokeCommand, identityStore),
    bindCommand(roleMapCommand, guildStore),
    bindCommand(roleUnmapCommand, guildStore),
    bindCommand(roleMapsCommand, guildStore),
    bindCommand(guildAddCommand, guildStore),
    bindCommand(guildRemoveCommand, guildStore),
    bindCommand(guildListCommand, guildStore),
    bindCommand(setupCommand, (tx) => ({ ...guildStore(tx), ...setupRoutes(tx), publicLanguage })),
    bindCommand(diagnoseCommand, (tx) => ({ inspect, usedChannels: usedChannels(tx) })),
    bindCommand(holdStatusCommand, holdStore),
    bindCommand(holdAppealCommand, holdStore),
    bindCommand(holdListCommand, holdStore),
    bindCommand(holdShowCommand, holdStore),
    bindCommand(holdClearCommand, holdStore),
    bindCommand(holdBlockCommand, holdStore),
    bindCommand(rewardsSetCommand, rewardTableStore),
    bindCommand(announceRouteCommand, announcements),
    bindCommand(announceRoutesCommand, announcements),
    bindCommand(announceUnrouteCommand, announcements),
    bindCommand(announceSendCommand, announcements),
    bindCommand(announceConfirmCommand, announcements),
    bindCommand(announceReportCommand, announcements),
    bindCommand(outboxDeadCommand, deadLetterStore),
    bindCommand(outboxAgainCommand, deadLetterStore),
    ...reviewCommands(genesis, parts.approvals),
    ...campaignCommands(genesis),
    bindCommand(resumeCommand, (tx) => ({ clearHalt: (signer) => clearHalt(tx, signer) })),
  ]
  return list
}

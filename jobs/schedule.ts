import type { JobDesk } from '../core/jobs/job-desk.port.ts'
import type { Settlement } from '../core/settlement/settlement.ts'
import { DAY, type Instant } from '../core/shared/instant.ts'

/** One row of the table of jobs. */
export interface Job {
  readonly name: string
  /** When it is due, in UTC: five fields, or six with seconds first (node-cron). */
  readonly cron: string
  /** Asked before a slot is claimed; without it a slot is always worth a run. Keeps the record free of runs that found nothing to do. */
  isDue?(now: Instant): Promise<boolean>
  /** Does the work and says what it came to, as a value that JSON can carry. Must be safe to run late, twice, and on two machines at once. */
  run(now: Instant): Promise<unknown>
}

/** What the jobs work with. */
export interface JobParts {
  readonly settlement: Settlement
  readonly desk: JobDesk
  /** Forgets updates of chat platforms, answers and questions that were kept long enough; gives how many. */
  readonly forgetChats: (now: Instant) => Promise<object>
}

/** Runs stay on record for this long. */
const KEPT = 14 * DAY

/**
 * The table of jobs. Those that look every few seconds ask one cheap question first; a withdrawal is therefore under way within seconds.
 * `open-period` is also the one that follows what the distributor has sent, until it is settled.
 */
export function settlementJobs({ settlement, desk, forgetChats }: JobParts): readonly Job[] {
  return [
    {
      name: 'open-period',
      cron: '*/15 * * * * *',
      isDue: (now) => settlement.isDue('open', now),
      run: (now) => settlement.openPeriods(now),
    },
    { name: 'fund', cron: '*/10 * * * *', isDue: (now) => settlement.isDue('fund', now), run: (now) => settlement.fund(now) },
    {
      name: 'close-period',
      cron: '5-55/10 * * * *',
      isDue: (now) => settlement.isDue('close', now),
      run: (now) => settlement.closePeriods(now),
    },
    { name: 'payout', cron: '*/5 * * * * *', isDue: (now) => settlement.isDue('payout', now), run: (now) => settlement.payout(now) },
    { name: 'watch-chain', cron: '*/15 * * * * *', run: (now) => settlement.watchChain(now) },
    { name: 'reserves', cron: '17 * * * *', run: (now) => settlement.reserves(now) },
    { name: 'forget-runs', cron: '40 3 * * *', run: async (now) => ({ forgotten: await desk.forget(now - KEPT) }) },
    { name: 'forget-chats', cron: '50 3 * * *', run: forgetChats },
  ]
}

export interface PresenceJobParts {
  readonly isDue: (now: Instant) => Promise<boolean>
  /** Gives how many were checked in. */
  readonly settle: (now: Instant) => Promise<number>
  /** Forgets what was kept long enough; gives how many rows. */
  readonly forget: (now: Instant) => Promise<number>
}

/**
 * `presence` checks in who has been in a voice channel long enough, redraws the numbers of the event's card, and finishes the check-in
 * of who has passed a quiz. By any process: what bots heard is in the database. `forget-presence` forgets it when it is no longer needed.
 */
export function presenceJobs({ isDue, settle, forget }: PresenceJobParts): readonly Job[] {
  return [
    { name: 'presence', cron: '*/15 * * * * *', isDue, run: async (now) => ({ granted: await settle(now) }) },
    { name: 'forget-presence', cron: '55 3 * * *', run: async (now) => ({ forgotten: await forget(now) }) },
  ]
}

export interface DeadLettersJobParts {
  readonly isDue: (now: Instant) => Promise<boolean>
  /** Gives how many deliveries operators were told of. */
  readonly tell: (now: Instant) => Promise<object>
}

/** Tells operators of messages that went wrong: of the first within a minute, of what follows once an hour. */
export function deadLettersJob({ isDue, tell }: DeadLettersJobParts): Job {
  return { name: 'dead-letters', cron: '* * * * *', isDue, run: tell }
}

export interface CampaignsJobParts {
  readonly isDue: (now: Instant) => Promise<boolean>
  /** Gives how many were ended. */
  readonly end: (now: Instant) => Promise<number>
}

/** Ends campaigns that are over or spent. */
export function campaignsJob({ isDue, end }: CampaignsJobParts): Job {
  return { name: 'end-campaigns', cron: '* * * * *', isDue, run: async (now) => ({ ended: await end(now) }) }
}

export interface SignalsJobParts {
  readonly isDue: (now: Instant) => Promise<boolean>
  /** Gives how many members are newly held. */
  readonly watch: (now: Instant) => Promise<number>
  /** Says how many questions the chain was asked, and how many members are newly held. */
  readonly trace: (now: Instant) => Promise<object>
}

/**
 * `watch-signals` looks at who was rewarded and at what was sent in: what is striking lets payouts wait for the committee. `trace-wallets` asks the chain for
 * addresses that several members' wallets share.
 */
export function signalsJobs({ isDue, watch, trace }: SignalsJobParts): readonly Job[] {
  return [
    { name: 'watch-signals', cron: '*/2 * * * *', isDue, run: async (now) => ({ held: await watch(now) }) },
    { name: 'trace-wallets', cron: '27 * * * *', run: trace },
  ]
}

/** Ends links of chat accounts that can not be undone any more. */
export function mergesJob(settle: (now: Instant) => Promise<object>): Job {
  return { name: 'settle-merges', cron: '35 3 * * *', run: settle }
}

export interface InboxJobParts {
  readonly isDigestDue: (now: Instant) => Promise<boolean>
  /** Gives how many were sent. */
  readonly sendDigests: (now: Instant) => Promise<number>
  readonly isReminderDue: (now: Instant) => Promise<boolean>
  /** Gives how many were sent. */
  readonly sendReminders: (now: Instant) => Promise<number>
  /** Forgets what members have had long enough; says how much of it. */
  readonly forget: (now: Instant) => Promise<object>
}

/** What members asked for, at the time for which they asked. */
export function inboxJobs(parts: InboxJobParts): readonly Job[] {
  return [
    { name: 'digests', cron: '* * * * *', isDue: parts.isDigestDue, run: async (now) => ({ sent: await parts.sendDigests(now) }) },
    {
      name: 'reminders',
      cron: '*/15 * * * * *',
      isDue: parts.isReminderDue,
      run: async (now) => ({ sent: await parts.sendReminders(now) }),
    },
    { name: 'forget-inbox', cron: '45 3 * * *', run: parts.forget },
  ]
}

/** Each gives how many it forgot. */
export interface DraftsJobParts {
  readonly drafts: (now: Instant) => Promise<number>
  readonly uploads: (now: Instant) => Promise<number>
}

/** Forgets drafts of forms that nobody has changed for a month, and files that nothing has had for as long. */
export function draftsJob({ drafts, uploads }: DraftsJobParts): Job {
  return {
    name: 'forget-drafts',
    cron: '35 3 * * *',
    // Files after drafts: one that only a forgotten draft had goes with it.
    run: async (now) => ({ forgotten: await drafts(now), uploads: await uploads(now) }),
  }
}

export interface LinksJobParts {
  readonly isDue: (now: Instant) => Promise<boolean>
  /** Gives how many were looked at. */
  readonly look: (now: Instant) => Promise<number>
}

/** Looks at the links of what panels judge. */
export function linksJob({ isDue, look }: LinksJobParts): Job {
  return { name: 'look-at-links', cron: '*/30 * * * * *', isDue, run: async (now) => ({ looked: await look(now) }) }
}

export interface ReviewJobParts {
  readonly isDue: (now: Instant) => Promise<boolean>
  /** Says how many items were looked at, and what came of it. */
  readonly reassign: (now: Instant) => Promise<object>
}

/** Relieves reviewers who do not answer or may decide no longer, and asks others. */
export function reviewJob({ isDue, reassign }: ReviewJobParts): Job {
  return { name: 'reassign-reviews', cron: '*/5 * * * *', isDue, run: reassign }
}

import { fundingPeriod, fundInOrder } from '../../core/economy/reward.rules.ts'
import { periodAccount } from '../../core/ledger/ledger.types.ts'
import { decideApproval, type DecidedApproval } from '../../core/review/review-approve.ts'
import type { Approval, ApprovalPort, LastDecided } from '../../core/review/review.port.ts'
import { exactAmount } from '../../core/shared/amount.ts'
import { keyReused, MergedMeanwhile, type AuditLine } from '../../core/shared/dispatch.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { done, refuse, type Outcome } from '../../core/shared/refusal.ts'
import { replyFromJson, replyToJson, type Reply } from '../../core/shared/reply.ts'
import { LOAD_APPROVALS, SAVE_APPROVALS } from './approval.sql.ts'
import type { Database } from './database.ts'
import { dispatchStore } from './dispatch-store.ts'
import { classifyPostgresError, createGroupCommit } from './group-commit.ts'
import { messageText } from './notify-member.ts'
import { Outcomes, toPanel, type PanelRow } from './review-panel.ts'
import { reviewStore, saveChange, type ReviewStoreOptions } from './review-store.ts'
import { toldOf } from './settle-submission.ts'

const COMMAND = 'review approve'

type FactRow = (PanelRow | { readonly id: null }) & {
  readonly earlierReply: string | null
  readonly earlierMember: string | null
  readonly earlierCommand: string | null
  readonly hasLast: boolean
  readonly lastOutcome: string | null
  readonly rewardKind: string | null
  /** The account belongs to another member since it was looked up. */
  readonly isAnother: boolean
  /** Members that were merged and parted by then. */
  readonly merges: bigint
}

/** An approval that can go with others in one statement. */
interface Plain extends DecidedApproval {
  readonly approval: Approval
  readonly acts: number
  /** Set when it decides: what its form promises. */
  readonly rewardKind: string | undefined
}

/**
 * Approvals by group commit: those that come while a write is in flight go together in the next one, so the row of the month, for which everybody who grants
 * waits, is written once for all of them. What is not plain (a campaign's budget, somebody to be asked, a second verdict on the same item) gets a transaction
 * of its own, under the item's lock.
 */
export function createApprovalStore(database: Database, options: ReviewStoreOptions): ApprovalPort {
  const together = createGroupCommit<Approval, Answer>({
    write: (approvals) => writeBatch(database, options.genesis, approvals),
    classify: classifyPostgresError,
    maxBatch: 200,
    maxWaiting: 10_000,
    maxAttempts: 5,
  })
  return {
    async submit(approval) {
      const answer = await together(approval)
      if (answer === 'another') throw new MergedMeanwhile()
      return answer === 'alone' ? approveAlone(database, options, approval) : answer
    },
  }
}

/** `alone` takes a transaction of its own; `another` is decided again for who they are now. */
type Answer = Outcome<Reply> | 'alone' | 'another'

const lineOf = ({ key, reviewer, subject, amount, at }: Approval, reply: Reply): AuditLine => {
  const input = JSON.stringify({ subject, ...(amount === undefined ? {} : { amount: exactAmount(amount) }) })
  return { key, memberId: reviewer, command: COMMAND, input, reply, at }
}

function approveAlone(database: Database, options: ReviewStoreOptions, approval: Approval): Promise<Outcome<Reply>> {
  const { key, reviewer, account, subject, at } = approval
  const { claimKey, saveLine } = dispatchStore(database)
  return database.transaction<Outcome<Reply>>(async (tx) => {
    const earlier = await claimKey(tx, key, reviewer, account)
    if (earlier === 'merged') throw new MergedMeanwhile()
    if (earlier !== undefined) {
      const isOwn = earlier.memberId === reviewer && earlier.command === COMMAND
      return { keep: false, value: isOwn ? done(earlier.reply) : refuse(keyReused()) }
    }
    const store = reviewStore(tx, options)
    const panel = await store.lock(subject)
    const decided = decideApproval(approval, panel, panel === undefined ? await store.lastDecided(subject) : undefined)
    if (!decided.ok) return { keep: false, value: decided }
    await saveChange(tx, options, decided.result.panel, decided.result.change, at)
    await saveLine(tx, lineOf(approval, decided.result.reply))
    return { keep: true, value: done(decided.result.reply) }
  })
}

async function writeBatch(database: Database, genesis: Instant, approvals: readonly Approval[]): Promise<readonly Answer[]> {
  const now = Math.max(...approvals.map(({ at }) => at))
  const period = fundingPeriod(genesis, now)
  const [facts, funds] = await Promise.all([
    database.pool.query<FactRow>({
      name: 'load-approvals',
      text: LOAD_APPROVALS,
      values: [
        approvals.map(({ subject }) => subject),
        approvals.map(({ key }) => key),
        approvals.map(({ account }) => account.platform),
        approvals.map(({ account }) => account.userId),
        approvals.map(({ reviewer }) => reviewer),
      ],
    }),
    database.pool.query<{ balance: bigint }>({
      name: 'load-period',
      text: 'SELECT balance FROM account WHERE name = $1',
      values: [periodAccount(period ?? 0)],
    }),
  ])
  const left = funds.rows[0]?.balance
  const seen = new Set<string>()
  const plain: Plain[] = []
  const answers = approvals.map((approval, index): Answer => {
    const row = facts.rows[index]!
    const { key, subject } = approval
    if (row.earlierReply !== null) {
      const isOwn = row.earlierMember === approval.reviewer && row.earlierCommand === COMMAND
      return isOwn ? done(replyFromJson(row.earlierReply)) : refuse(keyReused())
    }
    if (row.isAnother) return 'another'
    // Of two that touch the same in one batch the second must see what the first did.
    if (seen.has(key) || seen.has(subject)) return 'alone'
    const decided = decideApproval(approval, row.id === null ? undefined : toPanel(row), lastOf(row))
    if (!decided.ok || row.id === null) return decided.ok ? 'alone' : decided
    seen.add(key).add(subject)
    const one: Plain = { ...decided.result, approval, acts: row.acts, rewardKind: row.rewardKind ?? undefined }
    if (period === undefined || left === undefined || !isPlain(one)) return 'alone'
    plain.push(one)
    return done(one.reply)
  })
  if (plain.length > 0) await save(database, { genesis, period: period!, left: left!, now, merges: facts.rows[0]!.merges }, plain)
  return answers
}

const lastOf = ({ hasLast, lastOutcome }: FactRow): LastDecided | undefined =>
  hasLast ? { outcome: lastOutcome === null ? undefined : Outcomes.parse(lastOutcome) } : undefined

function isPlain({ panel: { item, reviewReward }, change: { ask, voided, moved, decision }, rewardKind }: Plain): boolean {
  if (ask > 0 || voided.length > 0 || [...moved.values()].some((state) => state !== 'released')) return false
  if (decision === undefined) return true
  const isPaid = decision.outcome === 'approved' && decision.amount > 0n && rewardKind !== undefined
  return isPaid && !item.isKnown && item.campaign === undefined && reviewReward === 0n
}

interface Month {
  readonly genesis: Instant
  readonly period: number
  readonly left: bigint
  readonly now: Instant
  readonly merges: bigint
}

async function save({ pool }: Database, { genesis, period, left, now, merges }: Month, plain: readonly Plain[]): Promise<void> {
  const deciding = plain.flatMap(({ panel: { item }, change: { decision }, rewardKind }) =>
    decision === undefined || rewardKind === undefined ? [] : [{ item, decision, rewardKind }],
  )
  const funded = fundInOrder(
    left,
    deciding.map(({ decision }) => decision.amount),
  )
  const outcomes = deciding.map((each, index) => ({ ...each, status: funded[index]! ? ('granted' as const) : ('unfunded' as const) }))
  const released = plain.flatMap(({ panel: { item }, change: { moved } }) =>
    [...moved.keys()].map((reviewer) => ({ item: item.id, reviewer })),
  )
  const lines = plain.map(({ approval, reply }) => lineOf(approval, reply))
  await pool.query({
    name: 'save-approvals',
    text: SAVE_APPROVALS,
    values: [
      plain.map(({ panel }) => panel.item.id),
      plain.map(({ acts }) => acts),
      plain.map(({ approval }) => approval.reviewer),
      plain.map(({ change }) => change.given?.amount),
      plain.map(({ panel }) => panel.item.revision),
      plain.map(({ approval }) => new Date(approval.at)),
      lines.map(({ key }) => key),
      lines.map(({ input }) => input),
      lines.map(({ reply }) => replyToJson(reply)),
      period,
      outcomes.map(({ item }) => item.id),
      outcomes.map(({ item }) => Number(item.subject.slice('SUB-'.length))),
      outcomes.map(({ item }) => item.contributor),
      outcomes.map(({ decision }) => decision.amount),
      outcomes.map(({ rewardKind }) => rewardKind),
      outcomes.map(({ status }) => status),
      outcomes.map(({ item, decision, status }) => messageText(toldOf(item, decision, status, genesis, now))),
      released.map(({ item }) => item),
      released.map(({ reviewer }) => reviewer),
      merges,
    ],
  })
}

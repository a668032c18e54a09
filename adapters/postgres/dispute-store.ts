import { EVIDENCE, type Evidence } from '../../core/attendance/attendance.types.ts'
import type { DisputePort } from '../../core/disputes/dispute.port.ts'
import { DISPUTE_PANEL, disputeTimes, highestAmount } from '../../core/disputes/dispute.rules.ts'
import { disputeTexts } from '../../core/disputes/dispute.texts.ts'
import { disputeCode, DISPUTE_STATES, lineCode, type DisputableLine } from '../../core/disputes/dispute.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { notifyMember } from './notify-member.ts'
import { openReview } from './review-open.ts'

/** A member's lines of a draft statement, and the opening of disputes. */
export function disputeStore(tx: Tx, genesis: Instant): DisputePort {
  return {
    genesis,
    async lines(memberId, period, before, limit) {
      return readLines(
        tx,
        Prisma.sql`r.member_id IN (SELECT member_tree(${memberId})) AND r.period = ${period} AND r.status = 'granted' AND r.doubled_in IS NULL AND (${before ?? null}::bigint IS NULL OR r.seq < ${before ?? null}::bigint)`,
        limit,
      )
    },
    line: async (number) => (await readLines(tx, Prisma.sql`r.seq = ${number}`, 1))[0],
    async open(line, reason, now) {
      // Whoever seals the period waits for this, or this for them (`sealPeriod`).
      const open = await tx.$queryRaw<unknown[]>(
        Prisma.sql`SELECT 1 FROM period WHERE number = ${line.period} AND sealed_at IS NULL FOR SHARE`,
      )
      if (open.length === 0) return undefined
      const rows = await tx.$queryRaw<{ number: number }[]>(Prisma.sql`
        INSERT INTO dispute (reward_id, member_id, period, reason, opened_at)
        SELECT id, member_id, period, ${reason}, ${new Date(now)} FROM reward WHERE seq = ${line.number} AND status = 'granted' AND doubled_in IS NULL
        ON CONFLICT (reward_id) DO NOTHING RETURNING number`)
      const number = rows[0]?.number
      if (number === undefined) return undefined
      await putBeforePanel(tx, number, line, now)
      const { decidedBy } = disputeTimes(genesis, line.period)
      const received = { code: disputeCode(number), line: lineCode(line.number), at: { at: decidedBy } }
      await notifyMember(tx, line.memberId, disputeTexts.say('received', received), now)
      return number
    },
  }
}

interface LineRow {
  seq: bigint
  member_id: string
  kind: string
  reference: string
  amount: bigint
  period: number
  status: string
  /** Set while a link of chat accounts holds it back. */
  doubled_in: string | null
  sealed: boolean
  title: string | null
  evidence: string | null
  dispute: number | null
  state: string | null
}

async function readLines(tx: Tx, where: Prisma.Sql, limit: number): Promise<readonly DisputableLine[]> {
  const rows = await tx.$queryRaw<LineRow[]>(Prisma.sql`
    SELECT r.seq, member_root(r.member_id) AS member_id, r.kind, r.reference, r.amount, r.period, r.status, r.doubled_in, p.sealed_at IS NOT NULL AS sealed,
           e.title, a.evidence, d.number AS dispute, d.state
    FROM reward r JOIN period p ON p.number = r.period
    LEFT JOIN attendance a ON r.kind = 'attendance' AND r.reference = 'EVT-' || a.event AND a.member_id = member_root(r.member_id) AND a.grant_id = r.id
    LEFT JOIN event e ON e.number = a.event
    LEFT JOIN dispute d ON d.reward_id = r.id
    WHERE ${where} ORDER BY r.seq DESC LIMIT ${limit}`)
  return rows.map((row) => ({
    number: Number(row.seq),
    memberId: row.member_id,
    kind: row.kind,
    reference: row.reference,
    amount: row.amount,
    period: row.period,
    isThere: row.status === 'granted' && row.doubled_in === null,
    isSealed: row.sealed,
    attendance: row.title === null ? undefined : { title: row.title, evidence: evidenceOf(row.evidence) },
    dispute: row.dispute === null ? undefined : { number: row.dispute, state: oneOf(DISPUTE_STATES, row.state) },
  }))
}

const evidenceOf = (text: string | null): Evidence => oneOf(EVIDENCE, text)

function oneOf<Word extends string>(words: readonly Word[], text: string | null): Word {
  const word = words.find((known) => known === text)
  if (word === undefined) throw new Error(`the database has the unknown word ${text}`)
  return word
}

/** The question for the panel: what should the line have been? */
async function putBeforePanel(tx: Tx, number: number, line: DisputableLine, now: Instant): Promise<void> {
  const terms = { ...DISPUTE_PANEL, lowest: 0n, highest: highestAmount(line), duplicatePercent: 0, revision: 1 }
  await openReview(tx, { kind: 'dispute', subject: disputeCode(number), contributor: line.memberId, ...terms }, now)
}

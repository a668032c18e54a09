import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** Rows of one kind, newest first; more of them than any member has had in 13 months. */
const MOST_ROWS = 10_000

/** What is told of each kind, from the rows of `own`. Amounts are text in nano: JSON has no whole numbers of this size. */
const SECTIONS: Readonly<Record<string, string>> = {
  profile: `SELECT m.id, encode(m.public_id, 'hex') AS statement_id, m.name, m.language, m.time_zone, m.hidden, m.blocked, m.auto_payout, m.joined_at,
                   m.snoozed_until, m.merged_into, coalesce(a.balance, 0)::text AS balance, coalesce(a.earned, 0)::text AS earned
            FROM member m LEFT JOIN account a ON a.name = 'member:' || m.id WHERE m.id IN (SELECT id FROM own) ORDER BY m.number`,
  chat_accounts: `SELECT platform, user_id, name, handle, linked_at, unreachable_since FROM chat_account WHERE member_id IN (SELECT id FROM own) ORDER BY linked_at`,
  wallets: `SELECT address, linked_at, payout_from, unlinked_at FROM wallet WHERE member_id IN (SELECT id FROM own) ORDER BY linked_at`,
  wallet_flows: `SELECT f.wallet, f.other, f.direction FROM wallet_flow f JOIN wallet w ON w.address = f.wallet
                 WHERE w.member_id IN (SELECT id FROM own) ORDER BY f.seq DESC`,
  roles: `SELECT role, granted_at FROM role_grant WHERE member_id IN (SELECT id FROM own) ORDER BY role`,
  links: `SELECT survivor, merged, at, balance::text, escrowed::text, settled_at, undone_at FROM member_merge
          WHERE survivor IN (SELECT id FROM own) OR merged IN (SELECT id FROM own) ORDER BY number`,
  attendance: `SELECT event, evidence, at, undone_at, undone_reason FROM attendance WHERE member_id IN (SELECT id FROM own) ORDER BY at DESC, event DESC`,
  voice_presence: `SELECT i.event, i.platform, i.joined_at, i.left_at FROM presence_interval i JOIN chat_account a ON a.platform = i.platform AND a.user_id = i.user_id
                   WHERE a.member_id IN (SELECT id FROM own) ORDER BY i.joined_at DESC`,
  hosted_events: `SELECT event FROM event_host WHERE member_id IN (SELECT id FROM own) ORDER BY event`,
  rewards: `SELECT kind, reference, amount::text, period, status, at, serial::text FROM reward WHERE member_id IN (SELECT id FROM own) ORDER BY seq DESC`,
  transfers: `SELECT id, debit_account, credit_account, amount::text, kind, reference, period, at FROM transfer
              WHERE debit_account IN (SELECT 'member:' || id FROM own) OR credit_account IN (SELECT 'member:' || id FROM own) ORDER BY seq DESC`,
  withdrawals: `SELECT id, address, amount::text, requested_at, paid_at FROM withdrawal WHERE member_id IN (SELECT id FROM own) ORDER BY requested_at DESC`,
  deposits: `SELECT tx_hash, from_address, amount::text, seen_at, credited_at FROM deposit WHERE member_id IN (SELECT id FROM own) ORDER BY seen_at DESC`,
  inbox: `SELECT reply::jsonb AS message, created_at, read_at FROM inbox_message WHERE member_id IN (SELECT id FROM own) ORDER BY id DESC`,
  digest: `SELECT platform, hour, next_at FROM digest WHERE member_id IN (SELECT id FROM own)`,
  reminders: `SELECT subject, platform, lead_ms, due_at FROM reminder WHERE member_id IN (SELECT id FROM own) ORDER BY subject`,
  drafts: `SELECT form, version, event, answers, started_at, updated_at FROM form_draft WHERE member_id IN (SELECT id FROM own) ORDER BY form`,
  uploads: `SELECT '/files/' || id AS page, name, media_type, size, encode(sha256, 'hex') AS sha256, created_at FROM upload
            WHERE member_id IN (SELECT id FROM own) ORDER BY created_at DESC, id`,
  submissions: `SELECT s.number, s.form, s.event, s.slot, s.status, s.contributed_at, s.decided_at,
                       (SELECT jsonb_agg(jsonb_build_object('revision', r.revision, 'answers', r.answers, 'score', r.score, 'submitted_at', r.submitted_at) ORDER BY r.revision)
                        FROM submission_revision r WHERE r.submission = s.number) AS revisions
                FROM submission s WHERE s.member_id IN (SELECT id FROM own) ORDER BY s.number DESC`,
  links_of_submissions: `SELECT l.submission, l.link, l.looked_at, l.kind, l.status, l.title, l.why FROM submission_link l JOIN submission s ON s.number = l.submission
                         WHERE s.member_id IN (SELECT id FROM own) ORDER BY l.submission DESC, l.link`,
  disputes: `SELECT number, reward_id, period, reason, state, opened_at, decided_at, new_amount::text, decided_reason FROM dispute
             WHERE member_id IN (SELECT id FROM own) ORDER BY number`,
  corrections: `SELECT amount::text, reference, kind, period, at FROM correction WHERE member_id IN (SELECT id FROM own) ORDER BY seq`,
  sessions: `SELECT s.platform, s.way, s.wallet, s.created_at, s.last_seen_at, s.revoked_at FROM session s
             JOIN chat_account a ON a.platform = s.platform AND a.user_id = s.user_id WHERE a.member_id IN (SELECT id FROM own) ORDER BY s.created_at DESC`,
  reviews_of_mine: `SELECT subject, kind, state, outcome, amount::text, reason, opened_at, decided_at FROM review_item WHERE contributor IN (SELECT id FROM own) ORDER BY id DESC`,
  reviews_by_me: `SELECT i.subject, a.state, a.verdict, a.amount::text, a.reason, a.assigned_at, a.decided_at FROM review_assignment a JOIN review_item i ON i.id = a.item
                  WHERE a.reviewer IN (SELECT id FROM own) ORDER BY a.assigned_at DESC`,
  campaigns: `SELECT campaign FROM campaign_member WHERE member_id IN (SELECT id FROM own) ORDER BY campaign`,
  interests: `SELECT other_id, declared_at FROM review_interest WHERE member_id IN (SELECT id FROM own) ORDER BY declared_at`,
  // Which submission of somebody else it is would tell of them.
  signals: `SELECT kind, CASE kind WHEN 'shared-answers' THEN '' ELSE subject END AS subject, figure, seen_at FROM sybil_signal WHERE member_id IN (SELECT id FROM own) ORDER BY seen_at DESC`,
  holds: `SELECT state, opened_at, decided_at, reason, appealed_at, appeal FROM member_hold WHERE member_id IN (SELECT id FROM own) ORDER BY id DESC`,
  commands: `SELECT command, input, reply, at FROM audit_line WHERE member_id IN (SELECT id FROM own) ORDER BY at DESC`,
}

/** Everything about a member, and about those who were merged into it, as one JSON document. */
export async function exportOf(tx: Tx, memberId: string): Promise<string> {
  const parts: string[] = []
  for (const [name, select] of Object.entries(SECTIONS)) {
    const rows = await tx.$queryRaw<{ part: string }[]>(Prisma.sql`
      WITH own AS (SELECT member_tree(${memberId}) AS id)
      SELECT coalesce(jsonb_pretty(jsonb_agg(to_jsonb(r))), '[]') AS part FROM (SELECT * FROM (${Prisma.raw(select)}) s LIMIT ${MOST_ROWS}) r`)
    parts.push(`${JSON.stringify(name)}: ${rows[0]!.part}`)
  }
  return `{\n${parts.join(',\n')}\n}\n`
}

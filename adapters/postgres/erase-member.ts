import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { withdrawItems } from './review-withdraw.ts'
import { redactJson, wordsOf, type Words } from './personal-text.ts'

/** An answer of which nothing is left. */
const EMPTY_REPLY = '{"audience":"private","tone":"done","lines":[]}'
/** Rows of one table in which others' answers name the member; read and written one by one. */
const NAMED_AT_ONCE = 5_000

/** What belongs to a member alone and goes with who they are, in the order in which it can be deleted; `$1` are the ids of the member and those merged into it. */
const DELETED: readonly string[] = [
  `presence_interval i USING chat_account a WHERE a.platform = i.platform AND a.user_id = i.user_id AND a.member_id = ANY ($1)`,
  `digest WHERE member_id = ANY ($1)`,
  `reminder WHERE member_id = ANY ($1)`,
  `inbox_message WHERE member_id = ANY ($1)`,
  `prompt p USING chat_account a WHERE a.platform = p.platform AND a.user_id = p.user_id AND a.member_id = ANY ($1)`,
  `kept_answer k USING chat_account a WHERE a.platform = k.platform AND a.user_id = k.user_id AND a.member_id = ANY ($1)`,
  `outbox o USING chat_account a WHERE o.topic = 'private' AND o.subject = a.platform || ':' || a.user_id AND a.member_id = ANY ($1)`,
  `button WHERE member_id = ANY ($1)`,
  `wallet_challenge WHERE member_id = ANY ($1)`,
  `wrong_code WHERE member_id = ANY ($1)`,
  `link_try WHERE member_id = ANY ($1)`,
  `link_code WHERE member_id = ANY ($1)`,
  `role_grant WHERE member_id = ANY ($1)`,
  `event_host WHERE member_id = ANY ($1)`,
  `campaign_member WHERE member_id = ANY ($1)`,
  `form_draft WHERE member_id = ANY ($1)`,
  `submission_link l USING submission s WHERE s.number = l.submission AND s.member_id = ANY ($1)`,
  `upload WHERE member_id = ANY ($1)`,
  `review_interest WHERE member_id = ANY ($1) OR other_id = ANY ($1)`,
  `sybil_signal WHERE member_id = ANY ($1)`,
  `member_hold WHERE member_id = ANY ($1)`,
  `member_merge_move v USING member_merge m WHERE m.id = v.merge_id AND (m.survivor = ANY ($1) OR m.merged = ANY ($1))`,
]

/** Takes who a member is out of everything that is kept. Rewards, transfers, attendance and the public id stay, so that every statement and sum holds. */
export async function eraseMember(tx: Tx, memberId: string, hashAccount: (account: string) => Uint8Array, now: Instant): Promise<void> {
  const tree = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`SELECT member_tree(${memberId}) AS id`)
  const ids = tree.map(({ id }) => id)
  await tx.$executeRaw(Prisma.sql`SELECT 1 FROM member WHERE id = ANY (${ids}::text[]) ORDER BY id FOR UPDATE`)
  const accounts = await tx.chatAccount.findMany({ where: { memberId: { in: ids } } })
  const members = await tx.member.findMany({ where: { id: { in: ids } }, select: { name: true } })
  const wallets = await tx.wallet.findMany({ where: { memberId: { in: ids } }, select: { address: true } })
  const addresses = wallets.map(({ address }) => address.toLowerCase())
  const words = wordsOf([
    ...members.map(({ name }) => name),
    ...accounts.flatMap(({ name, handle, userId }) => [name, handle ?? '', userId]),
    ...addresses,
  ])

  for (const { platform, userId } of accounts) await keepClaims(tx, ids, hashAccount(`${platform}:${userId}`), now)
  await withdrawContributions(tx, ids, now)
  for (const each of DELETED) await tx.$executeRawUnsafe(`DELETE FROM ${each}`, ids)
  await forgetWallets(tx, ids, addresses)
  // Who sent an update is known by its lane, as long as updates are remembered.
  await tx.$executeRaw(Prisma.sql`
    UPDATE telegram_update u SET lane = 0 FROM chat_account a
    WHERE a.member_id = ANY (${ids}::text[]) AND a.platform = 'telegram' AND a.user_id = u.lane::text AND u.handled_at IS NOT NULL`)
  await tx.chatAccount.deleteMany({ where: { memberId: { in: ids } } })
  await tx.$executeRaw(
    Prisma.sql`UPDATE attendance SET undone_reason = 'erased' WHERE member_id = ANY (${ids}::text[]) AND undone_reason IS NOT NULL`,
  )
  await tx.member.updateMany({
    where: { id: { in: ids } },
    data: { name: '', language: 'en', timeZone: 'UTC', hidden: true, autoPayout: false, snoozedUntil: null, erasedAt: new Date(now) },
  })
  await eraseTexts(tx, ids, addresses, words)
}

/** What the account was rewarded for it is not rewarded for again when it comes back as somebody new: events that go on, and places in forms. */
async function keepClaims(tx: Tx, ids: readonly string[], hash: Uint8Array, now: Instant): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    DELETE FROM erased_claim c USING event e WHERE c.subject = 'EVT-' || e.number AND (e.closed_at IS NOT NULL OR e.closes_at <= ${new Date(now)})`)
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO erased_claim (account_hash, subject)
    SELECT ${Uint8Array.from(hash)}::bytea, 'EVT-' || a.event FROM attendance a JOIN event e ON e.number = a.event
    WHERE a.member_id = ANY (${[...ids]}::text[]) AND e.closed_at IS NULL AND e.closes_at > ${new Date(now)}
    UNION
    SELECT ${Uint8Array.from(hash)}::bytea, 'FORM-' || form || '/' || slot FROM submission WHERE member_id = ANY (${[...ids]}::text[]) AND status = 'approved'
    ON CONFLICT DO NOTHING`)
}

/** A proposal goes on with the rest of its team; where nobody is left of it, it is withdrawn. */
async function leaveCampaigns(tx: Tx, ids: readonly string[], now: Instant): Promise<void> {
  const own = Prisma.sql`ANY (${[...ids]}::text[])`
  await tx.$executeRaw(Prisma.sql`
    WITH next AS (
      SELECT c.number, min(t.member_id) AS member_id FROM campaign c JOIN campaign_member t ON t.campaign = c.number
      WHERE c.proposed_by = ${own} AND c.status IN ('proposed', 'returned') AND t.member_id <> ALL (${[...ids]}::text[]) GROUP BY c.number
    ), handed AS (
      UPDATE campaign c SET proposed_by = n.member_id FROM next n WHERE c.number = n.number
    )
    UPDATE review_item i SET contributor = n.member_id, acts = i.acts + 1 FROM next n
    WHERE i.kind = 'campaign' AND i.campaign = n.number AND i.state = 'open'`)
  await tx.$executeRaw(Prisma.sql`
    WITH withdrawn AS (
      UPDATE campaign SET status = 'withdrawn', decided_at = ${new Date(now)} WHERE proposed_by = ${own} AND status IN ('proposed', 'returned') RETURNING number
    )
    UPDATE form f SET status = 'closed' FROM withdrawn w WHERE f.campaign = w.number`)
}

/** What is not decided is withdrawn; answers go, also those that were decided. */
async function withdrawContributions(tx: Tx, ids: readonly string[], now: Instant): Promise<void> {
  const own = Prisma.sql`ANY (${[...ids]}::text[])`
  await leaveCampaigns(tx, ids, now)
  const open = await tx.reviewItem.findMany({ where: { contributor: { in: [...ids] }, state: 'open' }, select: { subject: true } })
  await withdrawItems(
    tx,
    open.map(({ subject }) => subject),
    now,
  )
  await tx.$executeRaw(Prisma.sql`UPDATE review_assignment SET state = 'declined' WHERE reviewer = ${own} AND state = 'asked'`)
  await tx.$executeRaw(Prisma.sql`UPDATE review_assignment SET reason = NULL WHERE reviewer = ${own} AND reason IS NOT NULL`)
  await tx.$executeRaw(Prisma.sql`
    UPDATE dispute SET reason = '', state = CASE state WHEN 'open' THEN 'lapsed' ELSE state END, decided_at = coalesce(decided_at, ${new Date(now)})
    WHERE member_id = ${own}`)
  await tx.$executeRaw(
    Prisma.sql`UPDATE submission SET status = 'withdrawn' WHERE member_id = ${own} AND status IN ('in-review', 'returned')`,
  )
  await tx.$executeRaw(Prisma.sql`
    UPDATE submission_revision r SET answers = '{}', bands = '{}' FROM submission s WHERE s.number = r.submission AND s.member_id = ${own}`)
}

/** An address names a person. What the chain has of it (payouts in `chain_intent` and `chain_attempt`, raw relays) is public there and stays. */
async function forgetWallets(tx: Tx, ids: readonly string[], addresses: readonly string[]): Promise<void> {
  const own = Prisma.sql`ANY (${[...ids]}::text[])`
  // Another one for each, so that rows that were told apart by it still are.
  const nobody = Prisma.sql`'0x' || left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 40)`
  await tx.$executeRaw(Prisma.sql`UPDATE withdrawal SET address = ${nobody} WHERE member_id = ${own}`)
  await tx.$executeRaw(
    Prisma.sql`UPDATE deposit SET from_address = ${nobody} WHERE member_id = ${own} OR from_address = ANY (${[...addresses]}::text[])`,
  )
  await tx.$executeRaw(Prisma.sql`UPDATE relayed_deposit SET owner = ${nobody} WHERE member_id = ${own}`)
  // What others' wallets have to do with it.
  await tx.$executeRaw(Prisma.sql`
    DELETE FROM sybil_signal WHERE kind = 'shared-wallet'
      AND subject IN (SELECT left(a, 6) || '…' || right(a, 4) FROM unnest(${[...addresses]}::text[]) AS n (a))`)
  await tx.walletFlow.deleteMany({ where: { other: { in: [...addresses] } } })
  await tx.wallet.deleteMany({ where: { memberId: { in: [...ids] } } })
}

/** Own lines of the audit trail are emptied; where others' answers name the member, the name is taken out of them. */
async function eraseTexts(tx: Tx, ids: readonly string[], addresses: readonly string[], words: Words): Promise<void> {
  await tx.$executeRaw(Prisma.sql`SELECT set_config('wepos.erasing', 'on', true)`)
  await tx.$executeRaw(Prisma.sql`UPDATE audit_line SET input = '{}', reply = ${EMPTY_REPLY} WHERE member_id = ANY (${[...ids]}::text[])`)
  const own = ids.map((id) => `member:${id}`)
  await tx.$executeRaw(Prisma.sql`
    UPDATE transfer SET reference = 'erased'
    WHERE (debit_account = ANY (${own}::text[]) OR credit_account = ANY (${own}::text[])) AND lower(reference) = ANY (${[...addresses]}::text[])`)
  const lines = await tx.$queryRaw<{ key: string; input: string; reply: string }[]>(
    Prisma.sql`SELECT key, input, reply FROM audit_line WHERE input ~* ${words.pattern} OR reply ~* ${words.pattern} LIMIT ${NAMED_AT_ONCE}`,
  )
  for (const { key, input, reply } of lines)
    await tx.$executeRaw(
      Prisma.sql`UPDATE audit_line SET input = ${redactJson(input, words)}, reply = ${redactJson(reply, words)} WHERE key = ${key}`,
    )
  await tx.$executeRaw(Prisma.sql`SELECT set_config('wepos.erasing', 'off', true)`)
  for (const [table, key, column] of [
    ['inbox_message', 'id', 'reply'],
    ['kept_answer', 'id', 'reply'],
    ['outbox', 'id', 'payload'],
  ] as const) {
    const rows = await tx.$queryRawUnsafe<{ key: string; content: string }[]>(
      `SELECT ${key}::text AS key, ${column}::text AS content FROM ${table} WHERE ${column}::text ~* $1 LIMIT ${NAMED_AT_ONCE}`,
      words.pattern,
    )
    const type = table === 'outbox' ? '::jsonb' : ''
    for (const { key: of, content } of rows)
      await tx.$executeRawUnsafe(`UPDATE ${table} SET ${column} = $1${type} WHERE ${key}::text = $2`, redactJson(content, words), of)
  }
}

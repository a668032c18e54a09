import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadKeccak256 } from '../../adapters/hashing/keccak256.ts'
import { writeStatementOf } from '../../adapters/postgres/statement-store.ts'
import { TOTAL_SUPPLY } from '../../core/shared/amount.ts'
import { DAY, HOUR } from '../../core/shared/instant.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { dumpRows } from '../support/dump-rows.ts'
import { chatter, linkAccounts, type Chatter } from '../support/two-chats.ts'

const GENESIS = Date.UTC(2027, 0, 31)
/** Words that stand for the person, each of a sort, none in any sentence of ours. */
const WALLET = `0x${'5eC7'.repeat(10)}`
const BOBS_WALLET = `0x${'b0'.repeat(20)}`
let community: Community
let zora: Chatter
let zoraThere: Chatter
let bob: Chatter

async function codeOf(line: string): Promise<string> {
  await community.say('op', line)
  const { number } = await community.database.prisma.event.findFirstOrThrow({ orderBy: { number: 'desc' } })
  return (await community.say('op', `event codes EVT-${number}`)).reply.verbatim ?? ''
}

beforeAll(async () => {
  community = await startCommunity(GENESIS)
  zora = chatter(community, 'discord', 'Zorabella')
  zoraThere = chatter(community, 'telegram', 'Zoë "Z" Quux')
  bob = chatter(community, 'telegram', 'bob')
  for (const who of [zora, zoraThere, bob]) await who.say('start', `start:${who.account.platform}:${who === bob ? 'b' : 'z'}`)
})
afterAll(() => community.close())

/** Everything about her that a row could hold. */
const traces = () => [
  zora.account.name,
  zora.account.userId,
  zoraThere.account.userId,
  'Quux',
  WALLET,
  WALLET.toLowerCase(),
  '0x5ec7…5ec7',
  'my secret words',
  'Pacific/Chatham',
]

async function found(): Promise<readonly string[]> {
  const rows = [...(await dumpRows(community.database.pool))].flatMap(([table, each]) => each.map((row) => `${table}: ${row}`))
  return rows.filter((row) => traces().some((trace) => row.toLowerCase().includes(trace.toLowerCase())))
}

async function statement(): Promise<string> {
  const chunks: Uint8Array[] = []
  const emission = '0x1000000000000000000000000000000000000002'
  const { database } = community
  await writeStatementOf(
    { database, keccak: await loadKeccak256(), genesis: GENESIS, chainId: 31_337, emission },
    1,
    (chunk) => void chunks.push(chunk),
  )
  return Buffer.concat(chunks).toString()
}

const accounts = async () => (await dumpRows(community.database.pool)).get('account')

test('an export tells everything, also of the account that was linked, and is for the asker alone', async () => {
  const { prisma } = community.database
  await zora.say(`checkin ${await codeOf('event create First start:now minutes:30')}`, 'k1')
  await zoraThere.say(`checkin ${await codeOf('event create Second start:now minutes:30')}`, 'k2')
  await bob.say(`checkin ${await codeOf('event create Third start:now minutes:30')}`, 'k3')
  const zoraId = await zora.memberId()
  await community.say('op', `role grant ${zoraId} host`)
  await community.say('op', `role revoke ${zoraId} host`)
  await zora.say('timezone Pacific/Chatham', 'k4')
  await zora.say('digest 18', 'k5')
  await linkAccounts(zora, zoraThere)
  const at = new Date(community.clock.now)
  await prisma.wallet.create({ data: { address: WALLET, memberId: zoraId, linkedAt: at, payoutFrom: at } })
  await prisma.wallet.create({ data: { address: BOBS_WALLET, memberId: await bob.memberId(), linkedAt: at, payoutFrom: at } })
  await prisma.walletFlow.create({ data: { wallet: WALLET, other: BOBS_WALLET, direction: 'out' } })
  await community.database.pool.query(`BEGIN; SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO form (number, version, status, builtin, created_at) VALUES (1, 1, 'open', 'idea', 'epoch');
    INSERT INTO form_version (form, version, definition, created_at) VALUES (1, 1, '{}', 'epoch');
    INSERT INTO submission (number, form, member_id, slot, status, contributed_at) VALUES (1, 1, '${zoraId}', 'once', 'in-review', 'epoch');
    INSERT INTO submission_revision (submission, revision, form, version, answers, submitted_at) VALUES (1, 1, 1, 1, '{"idea":"my secret words"}', 'epoch');
    INSERT INTO submission_link (submission, link, looked_at, kind, status, title)
    VALUES (1, 'https://page.example.org/', 'epoch', 'answers', 200, 'The garden of Zorabella');
    INSERT INTO review_item (kind, subject, contributor, form, needed, panel, spread_percent, blind, lowest, highest, opened_at)
    VALUES ('submission', 'SUB-1', '${zoraId}', 1, 1, 1, 50, false, 0, 100, 'epoch');
    INSERT INTO review_assignment (item, reviewer, assigned_at, due_at) SELECT 1, '${await bob.memberId()}', 'epoch', 'epoch'; COMMIT`)
  const answer = await zora.say('privacy export')
  const told: unknown = JSON.parse(answer.reply.file?.content ?? '')
  expect(told).toMatchObject({
    profile: [{ name: 'Zorabella', time_zone: 'Pacific/Chatham', balance: '20000000000' }, { name: 'Zoë "Z" Quux' }],
    chat_accounts: [{ platform: 'discord' }, { platform: 'telegram' }],
    wallets: [{ address: WALLET }],
    wallet_flows: [{ wallet: WALLET, other: BOBS_WALLET, direction: 'out' }],
    attendance: [{ event: 2 }, { event: 1 }],
    rewards: [{ amount: '10000000000' }, { amount: '10000000000' }],
    digest: [{ hour: 18 }],
    links_of_submissions: [{ link: 'https://page.example.org/', title: 'The garden of Zorabella' }],
    submissions: [{ number: 1, revisions: [{ answers: { idea: 'my secret words' } }] }],
  })
  expect(Object.keys(told as object)).toContain('commands')
  expect(answer.reply.audience).toBe('private')
  const other = (await bob.say('privacy export')).reply.file?.content ?? ''
  expect(traces().filter((trace) => other.includes(trace))).toEqual([])
})

test('erasing waits for what needs the person', async () => {
  expect((await zora.say('privacy delete')).reply.code).toBe('privacy.linked')
  community.clock.now += 14 * DAY
  const { prisma } = community.database
  const withdrawal = {
    id: 'w'.repeat(20),
    memberId: await zora.memberId(),
    address: WALLET,
    amount: 1n,
    requestedAt: new Date(community.clock.now),
  }
  await prisma.withdrawal.create({ data: withdrawal })
  expect((await zora.say('privacy delete')).reply.code).toBe('privacy.value_under_way')
  await prisma.withdrawal.delete({ where: { id: withdrawal.id } })
  await prisma.memberHold.create({ data: { memberId: await zora.memberId(), openedAt: new Date(community.clock.now) } })
  expect((await zora.say('privacy delete')).reply.code).toBe('privacy.held')
  await prisma.memberHold.deleteMany({ where: { memberId: await zora.memberId() } })
})

test('erasing leaves no trace of the person, and every statement and balance to the byte', async () => {
  const { prisma, pool } = community.database
  // Paid long ago, to a wallet that the ledger names too.
  await zora.say('withdraw 5', 'k6')
  expect(await prisma.transfer.count({ where: { reference: WALLET } })).toBe(1)
  await pool.query(`INSERT INTO chain_intent (kind, subject, call, created_at) VALUES ('pay', '0', '{}', 'epoch')`)
  await pool.query(`UPDATE withdrawal SET serial = 0, intent_id = (SELECT max(id) FROM chain_intent), paid_at = requested_at`)
  const open = await codeOf('event create Going on start:now minutes:600')
  await zora.say(`checkin ${open}`, 'k7')
  // Another one's answers and input name her.
  await community.say('op', `role grant ${await zora.memberId()} reviewer`)
  expect((await found()).filter((row) => row.startsWith('audit_line') && row.includes('reviewer'))).not.toEqual([])

  // The chain knows that she paid Bob; what we keep of it in his name goes as well.
  await prisma.walletFlow.create({ data: { wallet: BOBS_WALLET, other: WALLET.toLowerCase(), direction: 'in' } })
  const seenAt = new Date(community.clock.now)
  await prisma.sybilSignal.create({
    data: { memberId: await bob.memberId(), kind: 'shared-wallet', subject: '0x5ec7…5ec7', figure: 5, seenAt },
  })

  const before = { statement: await statement(), accounts: await accounts() }
  const bobs = await bob.say('history')
  const preview = await zora.say('privacy delete', 'k8')
  expect(preview.text).toContain('balanceStays')
  expect(preview.text).toContain('withdrawn')
  expect((await zora.press(preview, 'k9')).reply.tone).toBe('done')

  expect(await found()).toEqual([])
  expect(await statement()).toBe(before.statement)
  expect(await accounts()).toEqual(before.accounts)
  expect((await prisma.account.aggregate({ _sum: { balance: true } }))._sum.balance).toBe(TOTAL_SUPPLY)
  expect((await bob.say('history')).text).toBe(bobs.text)
  expect(await prisma.reviewItem.findFirst({ where: { subject: 'SUB-1' } })).toMatchObject({ state: 'withdrawn' })
  // Saved answers of others can still be read.
  expect((await community.say('op', 'role revoke @bob host')).reply.tone).not.toBe('fault')
})

test('who comes back is somebody new, and is not rewarded twice for the same event', async () => {
  const { prisma } = community.database
  const { number } = await prisma.event.findFirstOrThrow({ orderBy: { number: 'desc' } })
  const code = async () => (await community.say('op', `event codes EVT-${number}`)).reply.verbatim ?? ''
  expect((await zora.say('balance', 'n1')).reply.fields?.[0]?.value).toBe(0n)
  expect((await zora.say(`checkin ${await code()}`, 'n2')).reply.code).toBe('checkin.already')
  expect((await zoraThere.say(`checkin ${await code()}`, 'n3')).reply.code).toBe('checkin.already')
  expect((await bob.say(`checkin ${await code()}`, 'n4')).reply.tone).toBe('done')
  community.clock.now += HOUR
  expect((await zora.say(`checkin ${await codeOf('event create Next start:now minutes:30')}`, 'n5')).reply.tone).toBe('done')
})

test('nothing else may change what is append-only', async () => {
  const { pool } = community.database
  await expect(pool.query(`UPDATE audit_line SET input = '{}'`)).rejects.toMatchObject({ code: 'WP001' })
  await expect(pool.query(`UPDATE transfer SET reference = 'erased'`)).rejects.toMatchObject({ code: 'WP001' })
  const client = await pool.connect()
  try {
    await client.query(`SET wepos.erasing = 'on'`)
    await expect(client.query(`UPDATE audit_line SET member_id = 'x'`)).rejects.toMatchObject({ code: 'WP001' })
    await expect(client.query(`UPDATE transfer SET amount = amount + 1, reference = 'erased'`)).rejects.toMatchObject({ code: 'WP001' })
    await expect(client.query(`UPDATE transfer SET reference = 'EVT-1'`)).rejects.toMatchObject({ code: 'WP001' })
    await expect(client.query(`DELETE FROM transfer`)).rejects.toMatchObject({ code: 'WP001' })
  } finally {
    await client.query(`RESET wepos.erasing`)
    client.release()
  }
})

import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { createPublicClient, erc20Abi, http, type Address } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { expect } from 'vitest'
import { pos } from '../../core/shared/amount.ts'
import type { Product } from '../support/product.ts'

/** Olga is an operator by configuration; 陈晨 reads Chinese. */
export const PEOPLE = ['Olga', 'Hana', 'Ann', 'Bob', '陈晨'] as const
export type Person = (typeof PEOPLE)[number]

/** What the bot showed for one action. */
export interface Shown {
  readonly text: string
  readonly isPublic: boolean
  /** Text files that came with it. */
  readonly files: readonly string[]
  /** Words that would alert somebody or lead somewhere. */
  readonly live: readonly string[]
}

/** A platform with the five people on it, and the product in a process of its own that serves it. */
export interface ChatStage {
  readonly product: Product
  /** Gives a command; the values are the command's fields, and `member` names a person. `open`: where everybody reads. */
  give(who: Person, command: string, input?: Readonly<Record<string, string>>, place?: 'open'): Promise<Shown>
  /** Answers what the bot asked this person last. */
  answer(who: Person, value: string): Promise<Shown>
  /** Gives a command with a file as the value of one field. */
  giveFile(who: Person, command: string, input: Readonly<Record<string, string>>, field: string, content: Uint8Array): Promise<Shown>
  /** Presses a button of what was shown to this person last. */
  press(who: Person, label: string): Promise<Shown>
  /** By what a list of members may name this person. */
  handle(who: Person): string
  /** Somebody new, who chose this name, checks in. */
  checkInAs(name: string, code: string): Promise<Shown>
  /** What this person has from the bot in their private chat. */
  inbox(who: Person): readonly string[]
  /** The platform delivers the last action once more, as after a crash; resolves when the bot has dealt with it. */
  redeliver(): Promise<void>
  /** The platform notices that the product is gone. */
  lineLost(): void
  /** Whether the platform keeps what is sent while nobody hears. */
  readonly keepsMessages: boolean
  /** What the platform's documents do not allow, and what the product logged as an error. */
  problems(): unknown[]
  close(): Promise<void>
}

export interface Step {
  readonly name: string
  run(): Promise<void>
  /** What the step is: words that change nothing, words that do, or something beside the chat. A kill after the first kind proves nothing. */
  readonly kind: 'read' | 'write' | 'beside'
}

const CODE = /\b\d+-[0-9A-Z]{4}-[0-9A-Z]{4}\b/
const SIWE = /\S+ wants you to sign in[^]*Expiration Time: \S+/
const PAYOUT_MS = 60_000

/** A first week: a host is made, an event is held, a reward is earned, withdrawn and paid. Each step stands on what earlier ones left in the product alone. */
export function firstWeek(stage: ChatStage): { steps: readonly Step[]; wallet: Address } {
  const account = privateKeyToAccount(generatePrivateKey())
  let challenge = ''
  const read = (name: string, run: () => Promise<void>): Step => ({ name, run, kind: 'read' })
  const write = (name: string, run: () => Promise<void>): Step => ({ name, run, kind: 'write' })
  const beside = (name: string, run: () => Promise<void>): Step => ({ name, run, kind: 'beside' })
  const checkIn = (who: Person, expected: readonly string[]): Step =>
    write(`${who} checks in`, async () => {
      // Shown anew each time: the code rotates, and a start may take longer than that.
      const { text } = await stage.give('Hana', 'event codes', { event: 'EVT-1' })
      const shown = await stage.give(who, 'checkin', { code: CODE.exec(text)?.[0] ?? 'no code was shown' })
      expect(shown.isPublic).toBe(false)
      for (const words of expected) expect(shown.text).toContain(words)
    })
  const steps = [
    write('everybody comes', async () => {
      for (const who of PEOPLE) expect((await stage.give(who, 'start')).text).toContain(who === '陈晨' ? '欢迎' : `Welcome, ${who}`)
    }),
    read('a member may not hold events', async () => {
      expect((await stage.give('Hana', 'event create', { title: 'Too early', start: 'now' })).text).toContain('command.forbidden')
    }),
    write('the operator makes a host', async () => {
      const { text } = await stage.give('Olga', 'role grant', { member: 'Hana', role: 'host' })
      expect(text).toContain('Hana now has the role host')
    }),
    write('the host creates an event', async () => {
      const { text } = await stage.give('Hana', 'event create', { title: 'Open evening', start: 'now', minutes: '120' })
      expect(text).toContain('EVT-1 created: Open evening')
    }),
    checkIn('Ann', ['Checked in to EVT-1', 'You earned 10 PoS']),
    checkIn('Bob', ['Checked in to EVT-1', 'You earned 10 PoS']),
    checkIn('陈晨', ['EVT-1', '签到', '10 PoS']),
    checkIn('Ann', ['You are already checked in to EVT-1', 'checkin.already']),
    read('Ann looks at her balance', async () => {
      const { text, isPublic } = await stage.give('Ann', 'balance')
      expect([text, isPublic]).toEqual([expect.stringMatching(/Balance\W+10 PoS/), false])
    }),
    write('Ann asks to link a wallet', async () => {
      const { text } = await stage.give('Ann', 'wallet link', { address: account.address })
      challenge = SIWE.exec(text)?.[0] ?? ''
      expect(challenge).toContain(account.address)
    }),
    write('Ann sends the signature', async () => {
      const { text } = await stage.answer('Ann', await account.signMessage({ message: challenge }))
      expect(text).toContain(`Wallet linked: ${account.address}`)
    }),
    read('Ann may not withdraw what is younger than 48 hours', async () => {
      expect((await stage.give('Ann', 'withdraw', { amount: '5' })).text).toContain('withdraw.too_much')
    }),
    beside('three days go by', async () => {
      for (let day = 0; day < 3; day += 1) await stage.product.skip('day')
    }),
    write('Ann withdraws', async () => {
      expect((await stage.give('Ann', 'withdraw', { amount: '5' })).text).toContain(`5 PoS are on their way to ${account.address}`)
    }),
    beside('the payout arrives', () => untilPaid(stage.product, account.address, pos(5))),
    read('Ann reads her history', async () => {
      const { text } = await stage.give('Ann', 'history')
      for (const words of ['EVT-1', '10 PoS', '5 PoS']) expect(text).toContain(words)
    }),
    write('Ann reads what she was told', async () => {
      const { text, isPublic } = await stage.give('Ann', 'inbox')
      expect([text, isPublic]).toEqual([expect.stringContaining(`A wallet was linked to your account: ${account.address}`), false])
    }),
    read('everybody sees the leaderboard', async () => {
      const { text, isPublic } = await stage.give('Bob', 'leaderboard', {}, 'open')
      expect(isPublic).toBe(true)
      for (const who of ['Ann', 'Bob', '陈晨']) expect(text).toContain(who)
    }),
    write('the operator changes what contributions pay', async () => {
      const input = { kind: 'node-contribution', amount: '25', highest: '600', reason: 'more to do' }
      const { text, isPublic } = await stage.give('Olga', 'rewards set', input)
      expect([text, isPublic]).toEqual([expect.stringContaining('25 PoS to 600 PoS'), false])
    }),
    read('everybody sees what contributions pay', async () => {
      const { text, isPublic } = await stage.give('Bob', 'rewards', {}, 'open')
      expect(isPublic).toBe(true)
      for (const words of ['attending an event', '10 PoS', 'a contribution to a node', '25 PoS to 600 PoS']) expect(text).toContain(words)
    }),
    write('Ann changes to Chinese', async () => {
      expect((await stage.give('Ann', 'language', { language: 'zh' })).text).toContain('今后我会用中文回复您')
      expect((await stage.give('Ann', 'balance')).text).toMatch(/余额\W+5 PoS/)
    }),
  ]
  return { steps, wallet: account.address }
}

/** Waits for the token to arrive in a wallet, as its owner would see it on the chain. */
export async function untilPaid(product: Product, wallet: Address, amount: bigint): Promise<void> {
  const until = performance.now() + PAYOUT_MS
  while ((await tokenBalance(product, wallet)) !== amount) {
    if (performance.now() > until) throw new Error(`no payout within ${PAYOUT_MS} ms:\n${product.output()}`)
    await sleep(200)
  }
}

/** PoS of an address on the chain, in nano. */
export async function tokenBalance(product: Product, address: Address): Promise<bigint> {
  const client = createPublicClient({ transport: http(product.chainUrl()) })
  return client.readContract({ address: product.contracts().token, abi: erc20Abi, functionName: 'balanceOf', args: [address] })
}

/** What came of a story, without anything that differs from run to run. Amounts are nano. */
export async function outcome(product: Product, wallet: Address): Promise<object> {
  const client = new Client({ connectionString: product.databaseUrl() })
  await client.connect()
  try {
    const all = async (sql: string) => (await client.query<{ key: string; value: string }>(sql)).rows
    const asMap = async (sql: string) => Object.fromEntries((await all(sql)).map(({ key, value }) => [key, value]))
    return {
      balances: await asMap(
        `SELECT m.name AS key, a.balance::text AS value FROM account a JOIN member m ON a.name = 'member:' || m.id WHERE a.balance > 0`,
      ),
      everything: (await all(`SELECT 'sum' AS key, sum(balance)::text AS value FROM account`))[0]?.value,
      leaving: (await all(`SELECT name AS key, balance::text AS value FROM account WHERE name = 'leaving'`))[0]?.value,
      transfers: await asMap(`SELECT kind AS key, count(*) || ' of ' || sum(amount) AS value FROM transfer GROUP BY kind`),
      attended: await asMap(
        `SELECT m.name AS key, count(*)::text AS value FROM attendance t JOIN member m ON m.id = t.member_id GROUP BY 1`,
      ),
      payouts: await asMap(`SELECT serial::text AS key, amount || ' paid ' || (paid_at IS NOT NULL) AS value FROM withdrawal`),
      rates: await asMap(
        `SELECT kind AS key, count(*) || ' to ' || max(highest) AS value FROM reward_rate WHERE set_by IS NOT NULL GROUP BY kind`,
      ),
      // Those of the sandbox have the same names.
      members: await asMap(`SELECT name AS key, count(*)::text AS value FROM chat_account WHERE platform <> 'console' GROUP BY 1`),
      onChain: (await tokenBalance(product, wallet)).toString(),
    }
  } finally {
    await client.end()
  }
}

/** What `outcome` must be after {@link firstWeek}, however often the product was killed on the way. */
export const FIRST_WEEK = {
  balances: { Ann: '5000000000', Bob: '10000000000', 陈晨: '10000000000' },
  everything: '100000000000000000',
  leaving: '0',
  transfers: {
    release: '1 of 1000000000000000',
    grant: '3 of 30000000000',
    withdrawal: '1 of 5000000000',
    payout: '1 of 5000000000',
  },
  attended: { Ann: '1', Bob: '1', 陈晨: '1' },
  payouts: { 1: '5000000000 paid true' },
  rates: { 'node-contribution': '1 to 600000000000' },
  members: { Olga: '1', Hana: '1', Ann: '1', Bob: '1', 陈晨: '1' },
  onChain: '5000000000',
}

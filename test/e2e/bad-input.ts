import { createHash, createHmac } from 'node:crypto'
import { Client } from 'pg'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { CODE_STEP_MS, rotatingCode, showCode } from '../../core/attendance/check-in-code.ts'
import { MINUTE } from '../../core/shared/instant.ts'
import type { ChatStage, Person, Shown } from './chat-story.ts'

/** What the set-up of the community left for the rows of the table. */
export interface Codes {
  /** Of EVT-1, rotating, still good. */
  readonly good: string
  /** Of EVT-1, shown two minutes ago. */
  readonly old: string
  /** Of EVT-2, single-use: one that Ann used, and two that nobody did. */
  readonly used: string
  readonly fresh: readonly [string, string]
}

/** One thing that a person gets wrong, and the code of the refusal. */
export interface Mistake {
  readonly family: string
  readonly name: string
  readonly code: string
  readonly make: (stage: ChatStage, codes: Codes) => Promise<Shown>
}

const mistake = (family: string, name: string, code: string, make: (stage: ChatStage, codes: Codes) => Promise<Shown>): Mistake => ({
  family,
  name,
  code,
  make,
})

const checkIn = (name: string, code: string, who: Person, typed: (codes: Codes) => string) =>
  mistake('check-in code', name, code, (stage, codes) => stage.give(who, 'checkin', { code: typed(codes) }))

const withdraw = (typed: string, code: string) =>
  mistake('amount', typed, code, (stage) => stage.give('Olga', 'withdraw', { amount: typed }))

const owner = privateKeyToAccount(generatePrivateKey())
const other = privateKeyToAccount(generatePrivateKey())
/** One letter in the other case: a typing error that the checksum (EIP-55) shows. */
const mistyped = owner.address.replace(/[a-fA-F](?=[^a-fA-F]*$)/, (letter) =>
  letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
)

const link = (name: string, code: string, address: (stage: ChatStage) => string) =>
  mistake('wallet', name, code, (stage) => stage.give('陈晨', 'wallet link', { address: address(stage) }))

const SIWE = /\S+ wants you to sign in[^]*Expiration Time: \S+/

/** Asks for the text to sign, signs something else, and sends both as a wallet shows them. */
const sign = (name: string, code: string, change: (message: string) => string, signer = owner) =>
  mistake('signed text', name, code, async (stage) => {
    const { text } = await stage.give('Ann', 'wallet link', { address: owner.address })
    const msg = change(SIWE.exec(text)?.[0] ?? '')
    return stage.answer('Ann', JSON.stringify({ address: owner.address, msg, sig: await signer.signMessage({ message: msg }) }))
  })

/** Made by different people: Telegram takes twenty messages to one in twenty seconds, and the bot waits for that. */
export const MISTAKES: readonly Mistake[] = [
  checkIn('a wrong code', 'checkin.wrong_code', 'Bob', () => '1-AAAA-AAAA'),
  checkIn('an expired code', 'checkin.expired_code', 'Bob', ({ old }) => old),
  checkIn('the code of another event', 'checkin.wrong_code', 'Bob', ({ fresh }) => fresh[0].replace(/^2-/, '1-')),
  checkIn('a code of an event that is none', 'checkin.no_such_event', 'Bob', ({ good }) => good.replace(/^1-/, '77-')),
  checkIn('what is no code', 'checkin.not_a_code', 'Bob', () => 'hello there'),
  checkIn('a single-use code that another member used', 'checkin.used_code', '陈晨', ({ used }) => used),
  checkIn('a code at an event where they are already', 'checkin.already', 'Ann', ({ good }) => good),
  withdraw('0', 'input.amount_zero'),
  withdraw('-1', 'input.amount_negative'),
  withdraw('1.0000000001', 'input.amount_too_many_decimals'),
  withdraw('1e3', 'input.amount_exponent'),
  withdraw('１２', 'input.amount_full_width'),
  withdraw('ten', 'input.amount_not_a_number'),
  withdraw('1', 'withdraw.no_wallet'),
  link('the zero address', 'wallet.zero_address', () => '0x0000000000000000000000000000000000000000'),
  link('the token', 'wallet.own_contract', ({ product }) => product.contracts().token),
  link('the vault', 'wallet.own_contract', ({ product }) => product.contracts().vault),
  link('an address with a typing error', 'wallet.checksum', () => mistyped),
  link('what is no address', 'wallet.not_an_address', () => 'vitalik.eth'),
  mistake('signed text', 'a signature that nothing asked for', 'wallet.no_challenge', (stage) =>
    stage.give('Bob', 'wallet confirm', { signature: `0x${'ab'.repeat(65)}` }),
  ),
  sign('of another domain', 'wallet.other_domain', (message) => message.replace(/^\S+/, 'evil.example')),
  sign('of another chain', 'wallet.other_chain', (message) => message.replace('Chain ID: 31337', 'Chain ID: 1')),
  sign('with another nonce', 'wallet.other_nonce', (message) => message.replace(/Nonce: \w+/, 'Nonce: abcdefgh12345678')),
  sign('that has expired', 'wallet.expired', (message) =>
    message.replace(/Expiration Time: \S+/, 'Expiration Time: 2020-01-01T00:00:00.000Z'),
  ),
  sign('with other words', 'wallet.changed_text', (message) => message.replace('moves nothing', 'moves everything')),
  sign('by another key', 'wallet.bad_signature', (message) => message, other),
  mistake('list of members', 'that is not UTF-8', 'roster.encoding', (stage) =>
    stage.giveFile('Hana', 'event roster', { event: 'EVT-3' }, 'list', new Uint8Array([0x62, 0x6f, 0x62, 0x0a, 0xb3, 0xc2, 0x0a])),
  ),
  mistake('list of members', 'for an event of somebody else', 'command.forbidden', (stage) =>
    stage.giveFile('Bob', 'event roster', { event: 'EVT-3' }, 'list', new TextEncoder().encode('bob\n')),
  ),
  mistake('authority', 'a member who makes a host', 'command.forbidden', (stage) =>
    stage.give('Bob', 'role grant', { member: 'Bob', role: 'host' }),
  ),
]

/** What an event's host showed two minutes ago; nobody has to wait for it to run out. */
export async function formerCode(stage: ChatStage, event: number): Promise<string> {
  const client = new Client({ connectionString: stage.product.databaseUrl() })
  await client.connect()
  try {
    const { rows } = await client.query<{ code_secret: Buffer }>('SELECT code_secret FROM event WHERE number = $1', [event])
    const hmac = (key: Uint8Array, message: string) => createHmac('sha256', key).update(message).digest()
    const secret = rows[0]?.code_secret ?? Buffer.alloc(0)
    return showCode(event, rotatingCode(hmac, secret, Date.now(), (2 * MINUTE) / CODE_STEP_MS))
  } finally {
    await client.end()
  }
}

/** Every row that says who owns, attended or may what, as one number: equal before and after what must change nothing. */
export async function digest(stage: ChatStage): Promise<string> {
  const client = new Client({ connectionString: stage.product.databaseUrl() })
  await client.connect()
  try {
    const hash = createHash('sha256')
    for (const table of STATE) {
      // Numbers for the chain are given by a job, whenever it runs.
      const { rows } = await client.query<{ line: string }>(`SELECT (to_jsonb(t) - 'serial')::text AS line FROM ${table} t ORDER BY 1`)
      hash.update(`${table}\n${rows.map(({ line }) => line).join('\n')}\n`)
    }
    return hash.digest('hex')
  } finally {
    await client.end()
  }
}

const STATE = [
  'account',
  'transfer',
  'reward',
  'withdrawal',
  'wallet',
  'attendance',
  'event',
  'event_host',
  'event_code',
  'role_grant',
  'member',
]

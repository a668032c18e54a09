import { openDatabase, type Database } from '../../adapters/postgres/database.ts'
import { ledgerStore } from '../../adapters/postgres/ledger-store.ts'
import { releaseOf } from '../../core/economy/release-schedule.ts'
import { periodAccount } from '../../core/ledger/ledger.types.ts'
import type { ChatPlace } from '../../core/shared/actor.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { runLine, runPress } from '../../core/shared/chat-line.ts'
import { isIssued } from '../../core/shared/press.ts'
import type { WritingStyle } from '../../core/shared/speak.ts'
import { compose, type Composed } from '../../main/compose.ts'
import { freshDatabase } from './postgres.ts'

/** A contract-less chain: commands that only read addresses need no node. */
export const NO_CHAIN = {
  url: 'http://127.0.0.1:9',
  deployment: {
    chainId: 31_337,
    block: 0,
    genesis: 0,
    token: '0x1000000000000000000000000000000000000001',
    emission: '0x1000000000000000000000000000000000000002',
    vault: '0x1000000000000000000000000000000000000003',
    pool: '0x1000000000000000000000000000000000000004',
    ecoFund: '0x1000000000000000000000000000000000000005',
    anchors: '0x1000000000000000000000000000000000000006',
    timelock: '0x1000000000000000000000000000000000000007',
  },
} as const

/** Strings as they are and instants as ISO: what tests read. */
export const PLAIN_STYLE: WritingStyle = { escape: (plain) => plain, instant: (at) => new Date(at).toISOString() }

export interface Community extends Composed {
  readonly database: Database
  readonly clock: { now: Instant }
  /** What a member types, and what they read: the answer, and its sentences in their language as one text. */
  say(who: string, line: string, key?: string): Promise<Answer & { text: string }>
  /** Presses the button with this label of an answer. */
  press(who: string, answer: Answer, label: string, key?: string): Promise<Answer & { text: string }>
  close(): Promise<void>
}

/** The composed product over a database of its own, a clock that tests set, and no contracts. `op` is an operator. */
export async function startCommunity(
  genesis: Instant,
  url?: string,
  nodeUrl: string = NO_CHAIN.url,
  publicOrigin = 'http://localhost:8080',
): Promise<Community> {
  const database = openDatabase(url ?? (await freshDatabase()), { connections: 6 })
  const clock = { now: genesis }
  let keys = 0
  const composed = await compose({
    database,
    now: () => clock.now,
    chain: { url: nodeUrl, deployment: { ...NO_CHAIN.deployment, genesis } },
    publicOrigin,
    language: 'en',
    operators: new Set(['console:op']),
    homes: {},
    log: { info() {}, warn() {}, error() {} },
    openInLedger: (period, now) => openInLedger(database, period, now),
    parts: () => Promise.resolve([{ part: 'database', ok: true, detail: '' }]),
    reportBug(error) {
      throw error
    },
  })
  const { chat } = composed
  const account = (who: string) => ({ platform: 'console' as const, userId: who, name: who, handle: who })
  const place = (who: string): ChatPlace => ({ kind: 'private', chatId: who })
  const nextKey = () => `console:${(keys += 1)}`
  const read = (answer: Answer) => ({ ...answer, text: answerText(composed, answer) })
  return {
    ...composed,
    database,
    clock,
    say: async (who, line, key = nextKey()) => read(await runLine(chat, account(who), place(who), line, key)),
    async press(who, answer, label, key = nextKey()) {
      const buttons = answer.reply.buttons ?? []
      const button = buttons.find((each) => chat.speak(each.label, answer.language, PLAIN_STYLE) === label)
      if (button === undefined || !isIssued(button)) throw new Error(`no button “${label}” in: ${answerText(composed, answer)}`)
      return read(await runPress(chat, account(who), place(who), button.token, key))
    },
    close: () => database.close(),
  }
}

function answerText({ chat }: Composed, { reply, language }: Answer): string {
  const say = (value: Parameters<typeof chat.speak>[0]) => chat.speak(value, language, PLAIN_STYLE)
  return [
    ...(reply.title === undefined ? [] : [say(reply.title)]),
    ...reply.lines.map(say),
    ...(reply.fields ?? []).map(({ label, value }) => `${say(label)}: ${say(value)}`),
    ...(reply.table?.rows ?? []).map((row) => row.map(say).join(' | ')),
    ...(reply.verbatim === undefined ? [] : [reply.verbatim]),
    ...(reply.file === undefined ? [] : [`[${reply.file.name}]`]),
    ...(reply.code === undefined ? [] : [`(${reply.code})`]),
  ].join('\n')
}

async function openInLedger(database: Database, period: number, now: Instant): Promise<void> {
  await database.transaction(async (tx) => {
    const posted = await ledgerStore(tx).post({
      id: `release:${period}`,
      debit: 'unreleased',
      credit: periodAccount(period),
      amount: releaseOf(period),
      kind: 'release',
      reference: `period ${period}`,
      period,
      at: now,
    })
    if (posted === 'posted') await tx.period.create({ data: { number: period, release: releaseOf(period), openedAt: new Date(now) } })
    return { keep: posted === 'posted', value: undefined }
  })
}

import assert from 'node:assert'
import type { ChatPlace, Role } from '../../core/shared/actor.ts'
import type { AuditLine, DispatchPort } from '../../core/shared/dispatch.ts'
import { placeToKeep, valuesOf, withTokens } from '../../core/shared/press.ts'
import type { Button, Choice } from '../../core/shared/reply.ts'

/** Where the clock of a world begins. */
export const NOW = Date.UTC(2027, 1, 3)

export interface State {
  total: number
  readonly lines: Map<string, AuditLine>
}

interface Kept {
  readonly control: Button | Choice
  readonly owner: string
  readonly place: ChatPlace | undefined
  expiresAt: number
  usedKey: string | undefined
}

/** What commands get as a transaction: good only while the work that received it runs. */
export interface Tx {
  readonly state: State
  isOpen: boolean
  readonly isWriting: boolean
}

/** The port in memory, as strict as a database: closed transactions can not be used, what is not kept is gone, a key is saved once. */
export class World {
  state: State = { total: 0, lines: new Map() }
  readonly buttons = new Map<string, Kept>()
  readonly roles = new Map<string, readonly Role[]>()
  readonly reported: unknown[] = []
  /** Messages of members that nobody has told them of. */
  readonly unmentioned = new Map<string, number>()
  mentionFails: unknown
  /** Where commands that note it ran. */
  readonly places: ChatPlace[] = []
  now = NOW
  writes = 0
  homes = new Set(['home'])
  #ids = 0

  readonly port: DispatchPort<Tx> = {
    publicLanguage: 'en',
    now: () => this.now,
    newId: () => `id-${(this.#ids += 1)}`,
    isHome: async (_account, { communityId }) => communityId === undefined || this.homes.has(communityId),
    recognise: (account, where) => this.port.identify(account, where, this.now),
    identify: async (account, where) => ({
      memberId: `member-${account.userId}`,
      name: account.name,
      roles: new Set(this.roles.get(account.userId) ?? ['member']),
      language: account.locale === 'zh-CN' ? 'zh' : 'en',
      timeZone: 'Asia/Shanghai',
      blocked: false,
      account,
      place: where,
    }),
    read: async (work) => this.#run(work, this.state, false),
    write: async (work) => {
      this.writes += 1
      const draft = structuredClone(this.state)
      const { keep, value } = await this.#run(work, draft, true)
      if (keep) this.state = draft
      return value
    },
    claimKey: async (tx, key) => {
      checkTx(tx)
      return tx.state.lines.get(key)
    },
    saveLine: async (tx, line) => {
      checkTx(tx)
      assert(!tx.state.lines.has(line.key), 'a key is saved once')
      tx.state.lines.set(line.key, line)
    },
    issueButtons: async (tx, reply, memberId, at, now) => {
      checkTx(tx)
      return withTokens(reply, (control) => {
        const token = `token-${this.buttons.size + 1}`
        const kept = { owner: memberId, place: placeToKeep(reply, at), expiresAt: now + 1_000, usedKey: undefined }
        this.buttons.set(token, { control, ...kept })
        return token
      })
    },
    mentionUnread: async (memberId) => {
      if (this.mentionFails !== undefined) throw this.mentionFails
      const count = this.unmentioned.get(memberId) ?? 0
      this.unmentioned.delete(memberId)
      return count
    },
    takeButton: async (token, memberId, key, now) => {
      const button = this.buttons.get(token)
      if (button === undefined || button.expiresAt <= now) return { state: 'gone' }
      const { control } = button
      if (control.allowed === 'owner' && button.owner !== memberId) return { state: 'other' }
      if (button.usedKey !== undefined && button.usedKey !== key) return { state: 'used' }
      button.usedKey = 'once' in control && control.once ? key : undefined
      const choice = 'field' in control ? { field: control.field, values: valuesOf(control) } : undefined
      return { state: 'ready', command: control.command, input: control.input, place: button.place, choice }
    },
    releaseButton: async (token, key) => {
      const button = this.buttons.get(token)
      if (button?.usedKey === key) button.usedKey = undefined
    },
    report: (error) => {
      this.reported.push(error)
      return `BUG-${this.reported.length}`
    },
  }

  async #run<Result>(work: (tx: Tx) => Promise<Result>, state: State, isWriting: boolean): Promise<Result> {
    const tx = { state, isOpen: true, isWriting }
    try {
      return await work(tx)
    } finally {
      tx.isOpen = false
    }
  }
}

/** Fails unless the transaction is open and of a write. */
export function checkTx(tx: Tx): void {
  assert(tx.isOpen && tx.isWriting, 'outside of a write')
}

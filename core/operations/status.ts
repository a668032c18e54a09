import { z } from 'zod'
import type { Platform } from '../shared/actor.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import type { Instant } from '../shared/instant.ts'
import { done } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { Text } from '../shared/text.ts'
import { operationsTexts } from './operations.texts.ts'

const { say } = operationsTexts
const brand = (text: string) => sharedTexts.say('plain', { text })

export type Part = 'database' | 'chain' | Platform

const PART_NAMES: Readonly<Record<Part, Text>> = {
  database: say('part_database'),
  chain: say('part_chain'),
  console: say('part_console'),
  discord: brand('Discord'),
  telegram: brand('Telegram'),
}

export interface PartState {
  readonly part: Part
  readonly ok: boolean
  readonly detail: string
}

/** What an operator must know at a glance. */
export interface OperationsView {
  readonly parts: readonly PartState[]
  readonly jobs: readonly {
    readonly job: string
    readonly startedAt: Instant
    readonly result: string | null
    readonly error: string | null
  }[]
  /** Signers and payouts that were stopped, with the reason. */
  readonly halts: readonly { readonly what: string; readonly reason: string }[]
  readonly waitingWithdrawals: number
  readonly unsettledTransactions: number
  readonly deadLetters: number
  readonly unknownDeposits: number
}

export interface OperationsPort {
  view(): Promise<OperationsView>
}

export const statusCommand = defineCommand({
  name: ['status'],
  summary: say('statusSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  run: async ({ actor, port }: Run<OperationsPort>) => done({ view: await port.view(), isOperator: actor.roles.has('operator') }),
  render({ view, isOperator }): Reply {
    const { parts, halts } = view
    const isWell = parts.every(({ ok }) => ok) && halts.length === 0
    const verdict = say(isWell ? 'allWell' : 'notWell')
    if (!isOperator) return { audience: 'private', tone: isWell ? 'info' : 'fault', title: say('statusTitle'), lines: [verdict] }
    return {
      audience: 'private',
      tone: isWell ? 'info' : 'fault',
      title: say('statusTitle'),
      lines: [
        verdict,
        ...halts.map(({ what, reason }) => say('halted', { what, reason })),
        ...(halts.length === 0 ? [] : [say('resumeHint')]),
      ],
      fields: [
        ...parts.map(({ part, ok, detail }) => ({ label: PART_NAMES[part], value: ok ? say('partOk') : say('partBad', { detail }) })),
        { label: say('waiting'), value: view.waitingWithdrawals },
        { label: say('unsettled'), value: view.unsettledTransactions },
        { label: say('deadLetters'), value: view.deadLetters },
        { label: say('unknownDeposits'), value: view.unknownDeposits },
      ],
      ...(view.jobs.length === 0
        ? {}
        : {
            table: {
              header: [say('columnJob'), say('columnLast'), say('columnResult')],
              rows: view.jobs.map(({ job, startedAt, result, error }) => [job, { at: startedAt }, error ?? result ?? say('running')]),
            },
          }),
    }
  },
})

import { CLOSE_AFTER_MS } from '../core/economy/close.rules.ts'
import { FIRST_PERIOD, LAST_PERIOD, periodAt, periodEnd } from '../core/economy/release-schedule.ts'
import type { Database } from '../adapters/postgres/database.ts'
import type { ChatApp } from '../core/shared/chat-app.ts'
import { DAY, HOUR, type Instant } from '../core/shared/instant.ts'
import type { TakeNotices } from '../core/shared/outbox.ts'
import { personaAccount, personaPlace, type Persona } from '../core/shared/persona.ts'
import type { Sandbox, SkipTarget } from '../server/server-app.ts'
import type { Clock } from './clock.ts'
import { newId } from './ids.ts'

/** Who a visitor may play: members first, one of them Chinese, then a host, the committee and an operator. */
export const PERSONAS: readonly [Persona, ...Persona[]] = [
  { id: 'ann', name: 'Ann', role: 'member', language: 'en' },
  { id: 'bob', name: 'Bob', role: 'member', language: 'en' },
  { id: 'chen', name: '陈晨', role: 'member', language: 'zh' },
  { id: 'hana', name: 'Hana', role: 'host', language: 'en' },
  { id: 'rita', name: 'Rita', role: 'reviewer', language: 'en' },
  { id: 'wei', name: '李伟', role: 'chair', language: 'zh' },
  { id: 'olga', name: 'Olga', role: 'operator', language: 'en' },
]

/** Accounts that the sandbox makes operators. */
export const SANDBOX_OPERATORS = PERSONAS.filter(({ role }) => role === 'operator').map(({ id }) => `console:${id}`)

/** Makes the personas members, and gives them their roles. Harmless at every start. */
export async function seedPersonas({ prisma }: Database, chat: ChatApp, now: Instant): Promise<void> {
  for (const persona of PERSONAS) {
    await chat.dispatch({ account: personaAccount(persona), place: personaPlace(persona), command: 'start', input: {}, key: newId() })
    // The operator is one by the configuration.
    if (persona.role === 'member' || persona.role === 'operator') continue
    const { memberId } = await prisma.chatAccount.findUniqueOrThrow({
      where: { platform_userId: { platform: 'console', userId: persona.id } },
    })
    await prisma.roleGrant.createMany({ data: [{ memberId, role: persona.role, grantedAt: new Date(now) }], skipDuplicates: true })
  }
}

export interface SandboxOptions {
  readonly database: Database
  readonly clock: Clock
  readonly genesis: Instant
  readonly notices: TakeNotices
  /** Everything that the jobs would do by now, once. */
  readonly runJobs: (now: Instant) => Promise<void>
}

/** A community to play with. Time moves only forward and only here. */
export function createSandbox({ database, clock, genesis, notices, runJobs }: SandboxOptions): Sandbox {
  return {
    personas: () => Promise.resolve(PERSONAS),
    notices: (persona) => notices(personaAccount(persona).userId),
    async skipTo(target) {
      await clock.moveTo(await instantOf(target))
      await runJobs(clock.now())
      return clock.now()
    },
  }

  async function instantOf(target: SkipTarget): Promise<Instant> {
    const now = clock.now()
    if (target === 'hour') return nextMultiple(now, HOUR)
    if (target === 'day') return nextMultiple(now, DAY)
    const current = Math.min(LAST_PERIOD, Math.max(FIRST_PERIOD, periodAt(genesis, now)))
    if (target === 'period-end') return Math.max(now, periodEnd(genesis, current))
    const oldest = await database.prisma.period.findFirst({ where: { closedAt: null }, orderBy: { number: 'asc' } })
    return Math.max(now, periodEnd(genesis, oldest?.number ?? current) + CLOSE_AFTER_MS)
  }
}

function nextMultiple(now: Instant, step: number): Instant {
  return (Math.floor(now / step) + 1) * step
}

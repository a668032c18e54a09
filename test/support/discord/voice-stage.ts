import { strict as assert } from 'node:assert'
import { startDiscordBot } from '../../../bots/discord/start-discord-bot.ts'
import type { Beat, VoiceSteps } from '../../../bots/discord/voice-presence.ts'
import type { Bot } from '../../../core/shared/chat-app.ts'
import { SECOND, type Instant } from '../../../core/shared/instant.ts'
import { startCommunity, type Community } from '../community.ts'
import { startDiscordFake, type DiscordFake } from './discord-fake.ts'

export const GUILD = '200000000000000001'
export const HOST = '300000000000000001'
/** Bots ask once a step: Discord's own client lets 115 questions a minute pass, by a clock that no test moves. */
const STEP_MS = 30 * SECOND

/** A process of the bot. */
export interface Running {
  readonly bot: Bot
  /** As by SIGKILL: nothing more is heard or written, and nothing is said to anyone. */
  kill(): Promise<void>
}

/** One server with a stage, the composed product over a real database, and a clock that only tests move. */
export interface VoiceStage extends AsyncDisposable {
  readonly fake: DiscordFake
  readonly community: Community
  readonly stage: string
  readonly text: string
  start(): Promise<Running>
  /** Time goes by, and everything that belongs to it happens: bots ask, hear and write, at its end at this very moment. */
  pass(ms: number): Promise<void>
  /** Bots ask, and write what they have heard. */
  write(): Promise<void>
  /** A number of people who never used the bot. */
  addPeople(count: number): readonly string[]
  /** A call for `minutes` in the stage that begins now. @returns its number */
  createEvent(minutes: number, options?: string): Promise<number>
  /** Milliseconds that count for each account by now, in the window of the event. */
  minutes(event: number): Promise<ReadonlyMap<string, number>>
  attendees(event: number): Promise<readonly { userId: string; evidence: string }[]>
}

export async function openVoiceStage(start: Instant): Promise<VoiceStage> {
  const community = await startCommunity(start)
  const fake = await startDiscordFake({ now: () => community.clock.now, timeoutMs: 20_000 })
  fake.addGuild({ id: GUILD })
  const text = fake.addChannel({ name: 'general' })
  const stage = fake.addChannel({ name: 'Town hall', type: 'stage' })
  fake.addMember({ userId: HOST, name: 'Hana' })
  const running = new Map<Running, VoiceSteps>()

  async function startBot(): Promise<Running> {
    let steps: VoiceSteps = { ask: () => {}, write: async () => {} }
    const beat: Beat = (given) => {
      steps = given
      return () => running.delete(process)
    }
    let isKilled = false
    const { presence } = community.chat
    if (presence === undefined) throw new Error('the product has no presence')
    const dead = async () => Promise.reject(new Error('this process is dead'))
    const app = {
      ...community.chat,
      presence: {
        ...presence,
        record: (...given: Parameters<typeof presence.record>) => (isKilled ? dead() : presence.record(...given)),
        watched: (at: Instant) => (isKilled ? dead() : presence.watched(at)),
      },
    }
    const bot = await startDiscordBot({ app, token: fake.token, apiUrl: fake.apiUrl, guildIds: [GUILD], beat })
    const process: Running = {
      bot,
      async kill() {
        isKilled = true
        await bot.stop()
        running.delete(process)
      },
    }
    running.set(process, steps)
    await write()
    return process
  }

  async function write(): Promise<void> {
    await fake.heard()
    for (const { ask } of running.values()) ask()
    await fake.heard()
    await Promise.all([...running.values()].map((steps) => steps.write()))
  }

  return {
    fake,
    community,
    stage,
    text,
    start: startBot,
    write,
    async pass(ms) {
      await fake.heard()
      for (let left = ms; left > 0; left -= STEP_MS) {
        community.clock.now += Math.min(STEP_MS, left)
        await write()
      }
    },
    addPeople: (count) =>
      Array.from({ length: count }, (_, index) =>
        fake.addMember({ userId: `4${String(index).padStart(17, '0')}`, name: `Person ${index}`, nick: `P${index}` }),
      ),
    async createEvent(minutes, options = '') {
      const answer = await community.say(
        'op',
        `event create title:"Town hall" start:now minutes:${minutes} evidence:presence place:${stage} ${options}`,
      )
      const number = Number(/EVT-(\d+)/.exec(answer.text)?.[1])
      if (!Number.isInteger(number)) throw new Error(`no event was created: ${answer.text}`)
      return number
    },
    async minutes(event) {
      const { rows } = await community.database.pool.query<{ user_id: string; ms: string }>(
        `SELECT user_id, sum(upper(part) - lower(part))::text AS ms FROM (
           SELECT i.user_id, unnest(range_agg(int8range(
             (extract(epoch FROM greatest(i.joined_at, e.starts_at)) * 1000)::bigint,
             (extract(epoch FROM greatest(greatest(i.joined_at, e.starts_at), least(coalesce(i.left_at, w.seen_until), e.ends_at))) * 1000)::bigint
           ))) AS part
           FROM presence_interval i JOIN presence_watch w ON w.id = i.watch JOIN event e ON e.number = i.event
           WHERE i.event = $1 GROUP BY i.user_id) p GROUP BY user_id`,
        [event],
      )
      return new Map(rows.map(({ user_id: userId, ms }) => [userId, Number(ms)]))
    },
    async attendees(event) {
      const { rows } = await community.database.pool.query<{ user_id: string; evidence: string }>(
        `SELECT c.user_id, a.evidence FROM attendance a JOIN chat_account c USING (member_id) WHERE a.event = $1 AND c.platform = 'discord' ORDER BY c.user_id`,
        [event],
      )
      return rows.map(({ user_id: userId, evidence }) => ({ userId, evidence }))
    },
    async [Symbol.asyncDispose]() {
      for (const { bot } of running.keys()) await bot.stop()
      await fake.close()
      await community.close()
      assert.deepEqual(fake.violations, [])
    },
  }
}

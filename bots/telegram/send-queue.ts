import { Fault } from '../../core/shared/fault.ts'
import { ApiFailure } from './api-failure.ts'
import type { Timers } from './timers.ts'

/** Sends in order within a chat, at the pace that the platform allows (https://core.telegram.org/bots/faq, "My bot is hitting limits"). */
export interface SendQueue {
  /**
   * Runs `send` when its turn has come. Limits (429) and passing trouble are waited out and tried again, at most `attempts` times in all.
   * @throws ApiFailure what the last attempt met; Fault `overload` when too much waits already
   */
  run<Result>(chatId: number, send: () => Promise<Result>, attempts: number): Promise<Result>
  /** Whether a message to this chat would have to wait: what is merely nice is then left out. */
  isCrowded(chatId: number): boolean
  /** Whether a message to any chat would have to wait now. */
  isFull(): boolean
}

const SECOND = 1_000
/** Over all chats, in one second. */
const MOST_TOGETHER = 30
/**
 * From the answer to a message until its place is free. The platform counts a message at some moment before it answers, so that however long the network
 * keeps one, no second of the platform sees more than the places there are.
 */
const COMMON_SPAN = SECOND + 20
/** In one chat: a group takes 20 in a minute; a private chat one a second, with short bursts. The half second covers the network. */
const MOST_IN_SPAN = 20
const GROUP_SPAN = 60 * SECOND + 500
const PRIVATE_SPAN = 20 * SECOND
const MOST_WAITING_IN_CHAT = 60
const MOST_WAITING = 5_000
const MOST_LANES = 10_000
/** An interactive answer that would have to wait longer has lost its sense. */
const LONGEST_PAUSE = 60 * SECOND

interface Lane {
  readonly span: number
  tail: Promise<unknown>
  waiting: number
  /** When the last messages were sent, oldest first. */
  sent: number[]
  pausedUntil: number
}

export function createSendQueue(timers: Timers): SendQueue {
  const lanes = new Map<number, Lane>()
  /** When the last messages were answered, oldest first; and how many are under way. */
  let answered: number[] = []
  let underWay = 0
  let nextAnswer = Promise.withResolvers<void>()
  let waiting = 0
  /** Messages whose chat is ready wait here one behind another: were each to look by itself, thousands would wake for every one that may go. */
  let gate: Promise<void> = Promise.resolve()
  let atGate = 0

  function laneOf(chatId: number): Lane {
    const found = lanes.get(chatId)
    if (found !== undefined) return found
    if (lanes.size >= MOST_LANES) for (const [id, lane] of lanes) if (isIdle(lane)) lanes.delete(id)
    const made: Lane = { span: chatId < 0 ? GROUP_SPAN : PRIVATE_SPAN, tail: Promise.resolve(), waiting: 0, sent: [], pausedUntil: 0 }
    lanes.set(chatId, made)
    return made
  }

  const isIdle = (lane: Lane): boolean =>
    lane.waiting === 0 && lane.pausedUntil <= timers.now() && (lane.sent.at(-1) ?? 0) <= timers.now() - lane.span

  const waitOf = (lane: Lane): number => {
    const oldest = lane.sent.length >= MOST_IN_SPAN ? lane.sent[lane.sent.length - MOST_IN_SPAN]! + lane.span : 0
    return Math.max(oldest, lane.pausedUntil) - timers.now()
  }

  /** Waits for the chat first and for the common limit last, so that a slow chat holds up nobody else. */
  async function takeTurn(lane: Lane): Promise<void> {
    for (let wait = waitOf(lane); wait > 0; wait = waitOf(lane)) await timers.sleep(wait)
    atGate++
    gate = gate.then(passGate)
    await gate
    lane.sent = [...lane.sent.slice(1 - MOST_IN_SPAN), timers.now()]
  }

  async function passGate(): Promise<void> {
    while (isOccupied()) {
      const [oldest] = answered
      await (oldest === undefined ? nextAnswer.promise : timers.sleep(Math.max(1, oldest + COMMON_SPAN - timers.now())))
    }
    atGate--
    underWay++
  }

  function leave(): void {
    underWay--
    answered.push(timers.now())
    nextAnswer.resolve()
    nextAnswer = Promise.withResolvers()
  }

  function isOccupied(): boolean {
    answered = answered.filter((at) => at > timers.now() - COMMON_SPAN)
    return underWay + answered.length >= MOST_TOGETHER
  }

  async function attempt<Result>(lane: Lane, send: () => Promise<Result>, attempts: number): Promise<Result> {
    for (let tried = 1; ; tried++) {
      await takeTurn(lane)
      try {
        return await send()
      } catch (error) {
        const pause = error instanceof ApiFailure ? pauseAfter(error, tried) : undefined
        if (pause === undefined || pause > LONGEST_PAUSE) throw error
        const isLast = tried >= attempts
        // A limit holds for whoever sends next, trouble of the network may be over.
        if (!isLast || (error instanceof ApiFailure && error.kind === 'limited')) lane.pausedUntil = timers.now() + pause
        if (isLast) throw error
      } finally {
        leave()
      }
    }
  }

  return {
    async run(chatId, send, attempts) {
      const lane = laneOf(chatId)
      if (lane.waiting >= MOST_WAITING_IN_CHAT || waiting >= MOST_WAITING) {
        throw new Fault('overload', `too many messages wait for Telegram chat ${chatId}`, { retryable: true, retryAfterMs: 30 * SECOND })
      }
      lane.waiting++
      waiting++
      const result = lane.tail.then(() => attempt(lane, send, attempts))
      lane.tail = result.catch(() => undefined)
      try {
        return await result
      } finally {
        lane.waiting--
        waiting--
      }
    },
    isCrowded(chatId) {
      const lane = lanes.get(chatId)
      return lane !== undefined && (lane.waiting > 2 || waitOf(lane) > SECOND)
    },
    isFull: () => atGate > 0 || isOccupied(),
  }
}

/** Milliseconds to wait before the same call may succeed; undefined when it never will. */
function pauseAfter(failure: ApiFailure, tried: number): number | undefined {
  if (failure.kind === 'limited') return failure.retryAfterMs ?? 5 * SECOND
  return failure.kind === 'temporary' ? 250 * 2 ** tried : undefined
}

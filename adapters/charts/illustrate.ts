import { setTimeout as sleep } from 'node:timers/promises'
import type { Draw } from '../../core/shared/chart.ts'
import type { Answer, Dispatch } from '../../core/shared/dispatch.ts'
import { Fault } from '../../core/shared/fault.ts'
import type { ChatAccount } from '../../core/shared/actor.ts'
import type { ChatApp, Log } from '../../core/shared/chat-app.ts'
import type { ChartDrawer } from './chart-drawer.ts'

/** `dispatch` whose answers bring the drawn picture of their chart. One that can not be drawn is left out: its words are in the answer. */
export function illustrated(dispatch: Dispatch, drawer: Pick<ChartDrawer, 'draw'>, log: Log): Dispatch {
  async function illustrate({ platform }: ChatAccount, answer: Answer): Promise<Answer> {
    const { chart } = answer.reply
    // A terminal shows words.
    if (chart === undefined || platform === 'console') return answer
    try {
      return { ...answer, picture: await drawer.draw(chart, answer.language) }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.warn({ reason: error.message }, 'a chart was left out of an answer')
      return answer
    }
  }
  const run: Dispatch = Object.assign(async (...[request]: Parameters<Dispatch>) => illustrate(request.account, await dispatch(request)), {
    press: async (...[press]: Parameters<Dispatch['press']>) => illustrate(press.account, await dispatch.press(press)),
  })
  return run
}

/** A message that goes out by itself waits this long for its picture; well within the time for which a worker has it. */
const PATIENCE_MS = 10_000

/** Drawing for messages that go out either way: what fails is reported, and then the words go alone. */
export function drawOrLeaveOut(
  drawer: Pick<ChartDrawer, 'draw'>,
  { log, report }: Pick<ChatApp, 'log' | 'report'>,
  patienceMs = PATIENCE_MS,
): Draw {
  return async (chart, language) => {
    const late = new AbortController()
    const isLate = sleep(patienceMs, undefined, { signal: late.signal, ref: false }).then(() => 'late' as const)
    // Ended when the picture came first.
    isLate.catch(() => undefined)
    try {
      const drawn = await Promise.race([drawer.draw(chart, language), isLate])
      if (drawn !== 'late') return drawn
      log.warn({ patienceMs }, 'a chart was left out of a message, because drawing it took too long')
    } catch (error) {
      if (error instanceof Fault) log.warn({ reason: error.message }, 'a chart was left out of a message')
      else report(error, { command: 'chart', key: '' })
    } finally {
      late.abort()
    }
    return undefined
  }
}

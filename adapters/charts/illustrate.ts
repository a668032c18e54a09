import type { Answer, Dispatch } from '../../core/shared/dispatch.ts'
import { Fault } from '../../core/shared/fault.ts'
import type { ChatAccount } from '../../core/shared/actor.ts'
import type { Log } from '../../core/shared/chat-app.ts'
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

import type { Dice } from '../support/dice.ts'
import type { Answered } from './asker.ts'

/** What somebody does in their chat, each turn under a key of its own. */
export interface Chat {
  readonly say: (line: string) => Promise<Answered>
  readonly press: (button: string) => Promise<Answered>
}

/** The built-in report of a contribution, the second form of every community. */
const REPORT = 'FRM-2'
/** More turns than it has questions. */
const MOST_TURNS = 12
const WORDS = 'alert bridge cluster delegate epoch figure guide handbook index journal kernel ledger monitor network outage page'.split(' ')

/** Fills in the report from where an earlier try left it, and sends it in; gives what came of it. */
export async function contribute({ say, press }: Chat, dice: Dice): Promise<string> {
  let answer = await say(`/form fill ${REPORT}`)
  for (let turn = 0; turn < MOST_TURNS && answer.question !== undefined; turn += 1) {
    const typed = typedFor(answer.question, dice)
    const [skip] = answer.buttons
    if (typed === undefined && skip === undefined) break
    answer = typed === undefined ? await press(skip!) : await say(typed)
  }
  const [send] = answer.buttons
  if (answer.tone === 'refused' || answer.question !== undefined || send === undefined) return answer.code ?? 'left unfinished'
  const sent = await press(send)
  return sent.tone === 'done' ? 'done' : (sent.code ?? 'looked at again')
}

function typedFor(question: string, dice: Dice): string | undefined {
  // No two are alike, so that nobody seems to have copied.
  const words = (count: number): string => Array.from({ length: count }, () => `${dice.pick(WORDS)!}${dice.between(10, 99)}`).join(' ')
  const typed: Readonly<Record<string, string>> = {
    kind: 'support',
    node: `Node ${words(1)}`,
    day: '2026-01-15',
    what: `Told delegators about ${words(20)}.`,
    link: `https://example.org/${words(1)}`,
  }
  return typed[question]
}

/** Says of a line of the month that ended that it is wrong. */
export async function dispute({ say }: Chat, dice: Dice): Promise<string> {
  const listed = await say('/dispute')
  const line = dice.pick(listed.options)
  if (line === undefined) return listed.code ?? 'nothing to dispute'
  const answer = await say(`/dispute ${line} It was worth something else.`)
  return answer.tone === 'done' ? 'done' : (answer.code ?? answer.tone)
}

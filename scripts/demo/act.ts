import type { Answer, Request } from '../../core/shared/dispatch.ts'
import { isIssued } from '../../core/shared/press.ts'
import type { TextValue } from '../../core/shared/text.ts'
import type { World } from './open-world.ts'
import type { Person } from './people.ts'

/** How the people of the simulated community do anything at all: commands to the same dispatch that bots and pages use. */
export interface Actors {
  /** Gives a command; every call is a message of its own. */
  give(person: Person, command: string, input?: Request['input']): Promise<Answer>
  /** Gives a command that must be accepted. */
  succeed(person: Person, command: string, input?: Request['input']): Promise<Answer>
  /** Gives a command and then the very same message again, as a platform does that has not heard the answer. */
  giveTwice(person: Person, command: string, input: Request['input']): Promise<readonly [Answer, Answer]>
  /** Presses the first button of an answer; it must be accepted. */
  pressFirst(person: Person, answer: Answer): Promise<Answer>
}

export function createActors({ chat }: Pick<World, 'chat'>): Actors {
  let messages = 0
  const nextKey = (): string => `demo:${(messages += 1)}`
  const give = ({ account, place }: Person, command: string, input: Request['input'], key: string): Promise<Answer> =>
    chat.dispatch({ account, place, command, input, key })
  return {
    give: (person, command, input = {}) => give(person, command, input, nextKey()),
    succeed: async (person, command, input = {}) => accepted(await give(person, command, input, nextKey()), person, command),
    async giveTwice(person, command, input) {
      const key = nextKey()
      const first = await give(person, command, input, key)
      return [first, await give(person, command, input, key)]
    },
    async pressFirst(person, answer) {
      const button = answer.reply.buttons?.[0]
      if (button === undefined || !isIssued(button)) throw new Error('the answer has no button to press')
      const { account, place } = person
      return accepted(await chat.dispatch.press({ account, place, token: button.token, key: nextKey() }), person, button.command)
    },
  }
}

function accepted(answer: Answer, person: Person, command: string): Answer {
  const { tone, code } = answer.reply
  if (tone === 'done' || tone === 'info') return answer
  throw new Error(`“${command}” of ${person.account.userId} was refused: ${code ?? tone}`)
}

/** The value of a field of an answer, by the key of its label. */
export function fieldOf(answer: Answer, key: string): TextValue | undefined {
  return answer.reply.fields?.find(({ label }) => label.key === key)?.value
}

/** Like `fieldOf`, for an amount in nano. */
export function amountOf(answer: Answer, key: string): bigint {
  const value = fieldOf(answer, key)
  if (typeof value !== 'bigint') throw new Error(`an answer has no amount under ${key}`)
  return value
}

/** Runs `work` for every item, at most `width` at a time, started in the order of the list. */
export async function forEachAtOnce<Item>(items: readonly Item[], width: number, work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      next += 1
      await work(items[next - 1]!)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
}

import type { Text } from '../shared/text.ts'
import type { FoundMember } from '../identity/identity.types.ts'
import { attendanceTexts } from './attendance.texts.ts'
import type { Resolved } from './check-in.port.ts'
import { isTooLong, type RosterLine } from './event.rules.ts'

const { say } = attendanceTexts
const SHOWN_LENGTH = 40

export interface SortedRoster {
  readonly good: readonly FoundMember[]
  readonly bad: readonly { readonly line: number; readonly text: string; readonly problem: Text }[]
}

/** Parts the lines of a roster into members to check in and lines with the reason why not; every line ends in exactly one of the two. */
export function sortRoster(lines: readonly RosterLine[], resolved: readonly Resolved[], attended: ReadonlySet<string>): SortedRoster {
  const firstLine = new Map<string, number>()
  const good: FoundMember[] = []
  const bad: SortedRoster['bad'][number][] = []
  lines.forEach(({ line, reference }, index) => {
    const member = resolved[index]
    const problem = problemOf(reference, member, attended, firstLine)
    if (problem === undefined && typeof member === 'object') {
      firstLine.set(member.memberId, line)
      good.push(member)
    } else bad.push({ line, text: Array.from(reference).slice(0, SHOWN_LENGTH).join(''), problem: problem ?? say('rosterUnknown') })
  })
  return { good, bad }
}

function problemOf(
  reference: string,
  member: Resolved,
  attended: ReadonlySet<string>,
  firstLine: ReadonlyMap<string, number>,
): Text | undefined {
  if (isTooLong(reference)) return say('rosterLong')
  if (member === undefined) return say('rosterUnknown')
  if (member === 'many') return say('rosterMany')
  const first = firstLine.get(member.memberId)
  if (first !== undefined) return say('rosterDouble', { first })
  return attended.has(member.memberId) ? say('rosterAttended') : undefined
}

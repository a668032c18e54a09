import { cleanLine } from '../shared/clean-line.ts'
import { pos } from '../shared/amount.ts'
import { DAY, MINUTE, type Instant } from '../shared/instant.ts'
import type { Event } from './attendance.types.ts'

/** Check-in opens this long before the start and closes this long after the end (spec 03). */
export const OPENS_BEFORE_MS = 15 * MINUTE
export const CLOSES_AFTER_MS = 30 * MINUTE
export const MAX_AHEAD_MS = 366 * DAY
/** Of the base reward that a host gives an event; the bound of the database too. */
export const MAX_REWARD = pos(10_000)
export const MAX_CODES = 2_000
export const MAX_ROSTER_LINES = 1_000
const MAX_REFERENCE = 100

export type EventState = 'soon' | 'open' | 'closed'

export function eventState(event: Pick<Event, 'opensAt' | 'closesAt' | 'closedAt'>, now: Instant): EventState {
  if (event.closedAt !== null || now >= event.closesAt) return 'closed'
  return now < event.opensAt ? 'soon' : 'open'
}

/** A line of a roster that names somebody. `line` counts from 1 in the file. */
export interface RosterLine {
  readonly line: number
  readonly reference: string
}

export type RosterProblem = { readonly problem: 'encoding'; readonly line: number } | { readonly problem: 'too_long' | 'empty' }

/**
 * Reads a host's list: one member a line, in the first column of a CSV with `,` `;` or a tab, quoted or not. A header line such as `member` and empty lines
 * are skipped. Text that was not UTF-8 shows by its replacement characters and is refused whole, because half a name could name somebody else.
 */
export function readRoster(text: string): { ok: true; lines: readonly RosterLine[] } | ({ ok: false } & RosterProblem) {
  const all = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)
  const broken = all.findIndex((line) => line.includes('\ufffd') || line.includes('\0'))
  if (broken !== -1) return { ok: false, problem: 'encoding', line: broken + 1 }
  const lines = all
    .map((line, index) => ({ line: index + 1, reference: firstColumn(line) }))
    .filter(({ line, reference }) => reference !== '' && !(line === 1 && isHeader(reference)))
  if (lines.length > MAX_ROSTER_LINES) return { ok: false, problem: 'too_long' }
  return lines.length === 0 ? { ok: false, problem: 'empty' } : { ok: true, lines }
}

function firstColumn(line: string): string {
  const quoted = /^\s*"((?:[^"]|"")*)"/.exec(line)
  return cleanLine(quoted === null ? line.split(/[,;\t]/, 1)[0]! : quoted[1]!.replaceAll('""', '"'))
}

function isHeader(reference: string): boolean {
  return /^(member|name|user|id|handle|成员|名字|姓名|用户)$/i.test(reference)
}

/** True for a reference too long to be one; such a line is reported, not looked up. */
export function isTooLong(reference: string): boolean {
  return Array.from(reference).length > MAX_REFERENCE
}

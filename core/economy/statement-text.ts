import { exactAmount } from '../shared/amount.ts'
import { exactAmountValue } from './statement-fields.ts'
import type { Hex } from './merkle-hex.ts'
import type { StatementLine, StatementTransaction } from './statement.types.ts'

/**
 * The file: JSON (ASCII, LF) laid out so that every entry is one line of text and has exactly one form. Anything but that form is refused, so the
 * same content can not be written in two ways and a reader needs only one line of text in memory.
 *
 *     {"format":"wepos-statement",
 *     "facts":{
 *     "version":{"value":"1","check":"0123456789abcdef"},
 *     ...
 *     },
 *     "lines":[
 *     {"line":1,"member":"0x..","kind":"attendance","amount":"12.5","reference":"EVT-12","serial":77,"check":"0123456789abcdef"},
 *     ...
 *     ],
 *     "totals":{
 *     ...
 *     },
 *     "root":"0x..",
 *     "transactions":[
 *     {"name":"close","hash":"0x..","check":"0123456789abcdef"}
 *     ]
 *     }
 */
export const OPENING = '{"format":"wepos-statement",'
export const FACTS_OPEN = '"facts":{'
export const FIELDS_CLOSE = '},'
export const LINES_OPEN = '"lines":['
export const LINES_CLOSE = '],'
export const TOTALS_OPEN = '"totals":{'
export const TRANSACTIONS_OPEN = '"transactions":['
export const TRANSACTIONS_CLOSE = ']'
export const CLOSING = '}'

/** Upper bound of one line of text of the file, in bytes; the longest entry is below 400. */
export const MAX_TEXT_LINE = 512

export function fieldEntry(name: string, text: string, check: string): string {
  return `"${name}":{"value":"${text}","check":"${check}"}`
}

const FIELD = /^"([A-Za-z]{1,31})":\{"value":"([0-9A-Za-z:.-]{1,80})","check":"([0-9a-f]{16})"\}$/

export function readFieldEntry(entry: string): { name: string; text: string; check: string } | undefined {
  const match = FIELD.exec(entry)
  return match === null ? undefined : { name: match[1]!, text: match[2]!, check: match[3]! }
}

export function lineEntry(number: number, line: StatementLine, check: string): string {
  return `{"line":${number},"member":"${line.member}","kind":"${line.kind}","amount":"${exactAmount(line.amount)}","reference":"${line.reference}","serial":${line.serial},"check":"${check}"}`
}

const LINE =
  /^\{"line":([1-9]\d{0,8}),"member":"0x([0-9a-f]{64})","kind":"([a-z][a-z0-9-]{0,30})","amount":"(-?\d[\d.]{0,20})","reference":"([ !#-[\]-~]{0,31})","serial":(0|[1-9]\d{0,15}),"check":"([0-9a-f]{16})"\}$/

export function readLineEntry(entry: string): { number: number; line: StatementLine; check: string } | undefined {
  const match = LINE.exec(entry)
  if (match === null) return undefined
  const amount = exactAmountValue(match[4]!)
  if (amount === undefined) return undefined
  const line = { member: `0x${match[2]!}` as const, kind: match[3]!, amount, reference: match[5]!, serial: Number(match[6]) }
  return { number: Number(match[1]), line, check: match[7]! }
}

export function rootEntry(root: Hex): string {
  return `"root":"${root}",`
}

export function readRootEntry(text: string): Hex | undefined {
  const match = /^"root":"0x([0-9a-f]{64})",$/.exec(text)
  return match === null ? undefined : `0x${match[1]!}`
}

export function transactionEntry(transaction: StatementTransaction, check: string): string {
  return `{"name":"${transaction.name}","hash":"${transaction.hash}","check":"${check}"}`
}

const TRANSACTION = /^\{"name":"([a-z][a-z0-9-]{0,30})","hash":"0x([0-9a-f]{64})","check":"([0-9a-f]{16})"\}$/

export function readTransactionEntry(entry: string): { transaction: StatementTransaction; check: string } | undefined {
  const match = TRANSACTION.exec(entry)
  return match === null ? undefined : { transaction: { name: match[1]!, hash: `0x${match[2]!}` }, check: match[3]! }
}

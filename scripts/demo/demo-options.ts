import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Language, Text } from '../../core/shared/text.ts'
import { demoTexts } from './demo.texts.ts'

const { say } = demoTexts

export interface DemoOptions {
  readonly members: number
  readonly seed: number
  /** Absolute. */
  readonly folder: string
  readonly language: Language
  /** Preferred; another one when it is in use. */
  readonly port: number
  /** Undefined: when a person watches. */
  readonly serve: boolean | undefined
}

const DEFAULT_MEMBERS = 2_000
/** With fewer no month can be used up by rewards inside their bounds. */
const LEAST_MEMBERS = 40
const MOST_MEMBERS = 20_000
const DEFAULT_SEED = 1
const MOST_SEED = 2 ** 32 - 1
const DEFAULT_PORT = 8_080

/** The language is read by itself, so that even a wrong command is answered in it. */
export function languageOfArguments(args: readonly string[]): Language {
  const at = args.indexOf('--language')
  return args.includes('--language=zh') || (at >= 0 && args[at + 1] === 'zh') ? 'zh' : 'en'
}

/** Reads the arguments of `npm run demo`; gives what is wrong with them instead when something is. */
export function readDemoOptions(args: readonly string[], defaultFolder: string): DemoOptions | { readonly problem: Text } {
  let values: { members?: string; seed?: string; data?: string; language?: string; port?: string; serve?: boolean }
  try {
    values = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        members: { type: 'string' },
        seed: { type: 'string' },
        data: { type: 'string' },
        language: { type: 'string' },
        port: { type: 'string' },
        serve: { type: 'boolean' },
      },
    }).values
  } catch {
    return { problem: say('usage') }
  }
  const members = wholeNumber(values.members, DEFAULT_MEMBERS, LEAST_MEMBERS, MOST_MEMBERS)
  if (members === undefined) return { problem: say('badMembers', { least: LEAST_MEMBERS, most: MOST_MEMBERS }) }
  const seed = wholeNumber(values.seed, DEFAULT_SEED, 0, MOST_SEED)
  if (seed === undefined) return { problem: say('badSeed') }
  const port = wholeNumber(values.port, DEFAULT_PORT, 0, 65_535)
  if (port === undefined) return { problem: say('badPort') }
  const language = values.language ?? 'en'
  if (language !== 'en' && language !== 'zh') return { problem: say('badLanguage') }
  return { members, seed, port, language, folder: resolve(values.data ?? defaultFolder), serve: values.serve }
}

function wholeNumber(typed: string | undefined, otherwise: number, least: number, most: number): number | undefined {
  if (typed === undefined) return otherwise
  const value = /^\d{1,10}$/.test(typed) ? Number(typed) : Number.NaN
  return value >= least && value <= most ? value : undefined
}

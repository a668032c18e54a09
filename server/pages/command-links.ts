import { commandName } from '../../core/shared/command.ts'
import type { Language } from '../../core/shared/text.ts'

/** Around each value of a sentence, so that only our own words of it are read; from the private use area, and no value keeps them. */
export const VALUE_OPENS = '\u{E002}'
export const VALUE_CLOSES = '\u{E003}'

/** Finds the commands in a sentence whose values are marked. */
export type FindCommands = Readonly<Record<Language, RegExp>>

type Named = readonly { readonly name: readonly string[] }[]
const found = new WeakMap<Named, FindCommands>()

/** A word of a sentence may be a command's too: alone it is one where it begins an English sentence, in small letters, or is to be sent; in Chinese it is no other word. */
export function commandsOf(commands: Named): FindCommands {
  const known = found.get(commands)
  if (known !== undefined) return known
  const names = commands.map(commandName).toSorted((a, b) => b.length - a.length)
  const long = names.filter((name) => name.includes(' ')).join('|') || '(?!)'
  const short = names.filter((name) => !name.includes(' ')).join('|') || '(?!)'
  const value = `${VALUE_OPENS}([^${VALUE_CLOSES}]*)${VALUE_CLOSES}`
  const finder = (alone: string) =>
    new RegExp(`(?<![\\w/-])(${long}|${alone})(?![\\w’'-])(?:( |(?: with| 加) [a-z]+:)${value})?|${value}`, 'gu')
  const made = { en: finder(`(?<=^|[Ss]end |[.:;] )(?:${short})`), zh: finder(short) }
  found.set(commands, made)
  return made
}

/** Where a page does what a command does, by its first word or whole name. @param number of the thing that it is about @param code of it */
const PAGES: Readonly<Record<string, (code: string, number: string) => string>> = {
  form: (_code, number) => `/forms${number === '' ? '' : `/${number}`}`,
  submission: (_code, number) => `/submissions${number === '' ? '' : `/${number}`}`,
  'campaign list': () => '/campaigns',
  'campaign show': (_code, number) => `/campaigns${number === '' ? '' : `/${number}`}`,
  'campaign propose': (_code, number) => (number === '' ? '/campaigns/propose' : `/campaigns/${number}/edit`),
  'review next': () => '/desk',
  'review list': () => '/desk',
  'review show': (code) => `/desk${code === '' ? '' : `/${code}`}`,
  'review history': () => '/desk/history',
  'review quality': () => '/desk/quality',
  'wallet link': () => '/wallet/link',
  deposit: () => '/deposit',
  supply: () => '/',
  period: () => '/periods',
  leaderboard: () => '/leaderboard',
}
/** What only a chat does, though a page shows the same things. */
const IN_CHAT: ReadonlySet<string> = new Set(['form export', 'form import', 'form pause', 'form discard'])

/** The page for a step that a sentence names as a command; undefined where only a chat has it. @param value what stands behind the command, such as `FRM-12` */
export function pageOfCommand(name: string, value: string): string | undefined {
  const [, code = '', number = ''] = /^((?:FRM|SUB|CMP|DSP)-([1-9]\d{0,8}))$/.exec(value) ?? []
  if (IN_CHAT.has(name)) return undefined
  return (PAGES[name] ?? PAGES[name.split(' ')[0]!])?.(code, number)
}

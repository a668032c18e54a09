import type { CommandDefinition } from '../../core/shared/chat-app.ts'
import { discordTexts } from './discord.texts.ts'

const { say } = discordTexts

/**
 * Where Discord shows the commands of members and hosts, by their first word. Chosen by what people come for, and kept: whoever has learnt a path finds it
 * there again. A root takes 25 words (`slash-commands.ts` refuses more), so that a theme that grows too large gets a root and a name of its own here.
 */
export const MEMBER_WORDS = {
  pos: [
    'balance',
    'chart',
    'checkin',
    'dispute',
    'event',
    'help',
    'history',
    'leaderboard',
    'payout',
    'period',
    'rewards',
    'start',
    'statement',
    'status',
    'supply',
    'withdraw',
    'worth',
  ],
  'pos-me': ['digest', 'hold', 'inbox', 'language', 'link', 'privacy', 'remind', 'snooze', 'timezone', 'unlink', 'wallet'],
  'pos-form': ['campaign', 'form', 'submission'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** Every root that is registered, in the order of the list, and what it is about. */
export const ROOTS = [
  { name: 'pos', text: say('rootMember') },
  { name: 'pos-me', text: say('rootMe') },
  { name: 'pos-form', text: say('rootForm') },
  { name: 'pos-review', text: say('rootReviewer') },
  { name: 'pos-admin', text: say('rootOperator') },
] as const

export type RootName = (typeof ROOTS)[number]['name']

/** The one root of a command: that of its audience; among those of members the theme of its first word, where a word without one is everyday. */
export function rootOf({ name: [word], access }: Pick<CommandDefinition, 'name' | 'access'>): RootName {
  if (access === 'operator') return 'pos-admin'
  if (access === 'reviewer' || access === 'chair') return 'pos-review'
  const has = (words: readonly string[]): boolean => words.includes(word)
  return has(MEMBER_WORDS['pos-me']) ? 'pos-me' : has(MEMBER_WORDS['pos-form']) ? 'pos-form' : 'pos'
}

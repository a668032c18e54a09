import type { Actor, ChatAccount, ChatPlace } from './actor.ts'
import { languageOfLocale } from './dispatch.ts'
import { Fault } from './fault.ts'
import type { Language } from './text.ts'

/** The language in which a surface says its own sentences: the member's, or that of the platform's client while nobody can tell who it is. Never rejects with a Fault. */
export type LanguageOf = (account: ChatAccount, place: ChatPlace) => Promise<Language>

/** @param recognise finds the member behind an account, without making one */
export function createLanguageOf(recognise: (account: ChatAccount, place: ChatPlace) => Promise<Actor | undefined>): LanguageOf {
  return async (account, place) => {
    try {
      const member = await recognise(account, place)
      return member?.language ?? languageOfLocale(account.locale)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return languageOfLocale(account.locale)
    }
  }
}

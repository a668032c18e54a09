import type { ChatAccount, ChatPlace, Role } from './actor.ts'
import type { Language } from './text.ts'

/** Someone whom a visitor of the sandbox or of the terminal may play. `id` is lower-case ASCII and stays the same: it is the chat account's id. */
export interface Persona {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly language: Language
}

/** The console account of a persona; the same in the terminal and in the sandbox, so that both see one member. */
export function personaAccount(persona: Persona): ChatAccount {
  return {
    platform: 'console',
    userId: persona.id,
    name: persona.name,
    handle: persona.id,
    locale: persona.language === 'zh' ? 'zh-CN' : 'en',
  }
}

/** A persona talks with the bot alone; what is public is shown to the others by the surface. */
export function personaPlace(persona: Persona): ChatPlace {
  return { kind: 'private', chatId: persona.id }
}

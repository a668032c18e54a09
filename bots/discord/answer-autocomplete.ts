import { setTimeout as sleep } from 'node:timers/promises'
import type { AutocompleteInteraction } from 'discord.js'
import type { ChatApp } from '../../core/shared/chat-app.ts'
import { commandName } from '../../core/shared/command.ts'
import type { WritingStyle } from '../../core/shared/speak.ts'
import { MAX_SUGGESTIONS, type Suggested } from '../../core/shared/suggest.ts'
import { isTooLate } from './api-trouble.ts'
import { cutPlain, plainStyle } from './markdown.ts'
import { fieldOfOption } from './slash-options.ts'
import type { SlashCommands } from './slash-commands.ts'
import { accountOf, placeOf } from './who-and-where.ts'

/** Discord waits three seconds, and takes names and values of at most 100 (receiving-and-responding, "Autocomplete"). */
const ANSWER_WITHIN_MS = 2_000
const MAX_CHOICE = 100

/**
 * Offers what may be meant by the value that is being typed. Whatever fails, the list is empty and the member types on: nothing of this is worth an error.
 * Nothing is written.
 */
export async function answerAutocomplete(app: ChatApp, slash: SlashCommands, interaction: AutocompleteInteraction): Promise<void> {
  const found = await withinTime(app, interaction, suggestions(app, slash, interaction))
  try {
    await interaction.respond(found === undefined ? [] : choicesOf(app, found))
  } catch (error) {
    if (!isTooLate(error)) throw error
  }
}

async function suggestions(app: ChatApp, slash: SlashCommands, interaction: AutocompleteInteraction): Promise<Suggested | undefined> {
  const { options, commandName: root } = interaction
  const command = slash.find(root, options.getSubcommandGroup(false), options.getSubcommand(false) ?? '')
  if (command === undefined) return undefined
  const { name, value } = options.getFocused(true)
  return app.suggest({
    account: accountOf(interaction),
    place: placeOf(interaction),
    command: commandName(command),
    field: fieldOfOption(command, name),
    typed: value,
  })
}

async function withinTime<Found>(app: ChatApp, { id }: AutocompleteInteraction, work: Promise<Found>): Promise<Found | undefined> {
  const late = new AbortController()
  try {
    return await Promise.race([work, sleep(ANSWER_WITHIN_MS, undefined, { signal: late.signal })])
  } catch (error) {
    app.log.warn({ interaction: id, error }, 'suggestions could not be found')
    return undefined
  } finally {
    late.abort()
    // Found too late, or failed after that: nobody waits for it any more.
    work.catch(() => undefined)
  }
}

function choicesOf(app: ChatApp, { suggestions: found, language, timeZone }: Suggested) {
  const style = zonedStyle(timeZone)
  const choices = found.map(({ value, label }) => ({
    name: cutPlain(app.speak(label, language, style).trim(), MAX_CHOICE) || value,
    value,
  }))
  // A value that was cut would mean something else.
  return choices.filter(({ value }) => value !== '' && value.length <= MAX_CHOICE).slice(0, MAX_SUGGESTIONS)
}

/** Discord shows no local times in its list. */
function zonedStyle(timeZone: string): WritingStyle {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  return { escape: (plain) => plainStyle.escape(plain), instant: (at) => format.format(at) }
}

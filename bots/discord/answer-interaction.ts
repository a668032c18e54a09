import {
  MessageFlags,
  RESTJSONErrorCodes,
  type AnySelectMenuInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  type Message,
  type ModalSubmitInteraction,
} from 'discord.js'
import type { ChatApp } from '../../core/shared/chat-app.ts'
import { inPages } from '../../core/shared/draw-questions.ts'
import { refusalReply, type Answer } from '../../core/shared/dispatch.ts'
import type { Reply } from '../../core/shared/reply.ts'
import { isTooLate, refusalCode } from './api-trouble.ts'
import { askId, type Question } from './ask-form.ts'
import { discordTexts } from './discord.texts.ts'
import { renderReply } from './render-reply.ts'
import { accountOf, placeOf } from './who-and-where.ts'

const { say } = discordTexts

export type Answerable = ChatInputCommandInteraction | ButtonInteraction | AnySelectMenuInteraction | ModalSubmitInteraction

/**
 * How an interaction was deferred. `private` and `public`: a placeholder that the asker alone or everyone sees. `beside`: the message of the button or list
 * stays as it is and the answer comes as a new one. `instead`: the message belongs to the asker alone and the answer takes its place.
 */
export type Deferral = 'private' | 'public' | 'beside' | 'instead'

/**
 * Tells Discord within its three seconds that an answer will come. Nothing runs before this has succeeded: an effect whose answer cannot be shown
 * would look like a failure.
 * @returns false when the interaction is too late or was answered before: a second delivery, or one that another process took
 */
export async function defer(interaction: Answerable, how: Deferral): Promise<boolean> {
  try {
    if (how === 'private' || how === 'public') await interaction.deferReply(how === 'private' ? { flags: MessageFlags.Ephemeral } : {})
    else if (interaction.isChatInputCommand()) throw new Error('a slash command has no message to keep')
    else await interaction.deferUpdate()
    return true
  } catch (error) {
    if (isTooLate(error)) return false
    throw error
  }
}

/** Shows the answer to a deferred interaction to whom it belongs, and keeps what is needed to go on from it. */
export async function showAnswer(app: ChatApp, interaction: Answerable, how: Deferral, given: Answer, command: string): Promise<void> {
  const answer = { ...given, reply: inPages(given.reply) }
  const question = questionIn(app, answer)
  if (question !== undefined && answer.reply.ask !== undefined)
    await app.prompts.put(accountOf(interaction), placeOf(interaction), answer.reply.ask)
  try {
    await show(app, interaction, how, answer, question)
  } catch (error) {
    if (isTooLate(error)) return app.log.warn({ command, interaction: interaction.id, error }, 'an answer came too late to be shown')
    const id = app.report(error, { command, key: keyOf(interaction) })
    const failed = refusalReply({ code: 'bug', kind: 'conflict', reason: say('showFailed'), nextStep: say('showFailedNext', { id }) })
    await show(app, interaction, how, { ...answer, reply: { ...failed, tone: 'fault' } }, undefined)
  }
}

/** The idempotency key of an interaction (architecture, rule 4). */
export const keyOf = (interaction: { readonly id: string }): string => `discord:${interaction.id}`

function questionIn(app: ChatApp, { reply, language }: Answer): Question | undefined {
  const command = reply.ask === undefined ? undefined : app.commands.find((each) => each.name.join(' ') === reply.ask?.command)
  return command === undefined || reply.ask === undefined ? undefined : { language, command, field: reply.ask.field }
}

async function show(app: ChatApp, interaction: Answerable, how: Deferral, answer: Answer, question: Question | undefined): Promise<void> {
  const { reply, language, picture } = answer
  const { components, files } = renderReply(reply, language, app.speak, question && askId(question), picture)
  const message = {
    components,
    files: files.map(({ name, data }) => ({ name, attachment: data })),
    allowedMentions: { parse: [] },
  }
  // In a direct conversation nobody else is there, and an ephemeral answer would be gone after a restart of the client.
  const hide = reply.audience === 'private' && placeOf(interaction).kind === 'group'
  const followUp = (): Promise<Message> =>
    interaction.followUp({
      ...message,
      flags: hide ? [MessageFlags.IsComponentsV2, MessageFlags.Ephemeral] : [MessageFlags.IsComponentsV2],
    })
  // Somebody may have deleted the placeholder or the question meanwhile: then the answer is a message of its own.
  const edit = (): Promise<Message> =>
    interaction
      .editReply({ ...message, flags: [MessageFlags.IsComponentsV2], ...(how === 'instead' ? { attachments: [] } : {}) })
      .catch((error: unknown) => (isDeleted(error) ? followUp() : Promise.reject(error)))
  const clear = (): Promise<void> =>
    interaction.deleteReply().catch((error: unknown) => (isDeleted(error) ? undefined : Promise.reject(error)))

  if (how === 'beside') return remember(app, reply, await followUp())
  if (how === 'instead' && (reply.audience === 'private' || placeOf(interaction).kind === 'private'))
    return remember(app, reply, await edit())
  if (how === 'instead') {
    const sent = await followUp()
    await clear()
    return remember(app, reply, sent)
  }
  if (how === 'public' && hide) {
    // Who sees a placeholder cannot be changed, and the first follow-up would fill it: away with it first.
    await clear()
    await followUp()
    return undefined
  }
  const sent = await edit()
  return how === 'private' && placeOf(interaction).kind === 'group' ? undefined : remember(app, reply, sent)
}

const isDeleted = (error: unknown): boolean => refusalCode(error) === RESTJSONErrorCodes.UnknownMessage

/** A card is edited when its subject changes. Not remembered, it only stays as it was: no reason to tell the member that something failed. */
async function remember(app: ChatApp, reply: Reply, sent: Message): Promise<void> {
  if (reply.card === undefined || reply.audience !== 'public') return
  try {
    await app.rememberCard(reply.card, { platform: 'discord', chatId: sent.channelId, messageId: sent.id })
  } catch (error) {
    app.log.error({ card: reply.card, error }, 'a card could not be remembered')
  }
}

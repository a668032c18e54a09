import {
  type APIApplicationCommandOptionChoice,
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
  InteractionResponseType as Answering,
  InteractionType,
  MessageFlags,
  MessageType,
} from 'discord-api-types/v10'
import { type Answer, type Call, param, type Route, touch } from './call.ts'
import { composeMessage, editMessage } from './compose-message.ts'
import { isJson, type Json, listOf } from './json.ts'
import type { MessageUse } from './message-limits.ts'
import { modalProblems } from './modal-limits.ts'
import { refuse } from './refuse.ts'
import { removeMessage, replaceMessage, storeMessage } from './routes-message.ts'
import type { Channel, Interaction, StoredMessage } from './state.ts'
import { trusted } from './trusted.ts'

/** developers/interactions/receiving-and-responding: 3 seconds for the first answer, 15 minutes for the token. */
const FIRST_ANSWER_MS = 3_000
const TOKEN_MS = 15 * 60_000

/** Answers to interactions: the callback, then edits and follow-ups by token. None of them needs a bot token. */
export const interactionRoutes: Route[] = [
  { method: 'POST', path: '/interactions/:interaction/:token/callback', auth: 'path', run: callback },
  { method: 'POST', path: '/webhooks/:app/:token', auth: 'path', run: followUp },
  {
    method: 'GET',
    path: '/webhooks/:app/:token/messages/:message',
    auth: 'path',
    run: (call) => ({ status: 200, body: targetOf(call).stored.message }),
  },
  { method: 'PATCH', path: '/webhooks/:app/:token/messages/:message', auth: 'path', run: patchAnswer },
  { method: 'DELETE', path: '/webhooks/:app/:token/messages/:message', auth: 'path', run: deleteAnswer },
]

/** Which answers each kind of interaction takes. */
function allowedAnswers(interaction: Interaction): readonly Answering[] {
  const { payload } = interaction
  const message = [Answering.ChannelMessageWithSource, Answering.DeferredChannelMessageWithSource]
  const update = [Answering.DeferredMessageUpdate, Answering.UpdateMessage]
  switch (payload.type) {
    case InteractionType.ApplicationCommandAutocomplete:
      return [Answering.ApplicationCommandAutocompleteResult]
    case InteractionType.MessageComponent:
      return [...message, ...update, Answering.Modal]
    case InteractionType.ModalSubmit:
      return payload.message ? [...message, ...update] : message
    default:
      return [...message, Answering.Modal]
  }
}

function callback(call: Call): Answer {
  const { state } = call
  const interaction = state.interactions.get(param(call, 'interaction'))
  if (!interaction) throw refuse.unknownInteraction()
  if (interaction.payload.token !== param(call, 'token')) throw refuse.unknownWebhook()
  const age = state.now() - interaction.createdAt
  if (interaction.answer !== undefined) throw age > TOKEN_MS ? refuse.expiredToken() : refuse.alreadyAcknowledged()
  if (age > FIRST_ANSWER_MS) throw refuse.unknownInteraction()
  const type = trusted<Answering>(call.body['type'])
  const allowed = allowedAnswers(interaction)
  if (!allowed.includes(type)) {
    throw refuse.invalidForm([{ path: ['type'], code: 'BASE_TYPE_CHOICES', message: `Value must be one of {${allowed.join(', ')}}.` }])
  }
  const message = answer(call, interaction, type, isJson(call.body['data']) ? call.body['data'] : {})
  interaction.answer = type
  touch(state, interaction)
  if (call.query.get('with_response') !== 'true') return { status: 204 }
  return { status: 200, body: withResponse(interaction, type, message) }
}

/** Carries out a first answer. Throws before it has changed anything. */
function answer(call: Call, interaction: Interaction, type: Answering, data: Json): APIMessage | undefined {
  switch (type) {
    case Answering.ChannelMessageWithSource:
      return addAnswer(call, interaction, data, 'reply')
    case Answering.DeferredChannelMessageWithSource: {
      const { flags } = composeLoading(call, interaction, data)
      interaction.ephemeral = (flags & MessageFlags.Ephemeral) !== 0
      interaction.loading = true
      return undefined
    }
    case Answering.DeferredMessageUpdate:
      interaction.originalId = sourceOf(interaction).id
      interaction.loading = true
      return undefined
    case Answering.UpdateMessage: {
      interaction.originalId = sourceOf(interaction).id
      const { stored, channel } = findStored(call, interaction.originalId)
      replaceMessage(
        call.state,
        call.gateway,
        channel,
        stored,
        editMessage(call.state, channel, stored, data, call.files, 'component-update'),
      )
      return stored.message
    }
    case Answering.Modal: {
      const problems = modalProblems(data)
      if (problems.length > 0) throw refuse.invalidForm(problems)
      interaction.modal = trusted<APIModalInteractionResponseCallbackData>(data)
      return undefined
    }
    default:
      checkChoices(data)
      interaction.choices = trusted<APIApplicationCommandOptionChoice[]>(listOf(data['choices']))
      return undefined
  }
}

/** receiving-and-responding "Autocomplete": at most 25 choices, whose names and values have 1 to 100 characters. */
function checkChoices(data: Json): void {
  const choices = listOf(data['choices'])
  const isWrong = (text: unknown): boolean => typeof text !== 'string' || text === '' || text.length > 100
  const wrong = choices.findIndex((choice) => isWrong(choice['name']) || (typeof choice['value'] !== 'number' && isWrong(choice['value'])))
  if (!Array.isArray(data['choices']) || choices.length > 25)
    throw refuse.invalidForm([{ path: ['data', 'choices'], code: 'BASE_TYPE_MAX_LENGTH', message: 'Must be 25 or fewer in length.' }])
  if (wrong >= 0)
    throw refuse.invalidForm([
      { path: ['data', 'choices', String(wrong)], code: 'BASE_TYPE_BAD_LENGTH', message: 'Must be between 1 and 100 in length.' },
    ])
}

function sourceOf(interaction: Interaction): APIMessage {
  const { payload } = interaction
  const message = 'message' in payload ? payload.message : undefined
  if (!message) throw new Error(`interaction ${payload.id} has no message`)
  return message
}

/** The message "Bot is thinking…", which the first edit or follow-up fills. */
function composeLoading(call: Call, interaction: Interaction, data: Json): { flags: number } {
  const flags = typeof data['flags'] === 'number' ? data['flags'] : 0
  const body = { ...data, flags }
  const channel = channelOf(call, interaction)
  const ephemeral = (flags & MessageFlags.Ephemeral) !== 0
  const draft = { channel, author: call.state.botUser, body, files: [], use: 'defer' as const }
  const extra = { ...metadata(call, interaction), flags: trusted<MessageFlags>(flags | MessageFlags.Loading) }
  const stored = composeMessage(call.state, { ...draft, extra, ...(ephemeral ? { visibleTo: interaction.userId } : {}) })
  storeMessage(call.state, call.gateway, channel, stored)
  interaction.originalId = stored.message.id
  interaction.messageIds.push(stored.message.id)
  return { flags }
}

function channelOf(call: Call, interaction: Interaction): Channel {
  const channel = call.state.channels.get(interaction.payload.channel?.id ?? '')
  if (!channel) throw refuse.unknownChannel()
  return channel
}

function findStored(call: Call, id: string | undefined): { stored: StoredMessage; channel: Channel } {
  const stored = id === undefined ? undefined : call.state.messages.get(id)
  const channel = stored && call.state.channels.get(stored.message.channel_id)
  if (!stored || !channel) throw refuse.unknownMessage()
  return { stored, channel }
}

/** Writes a reply or follow-up of an interaction. */
function addAnswer(call: Call, interaction: Interaction, body: Json, use: MessageUse): APIMessage {
  const { state, gateway } = call
  const channel = channelOf(call, interaction)
  const flags = typeof body['flags'] === 'number' ? body['flags'] : 0
  const ephemeral = (flags & MessageFlags.Ephemeral) !== 0
  const stored = composeMessage(state, {
    channel,
    author: state.botUser,
    body,
    files: call.files,
    use,
    extra: { ...metadata(call, interaction), ...(use === 'follow-up' ? { type: MessageType.Reply } : {}) },
    ...(ephemeral ? { visibleTo: interaction.userId } : {}),
  })
  storeMessage(state, gateway, channel, stored)
  interaction.messageIds.push(stored.message.id)
  if (use === 'reply') {
    interaction.originalId = stored.message.id
    interaction.ephemeral = ephemeral
  }
  return stored.message
}

function metadata(call: Call, interaction: Interaction): Partial<APIMessage> {
  const { payload } = interaction
  const user = call.state.users.get(interaction.userId)
  const shared = { id: payload.id, user, authorizing_integration_owners: payload.authorizing_integration_owners }
  const source = 'message' in payload ? payload.message : undefined
  const command = { ...shared, type: InteractionType.ApplicationCommand }
  const component = { ...shared, type: InteractionType.MessageComponent, interacted_message_id: source?.id }
  const about =
    payload.type === InteractionType.MessageComponent
      ? component
      : payload.type === InteractionType.ModalSubmit
        ? { ...shared, type: InteractionType.ModalSubmit, triggering_interaction_metadata: source ? component : command }
        : command
  const type = payload.type === InteractionType.ApplicationCommand ? MessageType.ChatInputCommand : MessageType.Default
  return {
    type,
    application_id: call.state.applicationId,
    webhook_id: call.state.applicationId,
    interaction_metadata: trusted<NonNullable<APIMessage['interaction_metadata']>>(about),
  }
}

function withResponse(interaction: Interaction, type: Answering, message: APIMessage | undefined): Json {
  const channelId = interaction.payload.channel?.id
  const about: Json = { id: interaction.payload.id, type: interaction.payload.type, channel_id: channelId }
  if (interaction.payload.guild_id !== undefined) about['guild_id'] = interaction.payload.guild_id
  if (interaction.originalId !== undefined) {
    about['response_message_id'] = interaction.originalId
    about['response_message_loading'] = interaction.loading
    about['response_message_ephemeral'] = interaction.ephemeral
  }
  // The document knows a resource only for answers 4 and 7.
  return message ? { interaction: about, resource: { type, message } } : { interaction: about }
}

/** The interaction of a token, while the token lives. */
function byToken(call: Call): Interaction {
  const { state } = call
  const interaction = state.interactionByToken(param(call, 'token'))
  if (!interaction || param(call, 'app') !== state.applicationId) throw refuse.unknownWebhook()
  if (state.now() - interaction.createdAt > TOKEN_MS) throw refuse.expiredToken()
  // Before the first answer the webhook does not exist yet.
  if (interaction.answer === undefined) throw refuse.unknownWebhook()
  return interaction
}

function targetOf(call: Call): { interaction: Interaction; stored: StoredMessage; channel: Channel } {
  const interaction = byToken(call)
  const id = param(call, 'message') === '@original' ? interaction.originalId : param(call, 'message')
  const found = findStored(call, id)
  if (id !== interaction.originalId && !interaction.messageIds.includes(id ?? '')) throw refuse.unknownMessage()
  return { interaction, ...found }
}

function followUp(call: Call): Answer {
  const interaction = byToken(call)
  if (interaction.answer === Answering.DeferredChannelMessageWithSource && interaction.loading) {
    // The first follow-up after a deferral fills the thinking message; it cannot change who sees it.
    const { stored, channel } = findStored(call, interaction.originalId)
    const { flags, ...rest } = call.body
    const kept = typeof flags === 'number' ? { flags: flags & ~MessageFlags.Ephemeral & ~MessageFlags.SuppressNotifications } : {}
    return fill(call, interaction, stored, channel, { ...rest, ...kept })
  }
  const message = addAnswer(call, interaction, call.body, 'follow-up')
  interaction.loading = false
  touch(call.state, interaction)
  return { status: 200, body: message }
}

function patchAnswer(call: Call): Answer {
  const { interaction, stored, channel } = targetOf(call)
  return fill(call, interaction, stored, channel, call.body)
}

function fill(call: Call, interaction: Interaction, stored: StoredMessage, channel: Channel, body: Json): Answer {
  const { state, gateway } = call
  const message = editMessage(state, channel, stored, body, call.files, 'webhook-edit')
  replaceMessage(state, gateway, channel, stored, message)
  if (stored.message.id === interaction.originalId) interaction.loading = false
  touch(state, interaction)
  return { status: 200, body: stored.message }
}

function deleteAnswer(call: Call): Answer {
  const { interaction, stored, channel } = targetOf(call)
  removeMessage(call.state, call.gateway, channel, stored)
  const index = interaction.messageIds.indexOf(stored.message.id)
  if (index >= 0) interaction.messageIds.splice(index, 1)
  if (stored.message.id === interaction.originalId) {
    interaction.loading = false
    delete interaction.originalId
  }
  touch(call.state, interaction)
  return { status: 204 }
}

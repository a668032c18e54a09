import {
  type APIApplicationCommand,
  type APIApplicationCommandInteractionDataBasicOption,
  type APIApplicationCommandOptionChoice,
  type APIInteraction,
  type APIMessage,
  ApplicationCommandType,
  ComponentType,
  GatewayDispatchEvents,
  InteractionContextType,
  InteractionType,
  type MessageFlags,
  MessageType,
} from 'discord-api-types/v10'
import { isInGuild } from './call.ts'
import { fillOptions, findCommand, type FoundCommand, ImpossibleAction, type OptionValue } from './command-tree.ts'
import { buttonsOf, Conversation, isAnswered, selectsOf } from './conversation.ts'
import type { Gateway } from './gateway.ts'
import { findSpot, invoke, named, type Place, resolve, type ResolvedKind, type Spot } from './invoke.ts'
import type { Json } from './json.ts'
import { everyComponent } from './message-limits.ts'
import { type FieldValue, fillModal, type ModalView, sourceOf } from './modal.ts'
import { has } from './permissions.ts'
import type { RequestRecord } from './rest.ts'
import { gatewayMessage } from './routes-message.ts'
import type { Interaction, State } from './state.ts'
import { trusted } from './trusted.ts'

/** A slash command as a user types it. */
export interface SlashInput extends Place {
  /** Command, group and sub-command, e.g. `['pos', 'event', 'create']`. */
  readonly path: readonly string[]
  readonly options?: Readonly<Record<string, OptionValue>>
}

/** A press of a button: by its custom id or by its label. `message` may be a Conversation's message. */
export interface ClickInput {
  readonly user: string
  readonly message: Pick<APIMessage, 'id'>
  readonly customId?: string
  readonly label?: string
  readonly locale?: Place['locale']
}

export interface SelectInput {
  readonly user: string
  readonly message: Pick<APIMessage, 'id'>
  readonly customId: string
  readonly values: readonly string[]
  readonly locale?: Place['locale']
}

export interface ModalInput {
  readonly user: string
  readonly modal: ModalView
  readonly fields: Readonly<Record<string, FieldValue>>
  readonly locale?: Place['locale']
}

export interface AutocompleteInput extends SlashInput {
  /** The option being typed; its text so far is in `options`. */
  readonly focused: string
}

/** What nobody's client would send. */
export interface ForgedInput extends Place {
  readonly type: InteractionType
  readonly data: unknown
  /** The message of the button or form. */
  readonly message?: APIMessage
  /** Keys of the interaction to be different; those that are undefined are left out. */
  readonly change?: Json
}

/** Does what users do, and refuses what Discord's client would not let them do. */
export class Driver {
  readonly #state: State
  readonly #gateway: Gateway
  readonly #timeoutMs: number
  readonly #requests: readonly RequestRecord[]

  constructor(state: State, gateway: Gateway, timeoutMs: number, requests: readonly RequestRecord[]) {
    this.#state = state
    this.#gateway = gateway
    this.#timeoutMs = timeoutMs
    this.#requests = requests
  }

  slash(input: SlashInput): Promise<Conversation> {
    const spot = findSpot(this.#state, input)
    const label = `/${input.path.join(' ')}`
    const found = this.#usable(input, spot, label)
    const options = fillOptions(found, input.options ?? {}, label)
    const resolved = resolve(this.#state, spot, named(options))
    const data = { ...about(found.command), ...(resolved ? { resolved } : {}), ...filled(found.wrap(options)) }
    return this.#answered(invoke(this.#state, this.#gateway, spot, InteractionType.ApplicationCommand, data), label)
  }

  async autocomplete(input: AutocompleteInput): Promise<readonly APIApplicationCommandOptionChoice[]> {
    const spot = findSpot(this.#state, input)
    const label = `/${input.path.join(' ')} ${input.focused}:`
    const found = this.#usable(input, spot, label)
    const focused = found.options.find((option) => option.name === input.focused)
    if (!focused || !('autocomplete' in focused) || !focused.autocomplete) throw new ImpossibleAction(`${label} has no autocomplete`)
    // What is being typed is raw: it may be empty, and it comes as a text whatever the type of the option is.
    const options = Object.entries({ [input.focused]: '', ...input.options }).map(([name, value]) => {
      const option = found.options.find((each) => each.name === name)
      if (!option) throw new ImpossibleAction(`${label} has no option "${name}"`)
      return {
        name,
        type: option.type,
        value: name === input.focused ? String(value) : value,
        ...(name === input.focused ? { focused: true } : {}),
      }
    })
    const data = { ...about(found.command), ...filled(found.wrap(trusted<APIApplicationCommandInteractionDataBasicOption[]>(options))) }
    const conversation = await this.#answered(
      invoke(this.#state, this.#gateway, spot, InteractionType.ApplicationCommandAutocomplete, data),
      label,
    )
    return conversation.choices ?? []
  }

  click(input: ClickInput): Promise<Conversation> {
    const message = this.#visible(input.message.id, input.user)
    const buttons = buttonsOf(message)
    const wanted = input.customId ?? input.label ?? ''
    const button = buttons.find((each) => (input.customId === undefined ? each.label === input.label : each.customId === input.customId))
    if (!button)
      throw new ImpossibleAction(`the message has no button "${wanted}"; it has: ${buttons.map((each) => each.label).join(', ') || 'none'}`)
    if (button.disabled) throw new ImpossibleAction(`the button "${button.label}" is disabled`)
    if (button.customId === '') throw new ImpossibleAction(`the button "${button.label}" is a link`)
    return this.#component(
      input,
      message,
      { component_type: ComponentType.Button, custom_id: button.customId },
      `the button "${button.label}"`,
    )
  }

  select(input: SelectInput): Promise<Conversation> {
    const message = this.#visible(input.message.id, input.user)
    const select = selectsOf(message).find((each) => each.customId === input.customId)
    if (!select) throw new ImpossibleAction(`the message has no select "${input.customId}"`)
    const { minValues, maxValues, options, type } = select
    if (input.values.length < minValues || input.values.length > maxValues)
      throw new ImpossibleAction(`choose ${minValues} to ${maxValues} values`)
    const unknown = type === ComponentType.StringSelect && input.values.find((value) => !options.some((option) => option.value === value))
    if (typeof unknown === 'string') throw new ImpossibleAction(`the select has no option "${unknown}"`)
    const kind = SELECTED[type]
    const resolved =
      kind &&
      resolve(
        this.#state,
        this.#spotOf(input, message),
        input.values.map((id) => ({ id, kind })),
      )
    const data = { component_type: type, custom_id: input.customId, values: [...input.values], ...(resolved ? { resolved } : {}) }
    return this.#component(input, message, data, `the select "${input.customId}"`)
  }

  submitModal(input: ModalInput): Promise<Conversation> {
    const { modal } = input
    const opener = modal.openedBy.member?.user.id ?? modal.openedBy.user?.id
    if (opener !== input.user) throw new ImpossibleAction(`the form was opened for user ${opener}`)
    const spot = findSpot(this.#state, { ...placeOf(input), channel: modal.openedBy.channel?.id ?? '' })
    const components = fillModal(modal, input.fields)
    const ids = modal.fields.flatMap(({ type, customId }) => {
      const [kind, value] = [SELECTED[type], input.fields[customId]]
      return kind === undefined || typeof value === 'boolean' ? [] : [value ?? []].flat().map((id) => ({ id, kind }))
    })
    const resolved = resolve(this.#state, spot, ids)
    const data = { custom_id: modal.customId, components, ...(resolved ? { resolved } : {}) }
    const interaction = invoke(this.#state, this.#gateway, spot, InteractionType.ModalSubmit, data, sourceOf(modal))
    return this.#answered(interaction, `the form "${modal.title}"`)
  }

  /** Sends an interaction as it is given, without a look at what Discord's client would allow. */
  forge({ type, data, message, change, ...place }: ForgedInput): Promise<Conversation> {
    const spot = findSpot(this.#state, place)
    const interaction = invoke(this.#state, this.#gateway, spot, type, data, message, change)
    return this.#answered(interaction, `a forged interaction ${JSON.stringify(data).slice(0, 200)}`)
  }

  /** Sends the same INTERACTION_CREATE again, as a RESUME that replays too much would. */
  redeliver(interaction: APIInteraction): void {
    if (!this.#state.interactions.has(interaction.id)) throw new ImpossibleAction(`no interaction ${interaction.id}`)
    this.#gateway.dispatch(GatewayDispatchEvents.InteractionCreate, interaction, interaction.guild_id !== undefined)
  }

  /** A user writes an ordinary message. */
  say(input: Place & { readonly text: string }): APIMessage {
    const state = this.#state
    const { channel, userId } = findSpot(state, input)
    const author = state.users.get(userId)
    if (!author) throw new ImpossibleAction(`no user ${userId}`)
    const mentions = [...input.text.matchAll(/<@!?(\d+)>/g)].flatMap((match) => state.users.get(match[1] ?? '') ?? [])
    const message: APIMessage = {
      id: state.nextId(),
      type: MessageType.Default,
      channel_id: channel.id,
      author,
      content: input.text,
      mentions,
      mention_roles: [],
      mention_everyone: false,
      attachments: [],
      embeds: [],
      components: [],
      timestamp: state.timestamp(),
      edited_timestamp: null,
      flags: trusted<MessageFlags>(0),
      pinned: false,
      tts: false,
    }
    state.messages.set(message.id, { message, files: new Map() })
    this.#gateway.dispatch(GatewayDispatchEvents.MessageCreate, gatewayMessage(state, channel, message), isInGuild(channel))
    state.bell.ring()
    return message
  }

  /** The command, if this user sees it in this place. */
  #usable(input: SlashInput, spot: Spot, label: string): FoundCommand {
    const found = findCommand(this.#state, input.path, spot.guild?.id)
    const { contexts, default_member_permissions: wanted } = found.command
    const context = spot.guild ? InteractionContextType.Guild : InteractionContextType.BotDM
    const inDm = found.command.guild_id === undefined && found.command.dm_permission !== false
    if (contexts ? !contexts.includes(context) : !spot.guild && !inDm)
      throw new ImpossibleAction(`${label} is not offered in ${spot.guild ? 'guilds' : 'direct messages'}`)
    if (spot.guild && wanted !== null && wanted !== undefined) {
      const granted = this.#state.permissionsOf(spot.guild, spot.userId, spot.channel)
      // "0" means: only administrators.
      const may = wanted === '0' ? has(granted, 8n) : has(granted, BigInt(wanted))
      if (!may) throw new ImpossibleAction(`${label} is not offered to user ${spot.userId}: it wants permissions ${wanted}`)
    }
    return found
  }

  #visible(id: string, userId: string): APIMessage {
    const stored = this.#state.messages.get(id)
    if (!stored) throw new ImpossibleAction(`no message ${id}`)
    if (stored.visibleTo !== undefined && stored.visibleTo !== userId)
      throw new ImpossibleAction(`user ${userId} does not see the ephemeral message ${id}`)
    return stored.message
  }

  #spotOf(input: { user: string; locale?: Place['locale'] }, message: APIMessage): Spot {
    return findSpot(this.#state, { ...placeOf(input), channel: message.channel_id })
  }

  #component(input: { user: string; locale?: Place['locale'] }, message: APIMessage, data: Json, label: string): Promise<Conversation> {
    const interaction = invoke(
      this.#state,
      this.#gateway,
      this.#spotOf(input, message),
      InteractionType.MessageComponent,
      withId(message, data),
      message,
    )
    return this.#answered(interaction, label)
  }

  async #answered(interaction: Interaction, label: string): Promise<Conversation> {
    const { id, token } = interaction.payload
    const seen = (): string => {
      const own = this.#requests.filter((each) => each.path.includes(id) || each.path.includes(token))
      const lines = own.map(
        (each) => `${each.method} ${each.path.replace(token, '…')} -> ${each.status} ${JSON.stringify(each.answer ?? '')}`,
      )
      return lines.length > 0 ? `requests so far:\n${lines.join('\n')}` : 'the bot has not answered at all'
    }
    await this.#state.bell.until(`the answer to ${label}`, this.#timeoutMs, () => (isAnswered(interaction) ? true : undefined), seen)
    return new Conversation(this.#state, interaction, this.#timeoutMs)
  }
}

const SELECTED: Partial<Record<ComponentType, ResolvedKind>> = {
  [ComponentType.UserSelect]: 'user',
  [ComponentType.RoleSelect]: 'role',
  [ComponentType.ChannelSelect]: 'channel',
  [ComponentType.MentionableSelect]: 'mentionable',
  [ComponentType.FileUpload]: 'attachment',
}

const placeOf = (input: { user: string; locale?: Place['locale'] }): Place => ({
  user: input.user,
  ...(input.locale === undefined ? {} : { locale: input.locale }),
})

/** Component data also carries the number of the component in its message. */
function withId(message: APIMessage, data: Json): Json {
  for (const { component } of everyComponent(message.components, [])) {
    if (component['custom_id'] === data['custom_id']) return { ...data, id: component['id'] }
  }
  return data
}

const about = (command: APIApplicationCommand): Json => ({
  id: command.id,
  name: command.name,
  type: ApplicationCommandType.ChatInput,
  ...(command.guild_id === undefined ? {} : { guild_id: command.guild_id }),
})

const filled = (options: readonly unknown[]): Json => (options.length > 0 ? { options } : {})

import {
  type APIApplicationCommandOptionChoice,
  type APIInteraction,
  type APIMessage,
  type ButtonStyle,
  ComponentType,
  InteractionResponseType,
} from 'discord-api-types/v10'
import { isJson, type Json, listOf, textOf } from './json.ts'
import { everyComponent } from './message-limits.ts'
import { type ModalView, viewModal } from './modal.ts'
import type { Interaction, State } from './state.ts'
import { trusted } from './trusted.ts'

/** A button as a user sees it. Link buttons have a `url` and an empty `customId`. */
export interface ButtonView {
  readonly label: string
  readonly customId: string
  readonly style: ButtonStyle
  readonly disabled: boolean
  readonly url?: string
  readonly messageId: string
}

/** A select menu as a user sees it; `options` only for string selects. */
export interface SelectView {
  readonly customId: string
  readonly type: ComponentType
  readonly placeholder: string
  readonly minValues: number
  readonly maxValues: number
  readonly options: readonly { label: string; value: string }[]
  readonly messageId: string
}

/** All the text a user reads in a message: content, embeds and Components V2 text, one line per part; labels of buttons are not text. */
export function visibleText(message: APIMessage): string {
  const parts: string[] = [message.content]
  for (const embed of message.embeds) {
    parts.push(embed.author?.name ?? '', embed.title ?? '', embed.description ?? '')
    for (const field of embed.fields ?? []) parts.push(field.name, field.value)
    parts.push(embed.footer?.text ?? '')
  }
  for (const { component } of everyComponent(message.components, [])) {
    if (component['type'] === ComponentType.TextDisplay) parts.push(textOf(component['content']))
    for (const item of listOf(component['items'])) parts.push(textOf(item['description']))
    if (component['type'] === ComponentType.Thumbnail) parts.push(textOf(component['description']))
  }
  return parts.filter((part) => part !== '').join('\n')
}

/** The buttons of a message, in the order they are shown. */
export function buttonsOf(message: APIMessage): ButtonView[] {
  return parts(message).flatMap((component) => {
    if (component['type'] !== ComponentType.Button) return []
    const emoji = isJson(component['emoji']) ? textOf(component['emoji']['name']) : ''
    return [
      {
        label: textOf(component['label']) || emoji,
        customId: textOf(component['custom_id']),
        style: trusted<ButtonStyle>(component['style']),
        disabled: component['disabled'] === true,
        ...(typeof component['url'] === 'string' ? { url: component['url'] } : {}),
        messageId: message.id,
      },
    ]
  })
}

/** The select menus of a message. */
export function selectsOf(message: APIMessage): SelectView[] {
  return parts(message).flatMap((component) => {
    if (typeof component['max_values'] !== 'number') return []
    const options = listOf(component['options']).map((option) => ({ label: textOf(option['label']), value: textOf(option['value']) }))
    return [
      {
        customId: textOf(component['custom_id']),
        type: trusted<ComponentType>(component['type']),
        placeholder: textOf(component['placeholder']),
        minValues: Number(component['min_values']),
        maxValues: component['max_values'],
        options,
        messageId: message.id,
      },
    ]
  })
}

const parts = (message: APIMessage): Json[] => [...everyComponent(message.components, [])].map(({ component }) => component)

/** What a user got from the bot for one action. A living view: it shows edits and follow-ups that came later. */
export class Conversation {
  readonly #state: State
  readonly #interaction: Interaction
  readonly #timeoutMs: number

  constructor(state: State, interaction: Interaction, timeoutMs: number) {
    this.#state = state
    this.#interaction = interaction
    this.#timeoutMs = timeoutMs
  }

  /** The payload that was sent; give it to `fake.redeliver`. */
  get interaction(): APIInteraction {
    return this.#interaction.payload
  }

  /** The kind of the first answer (4 message, 5 deferred, 6 deferred update, 7 update, 8 choices, 9 modal). */
  get answer(): InteractionResponseType | undefined {
    return this.#interaction.answer
  }

  /** True when the bot first deferred (5 or 6). */
  get deferred(): boolean {
    const { answer } = this.#interaction
    return answer === InteractionResponseType.DeferredChannelMessageWithSource || answer === InteractionResponseType.DeferredMessageUpdate
  }

  /** True when nobody else saw any of the messages. */
  get ephemeral(): boolean {
    const ids = this.#interaction.messageIds
    return ids.length > 0 && ids.every((id) => this.#state.messages.get(id)?.visibleTo !== undefined)
  }

  /** True when the first answer asked for the ephemeral flag. */
  get ephemeralFlag(): boolean {
    return this.#interaction.ephemeral
  }

  /** The original answer first (for a component that updates: its message), then the follow-ups. Deleted ones are gone. */
  get messages(): APIMessage[] {
    const { originalId, messageIds } = this.#interaction
    const ids = new Set([...(originalId === undefined ? [] : [originalId]), ...messageIds])
    return [...ids].flatMap((id) => this.#state.messages.get(id)?.message ?? [])
  }

  /** All visible text of all messages. */
  get text(): string {
    return this.messages.map(visibleText).join('\n')
  }

  get buttons(): ButtonView[] {
    return this.messages.flatMap(buttonsOf)
  }

  get selects(): SelectView[] {
    return this.messages.flatMap(selectsOf)
  }

  /** The form the bot opened instead of a message. */
  get modal(): ModalView | undefined {
    return this.#interaction.modal && viewModal(this.#interaction.modal, this.#interaction.payload)
  }

  /** The answer to an autocomplete. */
  get choices(): readonly APIApplicationCommandOptionChoice[] | undefined {
    return this.#interaction.choices
  }

  /** Bytes of a file the bot attached to one of the messages. */
  file(name: string): Uint8Array | undefined {
    return this.messages.map((message) => this.#state.messages.get(message.id)?.files.get(name)).find((data) => data !== undefined)
  }

  /** Resolves when the messages satisfy a condition, e.g. a follow-up came or the text changed. */
  async until(what: string, holds: (conversation: Conversation) => boolean): Promise<Conversation> {
    await this.#state.bell.until(
      what,
      this.#timeoutMs,
      () => (holds(this) ? true : undefined),
      () => `the conversation shows:\n${this.text}`,
    )
    return this
  }
}

/** True when the bot has said its last expected word: a first answer, and after a deferral its filling or removal. */
export function isAnswered(interaction: Interaction): boolean {
  return interaction.answer !== undefined && !interaction.loading
}

import {
  type APIInteraction,
  ApplicationCommandOptionType as Kind,
  ComponentType,
  InteractionType,
  MessageFlags,
  type APIApplicationCommand,
  type APIApplicationCommandBasicOption,
  type APIMessage,
} from 'discord-api-types/v10'
import { HOME, openCommunityHouse, OPERATOR, type CommunityHouse } from '../support/discord/community-house.ts'
import type { Conversation } from '../support/discord/conversation.ts'
import { readMarkdown } from '../support/discord/read-markdown.ts'
import type { RequestRecord } from '../support/discord/rest.ts'
import { SOUND_INPUT } from './hostile-community.ts'

/** A command as Discord shows it. */
export interface Leaf {
  readonly root: APIApplicationCommand
  readonly name: string
  readonly options: readonly APIApplicationCommandBasicOption[]
}

/** What is wrong with an answer, told with what was given. */
export type Problems = string[]

export interface HostileHouse extends AsyncDisposable {
  readonly house: CommunityHouse
  readonly leaves: readonly Leaf[]
  readonly problems: Problems
  /** How many interactions were given. */
  readonly given: number
  /** A command, with each value as the text that somebody forged. */
  command(leaf: Leaf, values: Readonly<Record<string, string>>): Promise<Conversation>
  /** Suggestions while this option is typed. */
  suggest(leaf: Leaf, option: string, typed: string): Promise<void>
  press(message: APIMessage, customId: string): Promise<Conversation>
  form(message: APIMessage, customId: string, components: readonly unknown[]): Promise<Conversation>
}

const HIDDEN = /[\0\u202a-\u202e\u2066-\u2069]/
const NOT_A_REFUSAL = /`(?:bug|fault)[.\w]*`/
const REFUSAL = /`[a-z]+\.[a-z_]+`/
/**
 * Our own pages as the product alone writes them, channels that the product names, and the role that the commands about roles are soundly given: they show it
 * by its name on purpose, and it calls nobody, which `pingsIn` proves of every message. No hostile value is an id, so no other role may be seen.
 */
const OURS = new RegExp(`^<(?:http://localhost:8080/[^\\s>]*|#\\d{17,20}|@&${SOUND_INPUT['role map']?.['groupRole']})>$`)

/** The message from which a form was opened was changed, or taken away. It may read as before: the same question once more. */
const isReplaced = ({ method, path, status }: RequestRecord, { token }: APIInteraction): boolean =>
  (method === 'PATCH' || method === 'DELETE') && path.includes(`/${token}/messages/`) && status < 300

export async function openHostileHouse(now: number): Promise<HostileHouse> {
  const house = await openCommunityHouse(now)
  const { fake, channel } = house
  const problems: Problems = []
  let given = 0

  /** @param asked the question whose place the answer takes: kept by one that asks again, else gone when everyone may read the answer */
  async function judge(what: string, act: () => Promise<Conversation>, isShown = true, asked?: APIMessage): Promise<Conversation> {
    given += 1
    const requestsBefore = fake.requests.length
    const [violations, bugs] = [fake.violations.length, house.reported.length]
    const talk = await act()
    if (isShown && talk.modal === undefined) await talk.until(`the answer to ${what}`, ({ text }) => text !== '')
    if (asked !== undefined)
      await talk.until(
        `the question to go after ${what}`,
        ({ messages, interaction }) =>
          messages.length === 1 && fake.requests.slice(requestsBefore).some((request) => isReplaced(request, interaction)),
      )
    const answers = fake.requests
      .slice(requestsBefore)
      .filter(({ path, status }) => path.endsWith('/callback') && path.includes(`/${talk.interaction.id}/`) && status < 300)
    const { text } = talk
    const found = [
      ...(answers.length === 1 ? [] : [`was acknowledged ${answers.length} times`]),
      ...fake.violations.slice(violations).map((violation) => `is refused by Discord: ${JSON.stringify(violation).slice(0, 300)}`),
      ...house.reported.slice(bugs).map((error) => `is a bug: ${String(error)}`),
      ...(NOT_A_REFUSAL.test(text) ? [`is answered by ${String(NOT_A_REFUSAL.exec(text)?.[0])}`] : []),
      ...(HIDDEN.test(text) ? ['shows what turns or hides text'] : []),
      ...readMarkdown(text)
        .live.filter((each) => !OURS.test(each))
        .map((each) => `shows what is alive: ${each}`),
      ...(REFUSAL.test(text) && !talk.messages.every(isPrivate) ? ['is refused in public'] : []),
    ]
    problems.push(...found.map((problem) => `${what}: ${problem}`))
    return talk
  }

  const place = { user: OPERATOR, guild: HOME, channel }
  const dataOf = ({ root, name }: Leaf, options: readonly object[]) => {
    const nested = name
      .split(' ')
      .reduceRight<readonly object[]>(
        (inner, word, index) => [
          { name: word, type: index === 0 && name.includes(' ') ? Kind.SubcommandGroup : Kind.Subcommand, options: inner },
        ],
        options,
      )
    return { id: root.id, name: root.name, type: 1, options: nested }
  }

  return {
    house,
    leaves: fake.registeredCommands().flatMap(leavesOf),
    problems,
    get given() {
      return given
    },
    command(leaf, values) {
      const options = Object.entries(values).map(([name, value]) => ({ name, type: Kind.String, value }))
      return judge(`/${leaf.name} ${shown(values)}`, () =>
        fake.forge({ ...place, type: InteractionType.ApplicationCommand, data: dataOf(leaf, options) }),
      )
    },
    async suggest(leaf, option, typed) {
      const options = [{ name: option, type: Kind.String, value: typed, focused: true }]
      const talk = await judge(
        `/${leaf.name} ${option}: ${shown(typed)} while it is typed`,
        () => fake.forge({ ...place, type: InteractionType.ApplicationCommandAutocomplete, data: dataOf(leaf, options) }),
        false,
      )
      if (talk.choices === undefined) problems.push(`/${leaf.name} ${option}: ${shown(typed)} got no suggestions`)
    },
    press: (message, customId) =>
      judge(`the button ${shown(customId)}`, () => {
        const data = { component_type: ComponentType.Button, custom_id: customId, id: 1 }
        return fake.forge({ user: OPERATOR, channel: message.channel_id, type: InteractionType.MessageComponent, data, message })
      }),
    form: (message, customId, components) =>
      judge(
        `the form ${customId} with ${shown(components)}`,
        () => {
          const data = { custom_id: customId, components }
          return fake.forge({ user: OPERATOR, channel: message.channel_id, type: InteractionType.ModalSubmit, data, message })
        },
        true,
        customId.startsWith('m1:') ? structuredClone(message) : undefined,
      ),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}

const isPrivate = ({ flags }: APIMessage): boolean => ((flags ?? 0) & MessageFlags.Ephemeral) !== 0

/** The fields of a command by the names of their options. */
export function soundOptions(leaf: Leaf): Readonly<Record<string, string>> {
  const entries = Object.entries(SOUND_INPUT[leaf.name] ?? {}).map(([field, value]) => [kebab(field), value] as const)
  return Object.fromEntries(entries)
}

/** A field of a form as it comes back. */
export const textInput = (customId: string, value: string) => ({
  type: ComponentType.Label,
  id: 1,
  component: { type: ComponentType.TextInput, id: 2, custom_id: customId, value },
})

const kebab = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

function leavesOf(root: APIApplicationCommand): Leaf[] {
  return (root.options ?? []).flatMap((option) => {
    if (option.type === Kind.Subcommand) return [{ root, name: option.name, options: option.options ?? [] }]
    if (option.type !== Kind.SubcommandGroup) return []
    return (option.options ?? []).map((sub) => ({ root, name: `${option.name} ${sub.name}`, options: sub.options ?? [] }))
  })
}

export function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 120)}… (${text.length})` : text
}

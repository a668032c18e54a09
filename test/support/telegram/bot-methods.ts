import { badRequest, conflict } from './api-refusal.ts'
import type { ApiChat, ApiUser, Payload } from './api-types.ts'
import { poll, rememberAllowedUpdates, type FakeState } from './fake-state.ts'
import type { MethodTable } from './method-table.ts'
import { commandsShape, optionalPart, requiredPart, scopeShape } from './payload-shapes.ts'
import { optionalText } from './read-payload.ts'
import type { MenuCommand } from './telegram-fake.types.ts'

const MAX_COMMANDS = 100
const MAX_COMMAND = 32
const MAX_DESCRIPTION = 256

/** Texts the bot says about itself: parameter, longest length (Bot API, setMyName and its like). */
const PROFILE: Readonly<Record<string, readonly [parameter: string, limit: number]>> = {
  Name: ['name', 64],
  Description: ['description', 512],
  ShortDescription: ['short_description', 120],
}

/** Where a menu of commands applies (BotCommandScope). */
export interface CommandScope {
  type: string
  chat_id?: number | string
  user_id?: number
}

/** The bot's own settings: identity, webhook, menus of commands, descriptions. */
export interface BotMethods {
  table: MethodTable
  commands(scope: CommandScope | undefined, language: string | undefined): readonly MenuCommand[]
  menuFor(user: ApiUser, chat: ApiChat, isAdmin: boolean): readonly MenuCommand[]
}

export function botMethods(state: FakeState): BotMethods {
  const menus = new Map<string, MenuCommand[]>()
  const profile = new Map<string, string>()
  const key = (scope: CommandScope | undefined, language: string | undefined) =>
    JSON.stringify([scope?.type ?? 'default', String(scope?.chat_id ?? ''), scope?.user_id ?? 0, language ?? ''])
  const keyOf = (payload: Payload) => key(readScope(state, payload), readLanguage(payload))
  const table: MethodTable = {
    getMe: () => ({
      ...state.bot,
      can_join_groups: true,
      can_read_all_group_messages: !state.privacyMode,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
    }),
    getUpdates: (payload, _files, gone) => poll(state, payload, gone),
    setWebhook: (payload) => {
      rememberAllowedUpdates(state, payload)
      state.webhook.set(payload)
      dropIfAsked(state, payload)
      if (state.webhook.isSet) state.queue.stop(conflict('terminated by setWebhook request'))
      state.webhook.flush(state.queue)
      return true
    },
    deleteWebhook: (payload) => {
      state.webhook.remove()
      for (const update of state.webhook.takeWaiting()) state.queue.push(update)
      dropIfAsked(state, payload)
      return true
    },
    getWebhookInfo: () => state.webhook.info(state.queue.size, state.allowedUpdates),
    setMyCommands: (payload) => {
      const commands = requiredPart(payload, 'commands', commandsShape)
      const where = keyOf(payload)
      if (commands.length > MAX_COMMANDS) throw badRequest('BOT_COMMANDS_TOO_MUCH')
      for (const command of commands) checkCommand(command)
      if (commands.length === 0) menus.delete(where)
      else menus.set(where, structuredClone(commands))
      return true
    },
    getMyCommands: (payload) => menus.get(keyOf(payload)) ?? [],
    deleteMyCommands: (payload) => {
      menus.delete(keyOf(payload))
      return true
    },
  }
  for (const [name, [parameter, limit]] of Object.entries(PROFILE)) {
    table[`setMy${name}`] = (payload) => {
      const text = optionalText(payload, parameter) ?? ''
      if (text.length > limit) throw badRequest(`bot ${parameter.replaceAll('_', ' ')} must be no longer than ${limit} characters`)
      profile.set(`${name} ${readLanguage(payload) ?? ''}`, text)
      return true
    }
    table[`getMy${name}`] = (payload) => ({
      [parameter]:
        profile.get(`${name} ${readLanguage(payload) ?? ''}`) ?? profile.get(`${name} `) ?? (name === 'Name' ? state.bot.first_name : ''),
    })
  }
  const menuFor: BotMethods['menuFor'] = (user, chat, isAdmin) => {
    const languages = [user.language_code?.slice(0, 2), undefined]
    const set = scopesSeenBy(user, chat, isAdmin).flatMap((scope) => languages.map((language) => menus.get(key(scope, language))))
    return structuredClone(set.find((menu) => menu !== undefined) ?? [])
  }
  return { table, menuFor, commands: (scope, language) => structuredClone(menus.get(key(scope, language)) ?? []) }
}

/** In falling precedence (https://core.telegram.org/bots/api#determining-list-of-commands). */
function scopesSeenBy(user: ApiUser, chat: ApiChat, isAdmin: boolean): CommandScope[] {
  const here = { chat_id: chat.id }
  if (chat.type === 'private') return [{ type: 'chat', ...here }, { type: 'all_private_chats' }, { type: 'default' }]
  return [
    { type: 'chat_member', ...here, user_id: user.id },
    ...(isAdmin ? [{ type: 'chat_administrators', ...here }] : []),
    { type: 'chat', ...here },
    ...(isAdmin ? [{ type: 'all_chat_administrators' }] : []),
    { type: 'all_group_chats' },
    { type: 'default' },
  ]
}

function dropIfAsked(state: FakeState, payload: Payload): void {
  if (payload['drop_pending_updates'] !== true) return
  const ids = [...state.queue.clear(), ...state.webhook.takeWaiting().map((update) => update.update_id)]
  for (const updateId of ids) state.journal.append({ kind: 'dropped', updateId, reason: 'the bot asked to drop pending updates' })
}

function checkCommand({ command, description }: MenuCommand): void {
  if (command === '') throw badRequest('command must be non-empty')
  if (command.length > MAX_COMMAND) throw badRequest(`command length must not exceed ${MAX_COMMAND}`)
  if (!/^[a-z0-9_]+$/.test(command)) throw badRequest('BOT_COMMAND_INVALID')
  if (description.trim() === '') throw badRequest('command description must be non-empty')
  if (description.length > MAX_DESCRIPTION) throw badRequest(`command description length must not exceed ${MAX_DESCRIPTION}`)
}

function readLanguage(payload: Payload): string | undefined {
  const code = optionalText(payload, 'language_code')
  if (code === undefined || code === '') return undefined
  if (!/^[a-z]{2}$/.test(code)) throw badRequest('LANG_CODE_INVALID')
  return code
}

function readScope(state: FakeState, payload: Payload): CommandScope | undefined {
  const scope = optionalPart(payload, 'scope', scopeShape)
  if (scope?.chat_id !== undefined) {
    const { chat } = state.world.reach(scope.chat_id)
    if (scope.type !== 'chat' && chat.type === 'private') throw badRequest("can't use specified scope in private chats")
    return { ...scope, chat_id: chat.id }
  }
  return scope
}

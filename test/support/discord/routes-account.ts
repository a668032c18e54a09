import { type APIApplicationCommand, ApplicationCommandType, type RESTGetAPIGatewayBotResult } from 'discord-api-types/v10'
import { type Answer, type Call, param, type Route } from './call.ts'
import { commandListProblems, commandProblems, MAX_COMMANDS } from './command-limits.ts'
import { asObject, type Json, withoutNulls } from './json.ts'
import { refuse } from './refuse.ts'
import { restChannel } from './payloads.ts'
import { trusted } from './trusted.ts'

const GLOBAL = 'global'

/** The bot itself: gateway address, user, application and its registered commands. */
export function accountRoutes(gatewayAddress: () => string, shards: number): Route[] {
  const gatewayBot = (): Answer => {
    const body: RESTGetAPIGatewayBotResult = {
      url: gatewayAddress(),
      shards,
      session_start_limit: { total: 1000, remaining: 1000, reset_after: 14_400_000, max_concurrency: 1 },
    }
    return { status: 200, body }
  }
  return [
    { method: 'GET', path: '/gateway/bot', auth: 'bot', run: gatewayBot },
    { method: 'GET', path: '/users/@me', auth: 'bot', run: me },
    { method: 'GET', path: '/users/:user', auth: 'bot', run: user },
    { method: 'POST', path: '/users/@me/channels', auth: 'bot', run: openDirectChannel },
    { method: 'GET', path: '/applications/@me', auth: 'bot', run: application },
    { method: 'GET', path: '/oauth2/applications/@me', auth: 'bot', run: application },
    ...['/applications/:app/commands', '/applications/:app/guilds/:guild/commands'].flatMap((path): Route[] => [
      { method: 'GET', path, auth: 'bot', run: (call) => ({ status: 200, body: commandsOf(call).map(restCommand) }) },
      { method: 'PUT', path, auth: 'bot', run: setCommands },
      { method: 'POST', path, auth: 'bot', run: createCommand },
      { method: 'GET', path: `${path}/:command`, auth: 'bot', run: (call) => ({ status: 200, body: restCommand(findCommand(call)) }) },
      { method: 'PATCH', path: `${path}/:command`, auth: 'bot', run: editCommand },
      { method: 'DELETE', path: `${path}/:command`, auth: 'bot', run: deleteCommand },
    ]),
  ]
}

const me = ({ state }: Call): Answer => ({ status: 200, body: { ...state.botUser, mfa_enabled: false, locale: 'en-US', verified: true } })

function user(call: Call): Answer {
  const found = call.state.users.get(param(call, 'user'))
  if (!found) throw refuse.unknownUser()
  return { status: 200, body: found }
}

function openDirectChannel(call: Call): Answer {
  const recipient = call.body['recipient_id']
  if (typeof recipient !== 'string' || !call.state.users.has(recipient)) throw refuse.unknownUser()
  return { status: 200, body: restChannel(call.state.directChannel(recipient)) }
}

function application({ state }: Call): Answer {
  const body = {
    id: state.applicationId,
    name: state.botUser.global_name ?? state.botUser.username,
    icon: null,
    description: '',
    type: null,
    bot: state.botUser,
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    flags: 0,
    flags_new: '0',
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    owner: [...state.users.values()].find((each) => each.bot !== true) ?? state.botUser,
    approximate_guild_count: state.guilds.size,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: [],
  }
  return { status: 200, body }
}

function scopeOf(call: Call): string {
  if (param(call, 'app') !== call.state.applicationId) throw refuse.missingAccess()
  const guild = call.params['guild']
  if (guild !== undefined && !call.state.guilds.has(guild)) throw refuse.missingAccess()
  return guild ?? GLOBAL
}

const commandsOf = (call: Call): APIApplicationCommand[] => call.state.commands.get(scopeOf(call)) ?? []

/** Commands of a guild have no contexts of their own; Discord's answers leave empty keys out. */
const restCommand = (command: APIApplicationCommand): Json => ({ ...command })

function register(call: Call, body: Json, before: APIApplicationCommand | undefined): APIApplicationCommand {
  const guild = call.params['guild']
  const { state } = call
  return trusted<APIApplicationCommand>({
    ...dropUnset(body),
    id: before?.id ?? state.nextId(),
    application_id: state.applicationId,
    version: state.nextId(),
    type: body['type'] ?? ApplicationCommandType.ChatInput,
    name: body['name'],
    description: body['description'] ?? '',
    default_member_permissions: body['default_member_permissions'] ?? null,
    nsfw: body['nsfw'] === true,
    ...(guild === undefined
      ? {
          dm_permission: body['dm_permission'] !== false,
          contexts: body['contexts'] ?? null,
          integration_types: body['integration_types'] ?? [0],
        }
      : { guild_id: guild }),
  })
}

/** Null means "not given" everywhere in a command. */
function dropUnset(value: unknown): Json {
  const clean = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(clean)
    return typeof part === 'object' && part !== null ? dropUnset(part) : part
  }
  return Object.fromEntries(Object.entries(withoutNulls(asObject(value))).map(([key, part]) => [key, clean(part)]))
}

function setCommands(call: Call): Answer {
  const scope = scopeOf(call)
  const problems = commandListProblems(call.list)
  if (problems.length > 0) throw refuse.invalidForm(problems)
  const before = commandsOf(call)
  const same = (body: Json) => (each: APIApplicationCommand) => each.name === body['name'] && each.type === (body['type'] ?? 1)
  const after = call.list.map((body) => register(call, body, before.find(same(body))))
  call.state.commands.set(scope, after)
  call.state.bell.ring()
  return { status: 200, body: after.map(restCommand) }
}

function createCommand(call: Call): Answer {
  const scope = scopeOf(call)
  const before = commandsOf(call)
  const old = before.find((each) => each.name === call.body['name'] && each.type === (call.body['type'] ?? 1))
  const rest = before.filter((each) => each !== old)
  const problems = commandProblems(call.body)
  if (rest.length >= MAX_COMMANDS) throw refuse.tooManyCommands()
  if (problems.length > 0) throw refuse.invalidForm(problems)
  const created = register(call, call.body, old)
  call.state.commands.set(scope, [...rest, created])
  call.state.bell.ring()
  return { status: old ? 200 : 201, body: restCommand(created) }
}

function findCommand(call: Call): APIApplicationCommand {
  const found = commandsOf(call).find((each) => each.id === param(call, 'command'))
  if (!found) throw refuse.unknownCommand()
  return found
}

function editCommand(call: Call): Answer {
  const before = findCommand(call)
  const merged: Json = { ...before, ...call.body }
  const problems = commandProblems(merged)
  if (problems.length > 0) throw refuse.invalidForm(problems)
  const after = register(call, merged, before)
  call.state.commands.set(scopeOf(call), [...commandsOf(call).filter((each) => each !== before), after])
  return { status: 200, body: restCommand(after) }
}

function deleteCommand(call: Call): Answer {
  const gone = findCommand(call)
  call.state.commands.set(
    scopeOf(call),
    commandsOf(call).filter((each) => each !== gone),
  )
  return { status: 204 }
}

import type { z } from 'zod'
import type { Actor, ChatAccount, ChatPlace, Role } from './actor.ts'
import type { Picture } from './chart.ts'
import { cleanLine } from './clean-line.ts'
import { commandName, type Command, type Run } from './command.ts'
import { Fault } from './fault.ts'
import { fieldMeta, issueProblem, type FieldMeta } from './field.ts'
import type { Instant } from './instant.ts'
import { refuse, type Outcome, type Refusal } from './refusal.ts'
import { controlRefusal, hasControls, pressedInput, readToken, type Issued } from './press.ts'
import type { Reply } from './reply.ts'
import { sharedTexts } from './shared.texts.ts'
import type { Language } from './text.ts'
import { usageOf } from './usage.ts'

const { say } = sharedTexts

/** One command as it arrived: who, where, which, with what raw input, and the platform's id of this very message as idempotency key. */
export interface Request {
  readonly account: ChatAccount
  readonly place: ChatPlace
  readonly command: string
  readonly input: Readonly<Record<string, unknown>>
  readonly key: string
}

/** The line that a write leaves behind: audit trail and saved answer in one, written in the same transaction as the effect. */
export interface AuditLine {
  readonly key: string
  readonly memberId: string
  readonly command: string
  readonly input: string
  readonly reply: Reply
  readonly at: Instant
}

/** What dispatch needs of the world. `Tx` is whatever the store uses as a transaction; dispatch only carries it. */
export interface DispatchPort<Tx> {
  /** The member behind a chat account, created on the first command (spec 02). */
  identify(account: ChatAccount, place: ChatPlace, now: Instant): Promise<Actor>
  /** The member behind an account, without making one. */
  recognise(account: ChatAccount, place: ChatPlace): Promise<Actor | undefined>
  /** Whether a group or server belongs to the community that is served; the first one ever seen does when none is configured. */
  isHome(account: ChatAccount, place: ChatPlace): Promise<boolean>
  read<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>
  /** Runs `work` in one transaction that is kept only when `work` returns `keep`. */
  write<Result>(work: (tx: Tx) => Promise<{ keep: boolean; value: Result }>): Promise<Result>
  /**
   * Claims a key inside a transaction for a member, who is not merged into another until it ends. A key that was used before gives its line back instead;
   * `merged` when the member is part of another already, or the account belongs to another member since: who wrote is looked up again.
   */
  claimKey(
    tx: Tx,
    key: string,
    memberId: string,
    account?: Pick<ChatAccount, 'platform' | 'userId'>,
  ): Promise<AuditLine | 'merged' | undefined>
  saveLine(tx: Tx, line: AuditLine): Promise<void>
  /** Gives buttons and choices their tokens. @param place where the command was given */
  issueButtons(tx: Tx, reply: Reply, memberId: string, place: ChatPlace, now: Instant): Promise<Reply>
  /** How many messages wait unread for a member who was never told of them. Told by this: each is counted once. */
  mentionUnread(memberId: string, now: Instant): Promise<number>
  /** Takes a button or choice into use for one key: owner, expiry, and single use by a conditional update. The same key, delivered again, may take it again. */
  takeButton(
    token: string,
    memberId: string,
    key: string,
    now: Instant,
  ): Promise<({ readonly state: 'ready' } & Issued) | { readonly state: 'gone' | 'other' | 'used' }>
  /** Gives a single-use button back that this key took, because the press changed nothing. */
  releaseButton(token: string, key: string): Promise<void>
  now(): Instant
  newId(): string
  /** Reports a bug; gives the id under which it can be found. */
  report(error: unknown, request: { command: string; key: string }): string
  /** Language of what everyone in a channel reads. */
  readonly publicLanguage: Language
}

/** A reply with what a renderer must know of its reader: the member's language for private answers, the community's for public ones (spec 00, promise 6). */
export interface Answer {
  readonly reply: Reply
  readonly language: Language
  /** IANA name of the reader's zone, for platforms that do not show local time by themselves. */
  readonly timeZone: string
  /** The reply's chart, drawn in this language; absent where pictures are not shown or could not be drawn. */
  readonly picture?: Picture
}

/** A command and the way to make its port from a transaction. Made by `bindCommand`, so that input, port and result stay of one piece. */
export interface BoundCommand<Tx> {
  readonly definition: Pick<Command, 'name' | 'summary' | 'access' | 'effect' | 'audience' | 'anywhere' | 'unlisted' | 'input'>
  execute(run: Omit<Run<never>, 'port'>, input: unknown, tx: Tx): Promise<Outcome<Reply>>
}

export function bindCommand<Shape extends z.ZodRawShape, Port, Result, Tx>(
  command: Command<Shape, Port, Result>,
  open: (tx: Tx) => Port,
): BoundCommand<Tx> {
  return {
    definition: command,
    async execute(run, input, tx) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- dispatch hands in what this command's own schema gave
      const outcome = await command.run({ ...run, port: open(tx) }, input as z.output<z.ZodObject<Shape>>)
      return outcome.ok ? { ok: true, result: command.render(outcome.result, run.actor) } : outcome
    },
  }
}

/** The member who was found is part of another since (a link of chat accounts that was confirmed at this moment). */
export class MergedMeanwhile extends Error {}

export interface Dispatch {
  (request: Request): Promise<Answer>
  /** A pressed button or a chosen option, by its token; `value` is what was chosen from a list of the platform's own. */
  press(press: { account: ChatAccount; place: ChatPlace; token: string; key: string; value?: string }): Promise<Answer>
}

/** Find, authorise, parse, run in a transaction, answer: the same for every surface (architecture, rule 4). Never throws for what a member can cause. */
export function createDispatch<Tx>(commands: readonly BoundCommand<Tx>[], port: DispatchPort<Tx>): Dispatch {
  const byName = new Map(commands.map((command) => [commandName(command.definition), command]))

  async function answer(request: Request, actor: Actor): Promise<Reply> {
    return withMention(await carryOut(request, actor), request, actor)
  }

  /**
   * One line under a private answer says that something waits in the inbox, once for each message. Not under check-ins, whose speed is a promise, nor under a
   * "no", which has its own next step; and the console shows messages by itself.
   */
  async function withMention(reply: Reply, { command, key }: Request, { memberId, account }: Actor): Promise<Reply> {
    const isGood = reply.audience === 'private' && (reply.tone === 'done' || reply.tone === 'info')
    if (!isGood || account.platform === 'console' || byName.get(command)?.definition.effect === 'grouped') return reply
    try {
      const count = await port.mentionUnread(memberId, port.now())
      return count === 0 ? reply : { ...reply, lines: [...reply.lines, say('newMessages', { count })] }
    } catch (error) {
      // What was asked for is done and must be told; the messages are told of another time.
      if (!(error instanceof Fault)) port.report(error, { command, key })
      return reply
    }
  }

  async function carryOut(request: Request, actor: Actor): Promise<Reply> {
    const command = byName.get(request.command)
    if (command === undefined) return refusalReply(unknownCommand(request.command))
    const { definition } = command
    if (!mayUse(actor, definition.access)) return refusalReply(forbidden(definition.access))
    const parsed = parseInput(definition, request.input)
    if (!parsed.ok) return withAsk(refusalReply(parsed.refusal), definition, request.input, parsed.refusal)
    const now = port.now()
    const run = { actor, now, key: request.key, newId: () => port.newId() }
    const settle = (outcome: Outcome<Reply>): Reply =>
      outcome.ok ? outcome.result : withAsk(refusalReply(outcome.refusal), definition, request.input, outcome.refusal)

    if (definition.effect !== 'write') {
      const reply = settle(await port.read((tx) => command.execute(run, parsed.result, tx)))
      if (!hasControls(reply)) return reply
      return port.write(async (tx) => ({ keep: true, value: await port.issueButtons(tx, reply, actor.memberId, actor.place, now) }))
    }
    return port.write(async (tx) => {
      const earlier = await port.claimKey(tx, request.key, actor.memberId, actor.account)
      if (earlier === 'merged') throw new MergedMeanwhile()
      if (earlier !== undefined) {
        const same = earlier.memberId === actor.memberId && earlier.command === request.command
        return { keep: false, value: same ? earlier.reply : refusalReply(keyReused()) }
      }
      const outcome = await command.execute(run, parsed.result, tx)
      if (!outcome.ok) return { keep: false, value: settle(outcome) }
      const reply = await port.issueButtons(tx, outcome.result, actor.memberId, actor.place, now)
      await port.saveLine(tx, {
        key: request.key,
        memberId: actor.memberId,
        command: request.command,
        input: auditInput(definition, request.input),
        reply,
        at: now,
      })
      return { keep: true, value: reply }
    })
  }

  /** Strangers' servers are refused, but an operator brings a server in from inside it. */
  async function isWelcome({ command, account, place }: { command: string; account: ChatAccount; place: ChatPlace }): Promise<boolean> {
    if (await port.isHome(account, place)) return true
    if (byName.get(command)?.definition.anywhere !== true) return false
    return (await port.recognise(account, place))?.roles.has('operator') === true
  }

  /** Finds the member, keeps strangers out, turns a fault or bug into words; a refusal never comes by exception. */
  async function guarded(
    request: { command: string; key: string; account: ChatAccount; place: ChatPlace },
    work: (actor: Actor, now: Instant) => Promise<Reply>,
  ): Promise<Answer> {
    let actor: Actor | undefined
    const addressed = (reply: Reply): Answer => {
      const own = actor?.language ?? languageOfLocale(request.account.locale)
      // In a private chat nobody else reads along, whatever the command would show in public.
      const isForAll = reply.audience === 'public' && request.place.kind === 'group'
      return {
        reply,
        language: reply.language ?? (isForAll ? (actor?.placeLanguage ?? port.publicLanguage) : own),
        timeZone: actor?.timeZone ?? 'UTC',
      }
    }
    try {
      if (!(await isWelcome(request))) return addressed(refusalReply(stranger()))
      const now = port.now()
      actor = await port.identify(request.account, request.place, now)
      return addressed(
        await work(actor, now).catch(async (error: unknown) => {
          if (!(error instanceof MergedMeanwhile)) throw error
          // Nothing was changed: the account belongs to another member since, who is asked for again.
          actor = await port.identify(request.account, request.place, now)
          return work(actor, now)
        }),
      )
    } catch (error) {
      if (error instanceof Fault && error.retryable) return addressed(faultReply(error))
      return addressed(bugReply(port.report(error, request)))
    }
  }

  const dispatch = (request: Request) => guarded(request, (actor) => answer(request, actor))
  const press: Dispatch['press'] = ({ account, place: pressedIn, token: given, key, value }) =>
    guarded({ command: 'button', key, account, place: pressedIn }, async (actor, now) => {
      const read = readToken(given)
      if (read === undefined) return refusalReply(controlRefusal('gone'))
      const { token, option } = read
      const button = await port.takeButton(token, actor.memberId, key, now)
      if (button.state !== 'ready') return refusalReply(controlRefusal(button.state))
      let isDone = false
      try {
        // A private answer to a command of a group was shown in the private chat: what is pressed there still means the group.
        const place = pressedIn.kind === 'private' ? (button.place ?? pressedIn) : pressedIn
        if (place !== pressedIn && !(await port.isHome(account, place))) return refusalReply(stranger())
        const input = pressedInput(button, option, value)
        if (!input.ok) return refusalReply(input.refusal)
        const reply = await answer({ account, place, key, command: button.command, input: input.result }, { ...actor, place })
        isDone = reply.tone !== 'refused' && reply.tone !== 'fault'
        return reply
      } finally {
        // Refused or failed: nothing was changed, so the member may press again.
        if (!isDone) await port.releaseButton(token, key)
      }
    })
  return Object.assign(dispatch, { press })
}

/** Whether a member's roles allow what needs `access`; a chair is a reviewer too, and an operator may do everything. */
export function mayUse(actor: Pick<Actor, 'roles'>, access: Role): boolean {
  if (access === 'member') return true
  if (access === 'reviewer' && actor.roles.has('chair')) return true
  return actor.roles.has(access) || actor.roles.has('operator')
}

function parseInput(command: Pick<Command, 'name' | 'input'>, raw: Readonly<Record<string, unknown>>): Outcome<unknown> {
  const given = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined && value !== null && value !== ''))
  const unexpected = Object.keys(given).find((name) => !isField(command, name))
  if (unexpected !== undefined) {
    const shown = echoed(unexpected === '…' ? String(given['…']) : unexpected)
    return refuse({
      code: 'input.unexpected',
      kind: 'invalid',
      reason: say('unexpected', { field: shown }),
      nextStep: say('unexpectedNext', { usage: usageOf(command) }),
    })
  }
  const parsed = command.input.safeParse(given)
  if (parsed.success) return { ok: true, result: parsed.data }
  const issue = parsed.error.issues[0]!
  const field = String(issue.path[0] ?? '')
  const found = issueProblem(issue)
  if (found !== undefined) return refuse({ ...found, kind: 'invalid', field })
  const label = metaOf(command, field)?.label ?? field
  return refuse({
    code: 'input.missing',
    kind: 'invalid',
    reason: say('missing', { field: label }),
    nextStep: say('missingNext', { usage: usageOf(command) }),
    field,
  })
}

function metaOf(command: Pick<Command, 'input'>, field: string): FieldMeta | undefined {
  const schema = isField(command, field) ? command.input.shape[field] : undefined
  return schema === undefined ? undefined : fieldMeta(schema)
}

/** Own keys only: `constructor` is no field of any command. */
function isField(command: Pick<Command, 'input'>, name: string): boolean {
  return Object.hasOwn(command.input.shape, name)
}

/** A refusal as a reply: always for the asker alone, with its reason, its next step and its code. */
export function refusalReply(refusal: Refusal): Reply {
  return { audience: 'private', tone: 'refused', lines: [refusal.reason, refusal.nextStep], code: refusal.code }
}

function withAsk(reply: Reply, command: Pick<Command, 'name' | 'input'>, raw: Readonly<Record<string, unknown>>, refusal: Refusal): Reply {
  if (refusal.field === undefined || !isField(command, refusal.field)) return reply
  const kept = Object.fromEntries(
    Object.entries(raw).flatMap(([name, value]) =>
      name !== refusal.field &&
      isField(command, name) &&
      (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        ? [[name, storable(String(value))]]
        : [],
    ),
  )
  return { ...reply, ask: { command: commandName(command), field: refusal.field, input: kept } }
}

/** Text as a database can keep it while the rest is asked for: half a character and zero bytes are of no use to anybody. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '')

/** Input as kept in the audit trail: files, signatures, codes that give power and what members answer in forms are kept by length only. */
function auditInput(command: Pick<Command, 'input'>, raw: Readonly<Record<string, unknown>>): string {
  const kept = Object.entries(raw).flatMap(([name, value]) => {
    if (value === undefined || value === null || value === '') return []
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const meta = metaOf(command, name)
    const isHidden = meta?.kind === 'file' || meta?.unlogged === true
    return [[name, isHidden || text.length > 200 ? `(${text.length} characters)` : text]]
  })
  return JSON.stringify(Object.fromEntries(kept))
}

/** The beginning of what was typed, shown again: in one line, and with nothing in it that turns or hides text. */
function echoed(typed: string): string {
  return Array.from(cleanLine(typed.slice(0, 240)))
    .slice(0, 60)
    .join('')
}

function unknownCommand(name: string): Refusal {
  return {
    code: 'command.unknown',
    kind: 'not_found',
    reason: say('unknownCommand', { name: echoed(name) }),
    nextStep: say('unknownCommandNext'),
  }
}

function forbidden(role: Role): Refusal {
  return {
    code: 'command.forbidden',
    kind: 'forbidden',
    reason: say('forbidden', { role: say(`role_${role}`) }),
    nextStep: say('forbiddenNext'),
  }
}

function stranger(): Refusal {
  return { code: 'community.stranger', kind: 'forbidden', reason: say('strangerGuild'), nextStep: say('strangerGuildNext') }
}

/** The key of a request is one that another member or command has used: whoever sends it learns nothing of that. */
export function keyReused(): Refusal {
  return { code: 'command.key_reused', kind: 'conflict', reason: say('keyReused'), nextStep: say('keyReusedNext') }
}

function faultReply(fault: Fault): Reply {
  const busy = fault.source === 'overload'
  return {
    audience: 'private',
    tone: 'fault',
    lines: busy ? [say('busyReason'), say('busyNext')] : [say('faultReason'), say('faultNext')],
    code: `fault.${fault.source}`,
  }
}

function bugReply(id: string): Reply {
  return { audience: 'private', tone: 'fault', lines: [say('bugReason'), say('bugNext', { id })], code: 'bug' }
}

/** Chinese for every Chinese locale, English otherwise; the member can change it (spec 02, "Language"). */
export function languageOfLocale(locale: string | undefined): Language {
  return locale?.toLowerCase().startsWith('zh') === true ? 'zh' : 'en'
}

import { strict as assert } from 'node:assert'
import { createSpeak } from '../../adapters/speak.ts'
import type { Actor, ChatAccount, ChatPlace, Role } from '../../core/shared/actor.ts'
import type { ChatApp, MessageReference, Prompt } from '../../core/shared/chat-app.ts'
import { bindCommand, createDispatch, languageOfLocale, type AuditLine, type DispatchPort } from '../../core/shared/dispatch.ts'
import { MINUTE } from '../../core/shared/instant.ts'
import { placeToKeep, valuesOf, withTokens, type Issued } from '../../core/shared/press.ts'
import { replyFromJson, replyToJson, type Reply } from '../../core/shared/reply.ts'
import { commandSource } from '../../core/identity/suggest-commands.ts'
import { createLanguageOf } from '../../core/shared/language-of.ts'
import { createSuggest, matches, type Source, type SuggestPort } from '../../core/shared/suggest.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import type { Catalogue, Language } from '../../core/shared/text.ts'
import { SAMPLE_INSTANT, sampleCommands, type SampleData } from './sample-commands.ts'
import { sampleTexts } from './sample-texts.ts'

export interface SampleAppOptions {
  /** Catalogues of the surface under test. */
  readonly catalogues?: readonly Catalogue[]
  readonly publicLanguage?: Language
  /** The only server or group that is served; every one when not given. */
  readonly communityId?: string
}

/** A product small enough to know every word of, for testing a chat surface; strict about how dispatch and the surface use it. */
export interface SampleApp extends ChatApp {
  readonly data: SampleData
  /** Bugs that were reported, in order; the id of the first is `BUG-1`. */
  readonly bugs: { readonly error: unknown; readonly command: string; readonly key: string }[]
  readonly logged: { readonly level: 'info' | 'warn' | 'error'; readonly fields: object; readonly message: string }[]
  /** Where each card was shown. */
  readonly cards: Map<string, MessageReference[]>
  /** Where the bot said that it is, or was put out, such as `in discord 1`. */
  readonly memberships: readonly string[]
  /** Who was met where, in order. */
  readonly met: { readonly account: ChatAccount; readonly place: ChatPlace }[]
  /** Who is behind an account; makes nobody. */
  readonly recognise: DispatchPort<unknown>['recognise']
  grant(account: Pick<ChatAccount, 'platform' | 'userId'>, ...roles: readonly Role[]): void
  /** What a member chose, whatever their client says. */
  chooseLanguage(account: Pick<ChatAccount, 'platform' | 'userId'>, language: Language): void
  /** Lets the running and all later `wait` commands go on. */
  openGate(): void
  /** Resolves when a `wait` command has begun. */
  readonly waiting: Promise<void>
  advance(ms: number): void
  /** Resolves when a condition on bugs, log lines or cards holds; looked at whenever one is added. */
  until(holds: () => boolean): Promise<void>
}

interface Tx {
  open: boolean
  readonly writes: boolean
  claimed: boolean
}

interface StoredButton extends Issued {
  readonly memberId: string | null
  readonly once: boolean
  usedKey: string | undefined
}

interface State {
  data: SampleData
  lines: Map<string, Omit<AuditLine, 'reply'> & { reply: string }>
  buttons: Map<string, StoredButton>
}

const accountKey = (account: Pick<ChatAccount, 'platform' | 'userId'>): string => `${account.platform}:${account.userId}`

/** Starts the sample with nothing in it. */
export function createSampleApp(options: SampleAppOptions = {}): SampleApp {
  let state: State = { data: { notes: [], events: [], imports: [], waits: 0 }, lines: new Map(), buttons: new Map() }
  let now = SAMPLE_INSTANT
  let tokens = 0
  let queue: Promise<unknown> = Promise.resolve()
  const roles = new Map<string, Set<Role>>()
  const languages = new Map<string, Language>()
  const prompts = new Map<string, { prompt: Prompt; expiresAt: number; takenBy?: string }>()
  const bugs: SampleApp['bugs'] = []
  const logged: SampleApp['logged'] = []
  const memberships: string[] = []
  const cards: SampleApp['cards'] = new Map()
  const met: SampleApp['met'] = []
  const watchers = new Set<() => void>()
  const changed = (): void => {
    for (const look of watchers) look()
  }
  const gate = Promise.withResolvers<void>()
  const waiting = Promise.withResolvers<void>()

  async function transaction<Result>(work: (tx: Tx) => Promise<{ keep: boolean; value: Result }>): Promise<Result> {
    const before = structuredClone(state)
    const tx: Tx = { open: true, writes: true, claimed: false }
    let keep = false
    try {
      const outcome = await work(tx)
      keep = outcome.keep
      return outcome.value
    } finally {
      tx.open = false
      if (!keep) state = before
    }
  }
  const mustWrite = (tx: Tx): void => assert.ok(tx.open && tx.writes, 'a write outside of its transaction')

  const actorOf = (account: ChatAccount, place: ChatPlace): Actor => {
    assert.match(account.userId, /^\S+$/)
    assert.ok(account.name !== '', 'an account without a name')
    assert.ok(place.kind === 'private' || place.communityId !== undefined, 'a group that belongs to no community')
    return {
      memberId: `member of ${accountKey(account)}`,
      name: account.name,
      roles: roles.get(accountKey(account)) ?? new Set<Role>(),
      language: languages.get(accountKey(account)) ?? languageOfLocale(account.locale),
      timeZone: 'Asia/Shanghai',
      blocked: false,
      account,
      place,
    }
  }
  const port: DispatchPort<Tx> = {
    identify: (account: ChatAccount, place: ChatPlace) => {
      met.push({ account, place })
      return Promise.resolve(actorOf(account, place))
    },
    recognise: (account, place) => Promise.resolve(actorOf(account, place)),
    isHome: (_account, place) =>
      Promise.resolve(
        place.communityId === undefined
          ? place.kind === 'private'
          : options.communityId === undefined || place.communityId === options.communityId,
      ),
    async read(work) {
      const tx: Tx = { open: true, writes: false, claimed: false }
      try {
        return await work(tx)
      } finally {
        tx.open = false
      }
    },
    // One transaction at a time, as if every one locked everything.
    write(work) {
      const result = queue.then(() => transaction(work))
      queue = result.catch(() => undefined)
      return result
    },
    claimKey(tx, key) {
      mustWrite(tx)
      assert.ok(key !== '' && key.length <= 200, `a key of ${key.length} characters`)
      tx.claimed = true
      const line = state.lines.get(key)
      return Promise.resolve(line === undefined ? undefined : { ...line, reply: replyFromJson(line.reply) })
    },
    saveLine(tx, line) {
      mustWrite(tx)
      assert.ok(tx.claimed && !state.lines.has(line.key), 'an audit line whose key was not claimed')
      state.lines.set(line.key, { ...line, reply: replyToJson(line.reply) })
      return Promise.resolve()
    },
    issueButtons(tx, reply: Reply, memberId, place) {
      mustWrite(tx)
      const issued = withTokens(reply, (control) => {
        tokens += 1
        const token = `token-${tokens}`.padEnd(22, 'x')
        state.buttons.set(token, {
          command: control.command,
          input: control.input,
          place: placeToKeep(reply, place),
          choice: 'field' in control ? { field: control.field, values: valuesOf(control) } : undefined,
          once: 'once' in control && control.once,
          memberId: control.allowed === 'owner' ? memberId : null,
          usedKey: undefined,
        })
        return token
      })
      return Promise.resolve(issued)
    },
    mentionUnread: () => Promise.resolve(0),
    takeButton(token, memberId, key) {
      const button = state.buttons.get(token)
      if (button === undefined) return Promise.resolve({ state: 'gone' })
      if (button.memberId !== null && button.memberId !== memberId) return Promise.resolve({ state: 'other' })
      if (button.once && button.usedKey !== undefined && button.usedKey !== key) return Promise.resolve({ state: 'used' })
      button.usedKey = key
      const { command, input, place, choice } = button
      return Promise.resolve({ state: 'ready', command, input, place, choice })
    },
    releaseButton(token, key) {
      const button = state.buttons.get(token)
      if (button?.usedKey === key) button.usedKey = undefined
      return Promise.resolve()
    },
    now: () => now,
    newId: () => `id-${now}`,
    report,
    publicLanguage: options.publicLanguage ?? 'en',
  }

  function report(error: unknown, { command, key }: { command: string; key: string }): string {
    bugs.push({ error, command, key })
    changed()
    return `BUG-${bugs.length}`
  }
  const bound = sampleCommands.map((command) =>
    bindCommand(command, (tx: Tx) => ({
      get data() {
        assert.ok(tx.open, 'a command ran on after its transaction')
        return state.data
      },
      gate: () => {
        waiting.resolve()
        return gate.promise
      },
    })),
  )
  const definitions = bound.map((command) => command.definition)
  const none: Source = () => []
  const sources: SuggestPort['sources'] = {
    event: ({ typed }) =>
      state.data.events.flatMap(({ title }, index) => {
        const code = `EVT-${index + 1}`
        return matches(typed, code, title) ? [{ value: code, label: sampleTexts.say('event', { code, title }) }] : []
      }),
    'own-event': none,
    period: none,
    statement: none,
    'own-line': none,
    timezone: none,
    command: commandSource(() => definitions),
    route: none,
    draft: none,
    broadcast: none,
    trouble: none,
    campaign: none,
    'open-form': none,
    'begun-form': none,
    form: none,
    'own-submission': none,
    seat: none,
    'decided-submission': none,
    original: none,
  }
  const note = (...words: readonly string[]): Promise<void> => {
    memberships.push(words.join(' '))
    changed()
    return Promise.resolve()
  }
  const promptKey = (account: ChatAccount, place: ChatPlace): string => `${accountKey(account)} ${place.chatId} ${place.threadId ?? ''}`
  const log =
    (level: 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void => {
      logged.push({ level, fields, message })
      changed()
    }

  return {
    dispatch: createDispatch(bound, port),
    keepUpload: () => Promise.reject(new Error('the sample keeps no files')),
    suggest: createSuggest(definitions, { ...port, sources }),
    languageOf: createLanguageOf((account, place) => Promise.resolve(actorOf(account, place))),
    commands: definitions,
    speak: createSpeak([sharedTexts.catalogue, sampleTexts.catalogue, ...(options.catalogues ?? [])]),
    prompts: {
      put(account, place, prompt) {
        const kept: Prompt = structuredClone(prompt)
        assert.ok(
          Object.values(kept.input).every((value) => typeof value === 'string'),
          'a prompt keeps texts only',
        )
        prompts.set(promptKey(account, place), { prompt: kept, expiresAt: now + 15 * MINUTE })
        return Promise.resolve()
      },
      take(account, place, by) {
        const found = prompts.get(promptKey(account, place))
        if (found === undefined || (found.takenBy ?? by) !== by) return Promise.resolve(undefined)
        found.takenBy = by
        return Promise.resolve(found.expiresAt <= now ? undefined : found.prompt)
      },
    },
    rememberCard(subject, message) {
      cards.set(subject, [...(cards.get(subject) ?? []), message])
      changed()
      return Promise.resolve()
    },
    report,
    membership: {
      putOut: (platform, communityId) => note('put out', platform, communityId),
      isIn: (platform, communityIds) => note('in', platform, ...communityIds),
    },
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    publicOrigin: 'https://wepos.example',
    get data() {
      return state.data
    },
    bugs,
    logged,
    cards,
    memberships,
    met,
    recognise: (account, place) => port.recognise(account, place),
    chooseLanguage: (account, language) => void languages.set(accountKey(account), language),
    grant(account, ...granted) {
      roles.set(accountKey(account), new Set([...(roles.get(accountKey(account)) ?? []), ...granted]))
    },
    openGate: () => gate.resolve(),
    waiting: waiting.promise,
    advance(ms) {
      now += ms
    },
    until(holds) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (!holds()) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      })
    },
  }
}

import type { Update } from '@grammyjs/types'
import { languageOfLocale } from '../../core/shared/dispatch.ts'
import { Fault } from '../../core/shared/fault.ts'
import type { Reply } from '../../core/shared/reply.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { ApiFailure } from './api-failure.ts'
import { showPrivately } from './deliver-answer.ts'
import { handleLine, handleStrange, tell } from './handle-line.ts'
import { handlePress } from './handle-press.ts'
import { handleStart } from './handle-start.ts'
import { keyOf, nameOf, readUpdate, type Incoming, type Origin } from './read-update.ts'
import { renderReply } from './render-reply.ts'
import { wordsOf, type Surface } from './surface.ts'
import { telegramTexts } from './telegram.texts.ts'

const { say } = telegramTexts

/** Handles one update to its end. Never throws: an update that cannot be handled must not come back for ever. */
export async function handleUpdate(surface: Surface, update: Update): Promise<void> {
  let incoming: Incoming | undefined
  try {
    incoming = readUpdate(update, surface.username)
    // Who writes in private can be written to; whatever becomes of that note, the answer is tried, and does not wait for it.
    const noted = 'origin' in incoming && incoming.origin.isPrivate ? noteReached(surface, incoming.origin) : undefined
    await handle(surface, incoming)
    await noted
  } catch (error) {
    await handleTrouble(
      surface,
      error,
      keyOf(nameOf(update).key),
      incoming !== undefined && 'origin' in incoming ? incoming.origin : undefined,
    )
  }
}

async function handle(surface: Surface, incoming: Incoming): Promise<void> {
  const { aliases } = surface
  switch (incoming.kind) {
    case 'line':
      return handleLine(surface, incoming)
    case 'press':
      return handlePress(surface, incoming)
    case 'start':
      return handleStart(surface, incoming)
    case 'forwarded':
      return tell(surface, incoming.origin, say('forwarded'))
    case 'edited':
      return tell(surface, incoming.origin, say('edited'))
    case 'strange':
      return handleStrange(surface, incoming)
    case 'anonymous':
      return explainToAnonymous(surface, incoming)
    case 'moved':
      return aliases.learn(incoming.from, incoming.to)
    case 'membership':
      return noteMembership(surface, incoming)
    default:
      return undefined
  }
}

async function noteReached({ app, memory }: Surface, { account }: Origin): Promise<void> {
  try {
    await memory.found(account)
  } catch (error) {
    app.log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'that a Telegram member is back could not be noted')
  }
}

/** Somebody blocked the bot or let it in again; a group took it in, made it an administrator, or put it out. */
async function noteMembership({ app, memory, timers }: Surface, incoming: Extract<Incoming, { kind: 'membership' }>): Promise<void> {
  const { chatId, status, isPrivate, title } = incoming
  app.log.info({ chatId, status }, 'the place of the Telegram bot in a chat changed')
  const id = String(chatId)
  if (!isPrivate) {
    // Bots own no group.
    const known = status === 'creator' ? 'administrator' : status
    await memory.setGroup({ platform: 'telegram', chatId: id, status: known, ...(title === undefined ? {} : { title }) }, timers.now())
    await (isOut(status) ? app.membership.putOut('telegram', id) : app.membership.isIn('telegram', [id]))
  } else if (isOut(status)) await memory.lost({ platform: 'telegram', userId: id }, timers.now())
  else await memory.found({ platform: 'telegram', userId: id })
}

const isOut = (status: string): boolean => status === 'kicked' || status === 'left'

/** Nobody knows who asked, and so not which language they read: both. */
async function explainToAnonymous(surface: Surface, incoming: Extract<Incoming, { kind: 'anonymous' }>): Promise<void> {
  if (surface.queue.isCrowded(incoming.chatId)) return
  const reply: Reply = { audience: 'public', tone: 'info', lines: [say('anonymous')] }
  const texts = (['en', 'zh'] as const).map(
    (language) => renderReply({ reply, language, timeZone: 'UTC' }, { ...wordsOf(surface), shape: 'one' }).texts[0],
  )
  const target = {
    chatId: incoming.chatId,
    replyTo: incoming.messageId,
    ...(incoming.threadId === undefined ? {} : { threadId: incoming.threadId }),
  }
  await surface.poster.post(target, { texts: [texts.join('\n')], files: [], fitsCaption: false }, { attempts: 2 })
}

async function handleTrouble(surface: Surface, error: unknown, key: string, origin: Origin | undefined): Promise<void> {
  const { app } = surface
  if (error instanceof ApiFailure || (error instanceof Fault && error.source === 'overload')) {
    // The effect is done and saved under its key; only its answer could not be shown.
    app.log.warn({ key, reason: error.message }, 'an answer could not be shown on Telegram')
    return
  }
  const lines =
    error instanceof Fault && error.retryable
      ? [sharedTexts.say('faultReason'), sharedTexts.say('faultNext')]
      : [sharedTexts.say('bugReason'), sharedTexts.say('bugNext', { id: app.report(error, { command: 'telegram', key }) })]
  const code = error instanceof Fault ? `fault.${error.source}` : 'bug'
  if (origin === undefined) return
  const reply: Reply = { audience: 'private', tone: 'fault', lines, code }
  try {
    await showPrivately(surface, { origin }, { reply, language: languageOfLocale(origin.account.locale), timeZone: 'UTC' })
  } catch (second) {
    app.log.warn({ key, reason: second instanceof Error ? second.message : String(second) }, 'trouble could not be told on Telegram')
  }
}

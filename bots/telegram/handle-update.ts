import type { Update } from '@grammyjs/types'
import { languageOfLocale } from '../../core/shared/dispatch.ts'
import { Fault } from '../../core/shared/fault.ts'
import type { Reply } from '../../core/shared/reply.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { ApiFailure } from './api-failure.ts'
import { showPrivately, wordsOf } from './deliver-answer.ts'
import { handleLine, tell } from './handle-line.ts'
import { handlePress } from './handle-press.ts'
import { handleStart } from './handle-start.ts'
import { keyOf, readUpdate, type Incoming, type Origin } from './read-update.ts'
import { renderReply } from './render-reply.ts'
import type { Surface } from './surface.ts'
import { telegramTexts } from './telegram.texts.ts'

const { say } = telegramTexts

/** Handles one update to its end. Never throws: an update that cannot be handled must not come back for ever. */
export async function handleUpdate(surface: Surface, update: Update): Promise<void> {
  let incoming: Incoming | undefined
  try {
    incoming = readUpdate(update, surface.username)
    await handle(surface, incoming)
  } catch (error) {
    await handleTrouble(
      surface,
      error,
      keyOf(update.update_id),
      incoming !== undefined && 'origin' in incoming ? incoming.origin : undefined,
    )
  }
}

async function handle(surface: Surface, incoming: Incoming): Promise<void> {
  const { app, aliases } = surface
  switch (incoming.kind) {
    case 'line':
      return handleLine(surface, incoming)
    case 'press':
      return handlePress(surface, incoming)
    case 'start':
      return handleStart(surface, incoming)
    case 'forwarded':
      return tell(surface, incoming.origin, say('forwarded'))
    case 'strange':
      return tell(surface, incoming.origin, say('strangeMessage'))
    case 'anonymous':
      return explainToAnonymous(surface, incoming)
    case 'moved':
      return aliases.learn(incoming.from, incoming.to)
    case 'membership':
      return app.log.info({ chatId: incoming.chatId, status: incoming.status }, 'the place of the Telegram bot in a chat changed')
    default:
      return undefined
  }
}

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

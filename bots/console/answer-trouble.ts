import type { ChatApp } from '../../core/shared/chat-app.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { Fault } from '../../core/shared/fault.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'

const { say } = sharedTexts

/** What a person reads when the chat itself failed outside of a command: before dispatch, or after it. */
export function faultOrBug(app: Pick<ChatApp, 'report'>, error: unknown): Answer {
  const lines =
    error instanceof Fault
      ? [say('faultReason'), say('faultNext')]
      : [say('bugReason'), say('bugNext', { id: app.report(error, { command: 'terminal', key: 'terminal' }) })]
  return { reply: { audience: 'private', tone: 'fault', lines }, language: 'en', timeZone: 'UTC' }
}

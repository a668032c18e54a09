import type { Answer } from '../../core/shared/dispatch.ts'
import type { Speak } from '../../core/shared/speak.ts'
import { formPageTexts } from './form-pages.texts.ts'
import { html, type Html } from './html.ts'
import type { Reader } from './reader.ts'
import { renderReply } from './render-reply.ts'

const { say } = formPageTexts

/** What a command answered, read out and in view. Buttons and questions of a chat have their own places on a page. */
export function saidAnswer(reader: Reader, speak: Speak, { reply, language }: Answer): Html {
  const { buttons: _buttons, choices: _choices, ask: _ask, question: _question, form: _form, ...shown } = reply
  const isTrouble = reply.tone === 'refused' || reply.tone === 'fault'
  return html`<div class="said" id="said" role="${isTrouble ? 'alert' : 'status'}" tabindex="-1" autofocus>
    <h2 class="hidden">${reader.say(say('message'))}</h2>
    ${renderReply(reader, speak, { reply: shown, language }, reader.commands)}
  </div>`
}

/** The status of a page that shows an answer: a refusal is none that went well. */
export function statusOf({ reply }: Answer): number {
  if (reply.tone === 'fault') return 503
  return reply.tone === 'refused' ? 422 : 200
}

import type { Answer } from '../../core/shared/dispatch.ts'
import type { Speak } from '../../core/shared/speak.ts'
import { deskPage } from './desk-parts.ts'
import { deskTexts } from './desk.texts.ts'
import { html, type Html } from './html.ts'
import { sayCommands, type Reader } from './reader.ts'

const { say } = deskTexts

/** So many can be approved at once: as many as a page of the queue shows. */
export const MOST_CHOSEN = 50

export interface BulkResult {
  readonly subject: string
  readonly answer: Answer
}

/** What happened to each item that was ticked; nothing to any when there are no results. */
export function bulkPage(reader: Reader, speak: Speak, { count, results }: { count: number; results: readonly BulkResult[] }): Html {
  const back = html`<p><a class="button" href="/desk" data-key="u">${reader.say(say('backToQueue'))}</a></p>`
  if (results.length === 0) {
    const lines = count === 0 ? [say('bulkNone'), say('bulkNoneNext')] : [say('bulkMany', { count }), say('bulkManyNext')]
    const body = html`<div class="card" role="alert">${lines.map((line) => html`<p>${reader.say(line)}</p>`)}</div>
      ${back}`
    return deskPage(reader, { part: 'queue', title: reader.plain(say('bulkTitle')), body })
  }
  const failed = results.filter(({ answer }) => answer.reply.tone !== 'done').length
  const body = html`<div class="lede">
      <h1>${reader.say(say('bulkTitle'))}</h1>
    </div>
    <div class="said-before" role="status" id="said" tabindex="-1" autofocus>
      ${failed < count && html`<p>${reader.say(say('bulkDone', { count: count - failed }))}</p>`}
      ${failed > 0 && html`<p>${reader.say(say('bulkFailed', { count: failed }))}</p>`}
    </div>
    <ol class="queue card">
      ${results.map(({ subject, answer }) => result(reader, speak, subject, answer))}
    </ol>
    ${back}`
  return deskPage(reader, { part: 'queue', title: reader.plain(say('bulkTitle')), body })
}

function result(reader: Reader, speak: Speak, subject: string, { reply, language }: Answer): Html {
  return html`<li class="row ${reply.tone}">
    <a href="/desk/${subject}" data-item><span class="code">${subject}</span></a>
    <span class="facts" lang="${language === 'zh' ? 'zh-CN' : 'en'}"
      >${reply.lines.map((line) => html`<span>${sayCommands(speak, line, language, reader.commands)}</span> `)}</span
    >
  </li>`
}

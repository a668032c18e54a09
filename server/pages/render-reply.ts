import type { Answer } from '../../core/shared/dispatch.ts'
import { inSteps } from '../../core/shared/draw-questions.ts'
import { isIssued, optionButtons, type Pressable } from '../../core/shared/press.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { Speak } from '../../core/shared/speak.ts'
import type { TextValue } from '../../core/shared/text.ts'
import { html, type Html } from './html.ts'
import type { FindCommands } from './command-links.ts'
import { sayCommands, sayHtml, type Reader } from './reader.ts'
import { sandboxTexts } from './sandbox.texts.ts'

const { say } = sandboxTexts
/** A reply may be any length; a page shows so many of each and says that there is more. */
const MAX_SHOWN = 500

/**
 * An answer as a piece of a page, in the answer's own language; words around it are in the visitor's. Buttons belong to the form `press`.
 * @param commands of which a page shows where they lead; left out where commands can be typed
 */
export function renderReply(
  reader: Reader,
  speak: Speak,
  { reply: given, language }: Omit<Answer, 'timeZone'>,
  commands?: FindCommands,
): Html {
  const reply = inSteps(given)
  const own = (value: TextValue) =>
    commands === undefined ? sayHtml(speak, value, language) : sayCommands(speak, value, language, commands)
  return html`<article
    class="answer ${reply.tone}"
    lang="${language === 'zh' ? 'zh-CN' : 'en'}"
    aria-label="${reader.plain(say(`answer_${reply.tone}`))}"
  >
    ${reply.title !== undefined && html`<h3>${own(reply.title)}</h3>`}
    ${some(reply.lines).map((line) => html`<p>${own(line)}</p>`)}${more(reply.lines)} ${fields(reply, own)}${table(reply, own)}
    ${reply.verbatim !== undefined && html`<pre class="verbatim" tabindex="0"><code>${reply.verbatim}</code></pre>`}
    ${reply.file !== undefined && fileLink(reader, reply.file)} ${buttons(reply, own)} ${choices(reply, own)}
    <p class="meta" lang="${reader.language === 'zh' ? 'zh-CN' : 'en'}">
      ${reader.say(say(reply.audience === 'public' ? 'toAll' : 'toYou'))}${reply.code !== undefined && html` · <code>${reply.code}</code>`}
    </p>
    ${reply.ask !== undefined && html`<p class="asks" lang="${reader.language === 'zh' ? 'zh-CN' : 'en'}">${reader.say(say('asks'))}</p>`}
  </article>`
}

function some<Item>(items: readonly Item[]): readonly Item[] {
  return items.slice(0, MAX_SHOWN)
}

function more(items: readonly unknown[]): Html | false {
  return items.length > MAX_SHOWN && html`<p>… + ${items.length - MAX_SHOWN}</p>`
}

function fields({ fields: found = [] }: Reply, own: (value: TextValue) => Html): Html | false {
  if (found.length === 0) return false
  return html`<dl>
      ${some(found).map(
        ({ label, value }) =>
          html`<div>
            <dt>${own(label)}</dt>
            <dd>${own(value)}</dd>
          </div>`,
      )}
    </dl>
    ${more(found)}`
}

function table({ table: found }: Reply, own: (value: TextValue) => Html): Html | false {
  if (found === undefined) return false
  return html`<div class="scroll" tabindex="0">
      <table>
        <thead>
          <tr>
            ${found.header.map((cell) => html`<th scope="col">${own(cell)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${some(found.rows).map(
            (row) =>
              html`<tr>
                ${row.map((cell) => html`<td>${own(cell)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${more(found.rows)}`
}

/** The content is in the link itself: it needs no second request, and works without a script. */
function fileLink(reader: Reader, { name, mediaType, content }: NonNullable<Reply['file']>): Html {
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(mediaType) ? mediaType : 'application/octet-stream'
  const address = `data:${type};base64,${Buffer.from(content, 'utf8').toString('base64')}`
  return html`<p><a class="file" download="${name}" href="${address}">${reader.say(say('file', { name }))}</a></p>`
}

function buttons({ buttons: found = [] }: Reply, own: (value: TextValue) => Html): Html | false {
  const issued = found.filter(isIssued)
  return issued.length > 0 && html`<p class="buttons">${pressables(issued, own)}</p>`
}

function choices({ choices: found = [] }: Reply, own: (value: TextValue) => Html): readonly (Html | false)[] {
  return found.filter(isIssued).map((choice) => {
    const options = optionButtons(choice)
    return options.length > 0 && html`<p class="buttons" role="group">${own(choice.label)}: ${pressables(options, own)}</p>`
  })
}

function pressables(found: readonly (Omit<Pressable, 'style'> & Partial<Pick<Pressable, 'style'>>)[], own: (value: TextValue) => Html) {
  return some(found).map(
    ({ label, token, style = 'plain' }) => html`<button form="press" name="token" value="${token}" class="${style}">${own(label)}</button>`,
  )
}

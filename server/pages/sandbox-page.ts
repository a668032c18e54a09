import type { CommandDefinition } from '../../core/shared/chat-app.ts'
import { commandName } from '../../core/shared/command.ts'
import { mayUse } from '../../core/shared/dispatch.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { Persona } from '../../core/shared/persona.ts'
import { findCommand } from '../../core/shared/read-words.ts'
import { usageOf } from '../../core/shared/usage.ts'
import { SKIP_TARGETS } from '../server-app.ts'
import { ASSETS } from './assets.ts'
import { html, type Html } from './html.ts'
import { layout } from './layout.ts'
import { timeHtml, type Reader } from './reader.ts'
import { sandboxTexts } from './sandbox.texts.ts'

const { say } = sandboxTexts
/** Of a pasted file so much is repeated in the chat. */
const MAX_SAID = 300

/** What a visitor may try, and as whom: `undefined` is whoever they are. Lines of commands that do not exist are left out. */
const SAMPLES: readonly {
  name: 'help' | 'create' | 'checkin' | 'balance' | 'worth' | 'supply' | 'status' | 'language'
  role?: Persona['role']
}[] = [
  { name: 'help' },
  { name: 'create', role: 'host' },
  { name: 'checkin', role: 'member' },
  { name: 'balance' },
  { name: 'worth' },
  { name: 'supply' },
  { name: 'status', role: 'operator' },
  { name: 'language' },
]

export interface SandboxPageData {
  readonly personas: readonly Persona[]
  readonly persona: Persona
  readonly commands: readonly CommandDefinition[]
  readonly now: Instant
  /** A new idempotency key for each form. */
  readonly newKey: () => string
  /** What the chat begins with: the turn that was just taken, and messages. */
  readonly turns: readonly Html[]
}

/** The chat, the people to be, the clock, and what to try. Works by plain forms; the script keeps each person's chat in the tab. */
export function sandboxPage(reader: Reader, data: SandboxPageData): Html {
  const { persona, personas, turns } = data
  const body = html`<div class="lede">
      <h1>${reader.say(say('title'))}</h1>
      <p>${reader.say(say('lede'))}</p>
    </div>
    <div
      class="sandbox"
      data-sandbox
      data-as="${persona.id}"
      data-people="${personas.map(({ id }) => id).join(' ')}"
      data-working="${reader.plain(say('working'))}"
      data-lost="${reader.plain(say('lost'))}"
      data-copy="${reader.plain(say('copy'))}"
      data-copied="${reader.plain(say('copied'))}"
    >
      ${people(reader, data)}
      <section class="chat" aria-labelledby="chat-title">
        <div class="chat-head">
          <h2 id="chat-title">${reader.say(say('chat', { name: persona.name }))}</h2>
          <button type="button" class="quiet" data-clear hidden>${reader.say(say('clear'))}</button>
        </div>
        <ol class="log" role="log" tabindex="0" aria-labelledby="chat-title">
          ${turns.length > 0 ? turns : html`<li class="empty">${reader.say(say('empty'))}</li>`}
        </ol>
        ${composer(reader, data)}
        <form id="press" method="post" action="/sandbox" hidden>${hidden(data, persona)}</form>
      </section>
      <aside class="beside">${clock(reader, data)}${guide(reader, data)}</aside>
    </div>`
  return layout(reader, {
    title: say('title'),
    description: say('description'),
    section: 'sandbox',
    body,
    scripts: [ASSETS.sandbox],
    wide: true,
  })
}

/** One exchange in the chat. `said` is what was typed, or the label of the button; nothing when it is not known. */
export function turnItem(persona: Persona, said: string, answer: Html, isPublic: boolean): Html {
  const shown = said.length > MAX_SAID ? `${said.slice(0, MAX_SAID)}… (${said.length})` : said
  return html`<li class="turn mine" data-by="${persona.id}" data-audience="${isPublic ? 'public' : 'private'}">
    ${shown !== '' && html`<p class="said"><b>${persona.name}</b> <span>${shown}</span></p>`} ${answer}
  </li>`
}

/** A message that came by itself. */
export function noticeItem(message: Html): Html {
  return html`<li class="turn" data-audience="private">${message}</li>`
}

/** The line in every chat that says that the clock was set. */
export function skippedItem(reader: Reader, now: Instant): Html {
  return html`<li class="notice">${reader.say(say('skipped', { at: { at: now } }))}</li>`
}

function hidden({ newKey }: SandboxPageData, persona: Persona): Html {
  return html`<input type="hidden" name="as" value="${persona.id}" /><input type="hidden" name="key" value="${newKey()}" />`
}

function people(reader: Reader, { personas, persona }: SandboxPageData): Html {
  return html`<nav class="people" aria-labelledby="people-title">
    <h2 id="people-title">${reader.say(say('people'))}</h2>
    <ul>
      ${personas.map(
        ({ id, name, role, language }) =>
          html`<li>
            <a href="/sandbox?as=${encodeURIComponent(id)}" data-person="${id}" ${id === persona.id && html` aria-current="true"`}>
              <span class="face" aria-hidden="true">${initial(name)}</span
              ><span><b>${name}</b> <small>${reader.say(say(`role_${role}`))} · ${language === 'zh' ? '中文' : 'English'}</small></span></a
            >
          </li>`,
      )}
    </ul>
  </nav>`
}

function composer(reader: Reader, data: SandboxPageData): Html {
  const { persona, commands } = data
  const usable = commands.filter(({ access }) => mayUse({ roles: new Set([persona.role]) }, access))
  return html`<form id="say" class="composer" method="post" action="/sandbox" autocomplete="off">
    ${hidden(data, persona)}
    <label class="hidden" for="line">${reader.say(say('message', { name: persona.name }))}</label>
    <input
      id="line"
      name="line"
      list="commands"
      maxlength="4000"
      placeholder="${reader.plain(say('placeholder'))}"
      spellcheck="false"
      enterkeyhint="send"
    />
    <datalist id="commands">
      ${usable.map((command) => html`<option value="/${commandName(command)}" label="${usageOf(command)} – ${reader.plain(command.summary)}">`)}
    </datalist>
    <button class="primary">${reader.say(say('send'))}</button>
    <details class="attach">
      <summary>${reader.say(say('attach'))}</summary>
      <p class="hint" id="attach-hint">${reader.say(say('attachHint'))}</p>
      <p>
        <label>${reader.say(say('attachFile'))} <input type="file" accept=".csv,.txt,.json,text/*" data-file /></label>
      </p>
      <label for="attachment">${reader.say(say('attachText'))}</label>
      <textarea id="attachment" name="attachment" rows="4" aria-describedby="attach-hint" spellcheck="false"></textarea>
    </details>
  </form>`
}

function clock(reader: Reader, data: SandboxPageData): Html {
  return html`<section class="clock">
    <h2>${reader.say(say('time'))}</h2>
    <p class="now" data-now>${timeHtml(data.now, reader.language)}</p>
    <form id="skip" method="post" action="/sandbox/time">
      ${hidden(data, data.persona)}
      <fieldset>
        <legend>${reader.say(say('skip'))}</legend>
        ${SKIP_TARGETS.map((target) => html`<button name="target" value="${target}">${reader.say(say(`skip_${target}`))}</button>`)}
      </fieldset>
    </form>
    <p class="hint">${reader.say(say('skipHint'))}</p>
  </section>`
}

function guide(reader: Reader, data: SandboxPageData): Html {
  const samples = SAMPLES.flatMap(({ name, role }) => {
    const line = sampleLine(name, data.persona)
    const as = role === undefined || data.persona.role === role ? data.persona : data.personas.find((one) => one.role === role)
    return as === undefined || findCommand(data.commands, line.slice(1)) === undefined ? [] : [{ name, line, as }]
  })
  if (samples.length === 0) return html``
  return html`<section class="guide">
    <h2>${reader.say(say('samples'))}</h2>
    <ol>
      ${samples.map(
        ({ name, line, as }) =>
          html`<li>
            <form method="post" action="/sandbox" data-sample>
              ${hidden(data, as)}
              <button name="line" value="${line}">
                <span>${reader.say(say(`sample_${name}`))}</span><code>${line}</code>${
                  as.id !== data.persona.id && html`<small>${reader.say(say('sampleAs', { name: as.name }))}</small>`
                }
              </button>
            </form>
          </li>`,
      )}
    </ol>
    <p class="hint">${reader.say(say('samplesHint'))}</p>
  </section>`
}

function sampleLine(name: (typeof SAMPLES)[number]['name'], persona: Persona): string {
  if (name === 'create') return `/event create ${persona.language === 'zh' ? '开放之夜' : 'Open evening'} start:now minutes:60`
  if (name === 'language') return `/language ${persona.language === 'zh' ? 'en' : 'zh'}`
  return `/${name}`
}

const graphemes = new Intl.Segmenter()
/** The first letter as a person sees it, which may be several code points. */
function initial(name: string): string {
  for (const { segment } of graphemes.segment(name)) return segment
  return '?'
}

'use strict'

// The sandbox's chat without loading the page for every line. Every form works without this file too.
// Each person's chat is kept in the tab as the pieces of page that the server sent.

const MAX_KEPT = 60
const root = document.querySelector('[data-sandbox]')
const log = root.querySelector('.log')
const say = document.getElementById('say')
const line = document.getElementById('line')
const attachment = document.getElementById('attachment')
const attach = root.querySelector('.attach')
const clear = root.querySelector('[data-clear]')
const { as, people, working, lost, copy, copied } = root.dataset

const storeName = (person) => `wepos-sandbox-${person}`

function kept(person) {
  try {
    const found = JSON.parse(sessionStorage.getItem(storeName(person)) ?? '[]')
    return Array.isArray(found) ? found : []
  } catch {
    return []
  }
}

function keep(person, piece) {
  const pieces = [...kept(person), piece].slice(-MAX_KEPT)
  // A tab holds a few megabytes: the oldest go until the rest fits.
  while (pieces.length > 0) {
    try {
      sessionStorage.setItem(storeName(person), JSON.stringify(pieces))
      return
    } catch {
      pieces.shift()
    }
  }
}

/** A piece that the server escaped, as an element. */
function elementOf(piece) {
  const template = document.createElement('template')
  template.innerHTML = piece
  const item = template.content.firstElementChild
  item.classList.toggle('mine', item.dataset.by === as)
  showLocalTimes(item)
  for (const verbatim of item.querySelectorAll('.verbatim')) addCopy(verbatim)
  return item
}

function addCopy(verbatim) {
  if (!navigator.clipboard) return
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'quiet copy'
  button.textContent = copy
  button.addEventListener('click', () => {
    void copyText(verbatim.textContent, button)
  })
  verbatim.after(button)
}

function showNow(piece) {
  const now = root.querySelector('[data-now]')
  now.innerHTML = piece
  showLocalTimes(now)
}

async function copyText(text, button) {
  await navigator.clipboard.writeText(text)
  button.textContent = copied
}

function show(item) {
  log.querySelector('.empty')?.remove()
  log.append(item)
  // A long answer is read from its beginning.
  log.scrollTop = item.offsetHeight > log.clientHeight ? item.offsetTop : log.scrollHeight
  clear.hidden = false
  return item
}

function notice(text, name) {
  const item = document.createElement('li')
  item.className = name
  item.textContent = text
  return item
}

// A request that got no answer keeps its key: sent again, it happens once.
let unanswered

function keyFor(request) {
  if (unanswered?.request === request) return unanswered.key
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Sends a form's fields; gives what the server answered, or shows its problem and gives nothing. */
async function send(action, fields) {
  const request = JSON.stringify([action, fields])
  const key = keyFor(request)
  unanswered = undefined
  const pending = show(notice(working, 'notice pending'))
  root.setAttribute('aria-busy', 'true')
  try {
    const response = await fetch(action, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({ ...fields, key }),
    })
    const answer = await response.json()
    if (response.ok) {
      showNow(answer.now)
      return answer
    }
    if (response.status >= 500) unanswered = { request, key }
    show(notice(`${answer.title} ${answer.nextStep}`, 'notice trouble'))
  } catch {
    unanswered = { request, key }
    show(notice(lost, 'notice trouble'))
  } finally {
    pending.remove()
    root.removeAttribute('aria-busy')
  }
  return undefined
}

/** Messages that have reached a person. */
function receive(person, notices) {
  for (const piece of notices) {
    keep(person, piece)
    if (person === as) show(elementOf(piece))
  }
}

/** Takes a turn as a person and puts the exchange where it belongs: into that person's chat, or into everybody's. */
async function takeTurn(fields) {
  const answer = await send('/sandbox', fields)
  if (answer === undefined) return undefined
  for (const person of answer.isPublic ? people.split(' ') : [fields.as]) keep(person, answer.html)
  if (fields.as === as || answer.isPublic) show(elementOf(answer.html))
  receive(fields.as, answer.notices)
  if (answer.asksFile) attach.open = true
  return answer
}

async function sendLine() {
  const fields = { as, line: line.value, attachment: attachment.value }
  if (fields.line.trim() === '' && fields.attachment.trim() === '') return
  line.value = ''
  const answer = await takeTurn(fields)
  if (answer === undefined) {
    line.value = line.value || fields.line
  } else {
    attachment.value = ''
    attach.open = answer.asksFile
  }
  if (answer?.asksFile) attachment.focus()
  else line.focus()
}

async function press(button) {
  button.disabled = true
  await takeTurn({ as, token: button.value, label: button.textContent })
  button.disabled = false
  line.focus()
}

async function trySample(person, sample) {
  const answer = await takeTurn({ as: person, line: sample })
  if (answer !== undefined && person !== as) location.assign(`/sandbox?as=${encodeURIComponent(person)}`)
  else line.focus()
}

async function skip(target) {
  const answer = await send('/sandbox/time', { as, target })
  if (answer === undefined) return
  for (const person of people.split(' ')) keep(person, answer.html)
  show(elementOf(answer.html))
  receive(as, answer.notices)
}

async function readFile(file) {
  attachment.value = await file.text()
}

/** Takes a form over from the browser. */
function take(form, act) {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void act(event.submitter)
  })
}

take(say, () => sendLine())
take(document.getElementById('press'), (button) => press(button))
take(document.getElementById('skip'), (button) => skip(button.value))
for (const form of root.querySelectorAll('[data-sample]')) take(form, (button) => trySample(form.elements.as.value, button.value))

root.querySelector('[data-file]').addEventListener('change', (event) => {
  const [file] = event.target.files
  if (file !== undefined) void readFile(file)
})

clear.addEventListener('click', () => {
  sessionStorage.removeItem(storeName(as))
  log.replaceChildren()
  clear.hidden = true
  line.focus()
})

for (const item of log.querySelectorAll('.turn')) keep(as, item.outerHTML)
for (const [index, piece] of kept(as).entries()) {
  if (index === 0) log.replaceChildren()
  show(elementOf(piece))
}
// Somebody who came by choosing a person goes on typing; a phone would open its keyboard over the page.
if (location.search.includes('as=') && matchMedia('(hover: hover)').matches) line.focus()

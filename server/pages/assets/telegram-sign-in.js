'use strict'

// Gives the server what Telegram says about who is there: the answer of its login page, or the data that a Mini App is opened with. Both come in the
// fragment of the address, which no browser sends to anybody by itself.

const telegramRoot = document.querySelector('[data-telegram]')
const telegramText = (name) => telegramRoot.querySelector('template').content.querySelector(`[data-text="${name}"]`).textContent
const telegramStatus = telegramRoot.querySelector('[data-status]')
const fragment = new URLSearchParams(location.hash.slice(1))
const [result, initData] = [fragment.get('tgAuthResult'), fragment.get('tgWebAppData')]

async function enterByTelegram(fields) {
  telegramStatus.textContent = telegramText('checking')
  let answer
  try {
    const response = await fetch('/signin/telegram', {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', 'x-csrf-token': telegramRoot.dataset.csrf },
      body: JSON.stringify(fields),
    })
    answer = await response.json()
  } catch {
    telegramStatus.textContent = telegramText('lost')
    return
  }
  if (answer.to !== undefined) location.assign(answer.to)
  else telegramStatus.textContent = `${answer.title}. ${answer.nextStep ?? ''}`
}

function nameIn(data) {
  try {
    return String(JSON.parse(new URLSearchParams(data).get('user')).first_name).slice(0, 80)
  } catch {
    return 'Telegram'
  }
}

/** What the login page gave; for whoever declined there it is the word `false`, which the server answers with a reason. */
function loginIn(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
    return new TextDecoder().decode(bytes)
  } catch {
    return text.slice(0, 100)
  }
}

if (result !== null || initData !== null) {
  history.replaceState(null, '', location.pathname + location.search)
  telegramRoot.hidden = false
}
if (result !== null) void enterByTelegram({ login: loginIn(result) })
else if (initData !== null) {
  // An address with somebody else's data could be sent to anybody: who is signed in is said, and pressed, first.
  const button = telegramRoot.querySelector('[data-continue]')
  button.textContent = telegramText('as').replace('%', () => nameIn(initData))
  button.hidden = false
  button.addEventListener('click', () => void enterByTelegram({ initData, to: telegramRoot.dataset.to }))
}

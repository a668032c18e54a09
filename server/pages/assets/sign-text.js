// Signs a text of ours with a wallet of the browser (EIP-191), to sign in or to link the wallet. No transaction is ever asked for.

const root = document.querySelector('[data-sign-text]')
const at = (name) => root.querySelector(`[data-${name}]`)
const parts = Object.fromEntries([...root.querySelectorAll('[data-part]')].map((part) => [part.dataset.part, part]))
const texts = root.querySelector('template').content
const text = (name) => texts.querySelector(`[data-text="${name}"]`)?.textContent.trim()
// The token of a page that the chat gave. It is taken out of the address bar, so that it stays in no history.
const token = root.dataset.asking === undefined ? undefined : /^#([0-9a-f]{32})$/.exec(location.hash)?.[1]
if (token !== undefined) history.replaceState(null, '', location.pathname + location.search)

function tell(sentence, isTrouble = false) {
  const status = at('status')
  status.textContent = sentence
  status.classList.toggle('trouble', isTrouble)
}

async function ask(path, fields) {
  let response
  let answer
  try {
    response = await fetch(`${root.dataset.at}/${path}`, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', 'x-csrf-token': root.dataset.csrf },
      body: JSON.stringify({ ...(token !== undefined && { token }), ...fields }),
    })
    answer = await response.json()
  } catch {
    throw new window.wepos.Told(text('lost'))
  }
  if (response.ok) return answer
  throw new window.wepos.Told(
    [answer.title, answer.detail, answer.nextStep]
      .filter(Boolean)
      .join('. ')
      .replaceAll(/([.。?？])\. /g, '$1 '),
  )
}

const hex = (message) => `0x${[...new TextEncoder().encode(message)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`

async function sign(provider) {
  tell(text('askAccount'))
  const [address] = await provider.request({ method: 'eth_requestAccounts' })
  const { message, nonce } = await ask('text', { address: String(address), ...(token === undefined && toField()) })
  at('message').textContent = message
  parts.text.hidden = false
  tell(text('askSign'))
  const signature = await provider.request({ method: 'personal_sign', params: [hex(message), address] })
  tell(text('sending'))
  const { to, done } = await ask('prove', { nonce, signature })
  if (to !== undefined) return location.assign(to)
  root.querySelectorAll('[data-part]').forEach((part) => (part.hidden = true))
  tell(done)
}

/** The sign-in leads somewhere afterwards; linking does not. */
function toField() {
  return root.dataset.asking === undefined ? { to: root.dataset.to } : {}
}

const failed = (sentence) => {
  parts.text.hidden = true
  tell(sentence, true)
}
const act = (work) => window.wepos.press({ root, text, fail: failed }, work)

function begin() {
  root.hidden = false
  tell(text('searching'))
  window.wepos.findWallets({
    list: at('wallets'),
    nameless: text('browserWallet'),
    choose: (provider) => void act(() => sign(provider)),
    tellCount: (count) => tell(count > 0 ? '' : text('noWallet'), count === 0),
  })
}

/** Before anything is signed, the page says for whom the wallet will be. */
async function beginForSomebody() {
  const { sentence } = await ask('whose', {})
  document.querySelector('[data-whose]').textContent = sentence
  // Who came by a link of the chat need not sign in as well.
  document.querySelector('[data-unknown]')?.remove()
  begin()
}

if (root.dataset.asking === undefined) begin()
else
  beginForSomebody().catch((error) => {
    root.hidden = false
    parts.choose.hidden = true
    tell(error instanceof window.wepos.Told ? error.message : String(error), true)
  })

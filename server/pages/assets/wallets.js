'use strict'

// Wallets of the browser: found by EIP-6963, and by window.ethereum where none announces itself. A part of the scripts that ask them something.

const ANNOUNCE_MS = 400
const MAX_WALLETS = 20
const USER_REJECTED = 4001
const UNAUTHORIZED = 4100
const UNKNOWN_CHAIN = 4902
const REQUEST_OPEN = -32_002

/** Fills a list with a button for each wallet. `choose` is given its provider, `tellCount` how many there are, as soon as one is there or none came. */
function findWallets({ list, nameless, choose, tellCount }) {
  const found = new Map()
  const add = (id, { name, icon, provider }) => {
    found.set(id, { name, icon, provider })
    list.replaceChildren(...[...found.values()].map((wallet) => walletItem(wallet, choose)))
    if (found.size === 1) tellCount(1)
  }
  addEventListener('eip6963:announceProvider', ({ detail }) => {
    if (typeof detail?.provider?.request !== 'function' || found.size >= MAX_WALLETS) return
    add(detail.info.uuid, { name: detail.info.name, icon: detail.info.icon, provider: detail.provider })
  })
  dispatchEvent(new Event('eip6963:requestProvider'))
  setTimeout(() => {
    if (found.size > 0) return
    if (typeof window.ethereum?.request === 'function') add('window.ethereum', { name: nameless, icon: '', provider: window.ethereum })
    else tellCount(0)
  }, ANNOUNCE_MS)
}

function walletItem({ name, icon, provider }, choose) {
  const button = document.createElement('button')
  button.type = 'button'
  if (String(icon).startsWith('data:image/')) {
    const image = document.createElement('img')
    image.src = icon
    image.alt = ''
    button.append(image)
  }
  button.append(String(name).slice(0, 60))
  button.addEventListener('click', () => choose(provider))
  const item = document.createElement('li')
  item.append(button)
  return item
}

/** What a wallet's refusal means. `text` gives the page's sentence of a name, undefined where it has none. */
function walletSentence(error, text) {
  const code = error?.data?.originalError?.code ?? error?.code
  const known = {
    [USER_REJECTED]: 'rejected',
    [UNKNOWN_CHAIN]: 'chainMissing',
    [REQUEST_OPEN]: 'walletBusy',
    [UNAUTHORIZED]: 'wrongAccount',
  }[code]
  const sentence = known === undefined ? undefined : text(known)
  return sentence ?? `${text('walletFailed')} ${String(error?.message ?? error).slice(0, 200)}`
}

/** Something to tell the person; the message is ready to be read. */
class Told extends Error {}

/** Runs what a press of a button of `root` began; nothing else there can be pressed meanwhile. `fail` is given the sentence of what went wrong. */
async function press({ root, text, fail }, work) {
  const buttons = [...root.querySelectorAll('button')]
  for (const button of buttons) button.disabled = true
  try {
    await work()
  } catch (error) {
    fail(error instanceof Told ? error.message : walletSentence(error, text))
  } finally {
    for (const button of buttons) button.disabled = false
  }
}

// Both parts are one file to the browser, and two to whoever reads them.
window.wepos = { findWallets, press, Told }

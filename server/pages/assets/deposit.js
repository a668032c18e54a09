// Deposits without gas: asks the wallet for a signature of exactly one permit, gives it to the server, and shows what becomes of it.
// Nothing is ever sent to a wallet as a transaction.

const POLL_MS = 3_000
/** Half an hour of looking; the deposit goes on without it. */
const MAX_POLLS = 600
/** A permit that is in no block yet is given again every so many looks: the server then sees to its transaction. */
const POLLS_BETWEEN_REPEATS = 10

const PERMIT_TYPES = {
  EIP712Domain: [
    { name: 'name', type: 'string' },
    { name: 'version', type: 'string' },
    { name: 'chainId', type: 'uint256' },
    { name: 'verifyingContract', type: 'address' },
  ],
  Permit: [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
}

const root = document.querySelector('[data-deposit]')
const at = (name) => root.querySelector(`[data-${name}]`)
const parts = Object.fromEntries([...root.querySelectorAll('[data-part]')].map((part) => [part.dataset.part, part]))
const amount = document.getElementById('deposit-amount')
const texts = root.querySelector('template').content
const text = (name) => texts.querySelector(`[data-text="${name}"]`).textContent.trim()
const chainId = Number(root.dataset.chain)
const hasSameLetters = (one, other) => String(one).toLowerCase() === String(other).toLowerCase()

const again = at('again')
let current
let unanswered
let confirmations = 1

function tell(sentence, isTrouble = false) {
  const status = at('status')
  status.textContent = sentence
  status.classList.toggle('trouble', isTrouble)
}

function show(name) {
  for (const [each, part] of Object.entries(parts)) part.hidden = each !== name
}

const failed = (sentence) => tell(sentence, true)
const act = (work) => window.wepos.press({ root, text, fail: failed }, work)

/** What the server answers; its problems are told in its own words. `isLost`: nobody knows whether it arrived. */
async function ask(path, body) {
  let response
  let answer
  try {
    response = await fetch(`/api/v1/deposits/${path}`, {
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
    answer = await response.json()
  } catch {
    throw Object.assign(new window.wepos.Told(text('lost')), { isLost: true })
  }
  if (response.ok) return answer
  throw Object.assign(new window.wepos.Told(`${answer.title} ${answer.nextStep}`), { isLost: response.status >= 500 })
}

async function useChain(provider) {
  const active = async () => Number(await provider.request({ method: 'eth_chainId' }))
  if ((await active()) === chainId) return
  tell(text('askChain'))
  await provider.request({ method: 'wallet_switchEthereumChain', params: [{ chainId: `0x${chainId.toString(16)}` }] })
  if ((await active()) !== chainId) throw new window.wepos.Told(text('chainOther'))
}

async function connect(provider) {
  tell(text('askAccount'))
  const [account] = await provider.request({ method: 'eth_requestAccounts' })
  if (account === undefined) throw new window.wepos.Told(text('wrongAccount'))
  await useChain(provider)
  const terms = await ask(`terms?owner=${account}`)
  current = { provider, account, balance: terms.balance.pos }
  at('account').textContent = account
  at('balance').textContent = terms.balance.pos
  show('amount')
  tell('')
  amount.focus()
  provider.on?.('accountsChanged', (accounts) => {
    if (current?.provider !== provider || accounts.some((each) => hasSameLetters(each, current.account))) return
    if (!parts.amount.hidden) begin(text('wrongAccount'))
  })
}

async function signAndDeposit() {
  const { provider, account } = current
  const terms = await ask(`terms?owner=${account}&amount=${encodeURIComponent(amount.value)}`)
  await useChain(provider)
  const accounts = await provider.request({ method: 'eth_accounts' })
  if (!accounts.some((each) => hasSameLetters(each, account))) throw new window.wepos.Told(text('wrongAccount'))
  const { domain, vault: spender, nonce, deadline } = terms
  const value = terms.amount.nano
  const message = { owner: account, spender, value, nonce, deadline: String(deadline) }
  tell(text('askSign'))
  const signature = await provider.request({
    method: 'eth_signTypedData_v4',
    params: [account, JSON.stringify({ types: PERMIT_TYPES, primaryType: 'Permit', domain, message })],
  })
  confirmations = terms.confirmations
  await give({ owner: account, amount: value, nonce, deadline, signature })
}

/** Gives a permit to the server. When no answer comes the same permit can be given again: it is one deposit. */
async function give(permit) {
  tell(text('sending'))
  again.hidden = true
  try {
    const state = await ask('permit', permit)
    history.replaceState(null, '', `#${state.txHash}`)
    void follow(state, permit)
  } catch (error) {
    again.hidden = !error.isLost
    unanswered = permit
    throw error
  }
}

const SENTENCES = { sent: 'stateSent', mined: 'stateMined', credited: 'stateCredited', failed: 'stateFailed' }

function showState(state) {
  show('state')
  const order = ['sent', 'mined', 'credited']
  for (const item of root.querySelectorAll('[data-stage]'))
    item.classList.toggle('reached', order.indexOf(item.dataset.stage) <= order.indexOf(state.state))
  at('transaction').textContent = state.txHash
  at('another').hidden = state.state === 'sent' || state.state === 'mined'
  tell(text(SENTENCES[state.state]).replace('%', String(confirmations)), state.state === 'failed')
}

let following = 0

/** Shows a deposit until it is credited. */
async function follow(first, permit) {
  following += 1
  const mine = following
  let state = first
  for (let poll = 1; poll <= MAX_POLLS; poll += 1) {
    showState(state)
    if (state.state === 'credited' || state.state === 'failed') return
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    if (mine !== following) return
    const isRepeat = permit !== undefined && state.state === 'sent' && poll % POLLS_BETWEEN_REPEATS === 0
    // What is not answered now is answered at the next look.
    state = await (isRepeat ? ask('permit', permit) : ask(state.txHash)).catch(() => state)
    if (mine !== following) return
  }
  tell(text('stateLater'))
}

/** Back to the choice of a wallet. */
function begin(sentence = '') {
  following += 1
  current = undefined
  history.replaceState(null, '', location.pathname + location.search)
  again.hidden = true
  amount.value = ''
  show('choose')
  tell(sentence, sentence !== '')
}

/** The deposit that the address of the page names, after it was closed and opened again. */
async function resume(txHash) {
  const [state, terms] = await Promise.all([ask(txHash), ask(`terms?owner=0x${'0'.repeat(40)}`)])
  confirmations = terms.confirmations
  void follow(state, undefined)
}

parts.amount.addEventListener('submit', (event) => {
  event.preventDefault()
  void act(signAndDeposit)
})
again.addEventListener('click', () => void act(() => give(unanswered)))
at('all').addEventListener('click', () => {
  amount.value = current.balance
  amount.focus()
})
at('other').addEventListener('click', () => begin())
at('another').addEventListener('click', () => begin())

root.hidden = false
show('choose')
tell(text('searching'))
window.wepos.findWallets({
  list: at('wallets'),
  nameless: text('browserWallet'),
  choose: (provider) => void act(() => connect(provider)),
  tellCount: (count) => !parts.choose.hidden && tell(count > 0 ? '' : text('noWallet'), count === 0),
})
if (/^#0x[0-9a-f]{64}$/.test(location.hash)) void act(() => resume(location.hash.slice(1)))

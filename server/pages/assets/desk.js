'use strict'

// Keys of the review desk. They only move the focus or follow links: what decides is pressed by hand, so that a slip of the finger decides nothing.

const deskRoot = document.querySelector('[data-desk]')
const deskDialog = deskRoot.querySelector('[data-keys]')
const deskToggle = deskRoot.querySelector('[data-keys-toggle]')
const deskRows = [...deskRoot.querySelectorAll('[data-item]')]
const KEYS_OFF = 'wepos-desk-keys'
const LAST_ITEM = 'wepos-desk-item'

/** A browser may refuse to keep anything. */
function kept(store, name, value) {
  try {
    if (value === undefined) return store().getItem(name)
    store().setItem(name, value)
  } catch {
    // Then it is as at the first visit.
  }
  return null
}
const areKeysOff = () => kept(() => localStorage, KEYS_OFF) === 'off'

function showToggle() {
  deskToggle.textContent = areKeysOff() ? deskToggle.dataset.on : deskToggle.dataset.off
}

/** Whoever types means the letters themselves. */
function isTyping({ target }) {
  if (target.matches('textarea, select, [contenteditable]')) return true
  return target.matches('input') && target.type !== 'checkbox'
}

function moveBy(step) {
  const focused = deskRows.indexOf(document.activeElement.closest('.row')?.querySelector('[data-item]'))
  const last = deskRows.findIndex(({ pathname }) => pathname === kept(() => sessionStorage, LAST_ITEM))
  const from = focused === -1 ? last : focused
  const to = from === -1 && step < 0 ? deskRows.length - 1 : from + step
  deskRows[Math.min(Math.max(to, 0), deskRows.length - 1)]?.focus()
}

/** Goes to what a key stands for; false where the page has nothing of that kind. */
function goTo(key) {
  const found = deskRoot.querySelector(`[data-key="${key}"]`)
  if (found === null) return false
  if (found.matches('a')) {
    found.click()
    return true
  }
  const details = found.closest('details')
  if (details !== null) details.open = true
  found.focus()
  found.scrollIntoView({ block: 'nearest' })
  return true
}

const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }

document.addEventListener('keydown', (event) => {
  const { key } = event
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || deskDialog.open || isTyping(event) || areKeysOff()) return
  let isOurs = false
  if (key === '?') {
    deskDialog.showModal()
    isOurs = true
  } else if (deskRows.length > 0 && key in STEPS) {
    moveBy(STEPS[key])
    isOurs = true
  } else if (/^[adjkrux]$/.test(key)) isOurs = goTo(key)
  if (isOurs) event.preventDefault()
})

const opener = deskRoot.querySelector('[data-keys-open]')
opener.hidden = false
opener.addEventListener('click', () => deskDialog.showModal())
deskRoot.querySelector('[data-keys-close]').addEventListener('click', () => deskDialog.close())
deskToggle.addEventListener('click', () => {
  kept(() => localStorage, KEYS_OFF, areKeysOff() ? 'on' : 'off')
  showToggle()
})
showToggle()
if (deskRoot.dataset.desk === 'item') kept(() => sessionStorage, LAST_ITEM, location.pathname)

import { TOTAL_SUPPLY, type Amount } from '../../core/shared/amount.ts'
import type { SupplyView } from '../../core/economy/economy.types.ts'
import { html, type Html } from './html.ts'
import { pageTexts } from './page.texts.ts'
import { figure, type Reader } from './reader.ts'

const { say } = pageTexts
const WIDTH = 1_000n
const HEIGHT = 40
/** So thin that it can still be seen. */
const LEAST = 3n

const PARTS = ['circulating', 'grantable', 'burned', 'pool', 'ecoFund', 'held', 'unreleased'] as const
type PartName = (typeof PARTS)[number]
const HINTS = {
  circulating: 'circulatingHint',
  grantable: 'grantableHint',
  burned: 'burnedHint',
  pool: 'poolHint',
  ecoFund: 'ecoFundHint',
  held: 'heldHint',
  unreleased: 'unreleasedHint',
} as const

/** Everything there is, in parts that sum to 100 million PoS. Parts of nothing are left out, except those that everybody asks about. */
export function supplyParts(supply: SupplyView): readonly { name: PartName; amount: Amount }[] {
  const { circulating, grantable, burned, pool, ecoFund, unreleased } = supply
  const held = TOTAL_SUPPLY - circulating - grantable - burned - pool - ecoFund - unreleased
  const parts = { circulating, grantable, burned, pool, ecoFund, held, unreleased }
  return PARTS.map((name) => ({ name, amount: parts[name] })).filter(
    ({ name, amount }) => amount > 0n || (name !== 'held' && name !== 'ecoFund'),
  )
}

/** The whole supply as one strip, and the same as a list with figures. */
export function supplyStrip(reader: Reader, supply: SupplyView): Html {
  const parts = supplyParts(supply)
  let x = 0n
  const rectangles = parts
    .filter(({ amount }) => amount > 0n)
    .map(({ name, amount }) => {
      const share = (amount * WIDTH) / TOTAL_SUPPLY
      const width = share < LEAST ? LEAST : share
      const rectangle = html`<rect class="part-${name}" x="${String(x)}" y="0" width="${String(width)}" height="${HEIGHT}" />`
      x += width
      return rectangle
    })
  return html`<section class="strip" aria-label="${reader.plain(say('strip'))}">
    <svg viewBox="0 0 ${String(x)} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${rectangles}</svg>
    <dl>
      ${parts.map(
        ({ name, amount }) =>
          html`<div>
            <dt><i class="dot part-${name}" aria-hidden="true"></i>${reader.say(say(name))}</dt>
            <dd class="figure">${figure(amount)}</dd>
            <dd class="hint">${reader.say(say(HINTS[name]))}</dd>
          </div>`,
      )}
    </dl>
    <p class="unit">${reader.say(say('unit'))}</p>
  </section>`
}

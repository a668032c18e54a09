import type { WritingStyle } from '../../core/shared/speak.ts'
import { knownZone } from '../../core/shared/zone.ts'

/** U+2060: invisible, keeps the word together, and ends what Telegram would take for a mention, a command or an address. */
const JOINER = '\u2060'

/**
 * How sentences are written in messages: still plain text, made HTML as a whole later. Values of users cannot mention, command or link, not even to our own
 * pages; only addresses that the product names itself stay links. Instants are shown in the reader's zone, named, in a form that can be typed back.
 */
export function messageStyle(timeZone: string, publicOrigin: string): WritingStyle {
  return {
    escape: showAsItself,
    instant: (at) => writeInstant(at, timeZone),
    page: (address) => (isOwnAddress(address, publicOrigin) ? address : showAsItself(address)),
  }
}

/** For labels, code blocks and files, where Telegram finds nothing by itself. */
export function exactStyle(timeZone: string): WritingStyle {
  return { escape: (plain) => plain.toWellFormed(), instant: (at) => writeInstant(at, timeZone) }
}

function isOwnAddress(plain: string, publicOrigin: string): boolean {
  return plain.startsWith(`${publicOrigin}/`) && /^[\w\-.~:/?#%&=+,]+$/.test(plain)
}

export function showAsItself(plain: string): string {
  return (
    plain
      .toWellFormed()
      .replace(/[@#$](?=[\p{L}\p{N}_])/gu, `$&${JOINER}`)
      .replace(/:(?=\/\/)/g, `:${JOINER}`)
      .replace(/(?<![\p{L}\p{N}<])\/(?=[a-zA-Z0-9_])/gu, `/${JOINER}`)
      .replace(/(?<=[\p{L}\p{N}])\.(?=\p{L}{2})/gu, `.${JOINER}`)
      // An address of four numbers; an amount has one point.
      .replace(/(?<=\d)\.(?=\d+\.\d)/g, `.${JOINER}`)
  )
}

/** `2027-02-04 02:00 (Asia/Shanghai)`; an unknown zone is read as UTC. */
function writeInstant(at: number, timeZone: string): string {
  const zone = knownZone(timeZone) ?? 'UTC'
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(at)
  return `${local} (${zone})`
}

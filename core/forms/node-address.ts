const BECH32_SIGNS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const BECH32 = 1
const BECH32M = 0x2bc830a3
/** Operator addresses of the chains that write bech32 are at most this long. */
const MAX_BECH32 = 90

/** Whether a text is a validator's or baker's address by its form: bech32 with its checksum (`cosmosvaloper1…`, `io1…`), or `tz1…` and `KT1…` of Tezos. */
export function isNodeAddress(text: string): boolean {
  return /^(?:tz[1-4]|KT1)[1-9A-HJ-NP-Za-km-z]{33}$/.test(text) || isBech32(text)
}

/** BIP 173 and BIP 350: one case, a readable part, `1`, data and six signs of checksum. */
function isBech32(text: string): boolean {
  const split = text.lastIndexOf('1')
  if (text.length > MAX_BECH32 || split < 1 || text.length - split < 14 || text !== text.toLowerCase()) return false
  const readable = text.slice(0, split)
  const data = Array.from(text.slice(split + 1), (sign) => BECH32_SIGNS.indexOf(sign))
  if (!/^[a-z]+$/.test(readable) || data.includes(-1)) return false
  const codes = Array.from(readable, (sign) => sign.charCodeAt(0))
  const sum = polymod([...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...data])
  return sum === BECH32 || sum === BECH32M
}

function polymod(values: readonly number[]): number {
  return values.reduce((sum, value) => {
    const top = sum >>> 25
    const next = ((sum & 0x1ffffff) << 5) ^ value
    return GENERATOR.reduce((mixed, part, bit) => (((top >>> bit) & 1) === 1 ? mixed ^ part : mixed), next)
  }, 1)
}

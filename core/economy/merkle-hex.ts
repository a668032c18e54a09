/** Bytes as `0x` and lower-case hexadecimal digits, two per byte: the form of hashes and addresses in files, in the database and on the chain. */
export type Hex = `0x${string}`

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Hexadecimal digits, without `0x`, of the bytes from `start` (included) to `end` (excluded). */
export function hexDigits(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let digits = ''
  for (let at = start; at < end; at += 1) digits += PAIRS[bytes[at]!]
  return digits
}

export function toHex(bytes: Uint8Array): Hex {
  return `0x${hexDigits(bytes)}`
}

function nibble(code: number): number {
  return code < 58 ? code - 48 : code - 87
}

/** Writes the bytes of a lower-case hexadecimal text into `target` from `offset` on. The caller has checked the form of the text. */
export function writeHex(hex: Hex, target: Uint8Array, offset: number): void {
  for (let at = 2; at < hex.length; at += 2) {
    target[offset + (at >> 1) - 1] = (nibble(hex.charCodeAt(at)) << 4) | nibble(hex.charCodeAt(at + 1))
  }
}

export function fromHex(hex: Hex): Uint8Array {
  const bytes = new Uint8Array((hex.length - 2) >> 1)
  writeHex(hex, bytes, 0)
  return bytes
}

/** Whether a text is exactly `length` bytes in lower-case hexadecimal with `0x`. */
export function isHex(text: string, length: number): text is Hex {
  return text.length === 2 + 2 * length && /^0x[0-9a-f]*$/.test(text)
}

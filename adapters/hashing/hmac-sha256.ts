import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { Hmac } from '../../core/attendance/check-in-code.ts'

const keys = new WeakMap<Uint8Array, KeyObject>()

/**
 * HMAC-SHA-256 (RFC 2104). Making the key costs four times the hash itself, so it is made once for each array of key bytes, whose content must not change
 * after its first use.
 */
export const hmacSha256: Hmac = (key, message) => {
  let made = keys.get(key)
  if (made === undefined) {
    made = createSecretKey(key)
    keys.set(key, made)
  }
  return createHmac('sha256', made).update(message).digest()
}

import { randomBytes } from 'node:crypto'

const SIGNS = '0123456789abcdefghijklmnopqrstuv'

/** 20 characters of base 32: 100 random bits. */
export function newId(): string {
  return Array.from(randomBytes(20), (byte) => SIGNS[byte & 31]).join('')
}

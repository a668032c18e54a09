import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Proof that a link to run a line again was made by us, for this member and this update. */
export interface LinkTags {
  tagOf(userId: number, update: string, line: string): string
  isOurs(tag: string, userId: number, update: string, line: string): boolean
}

/** The key is drawn from the token, so that links survive a restart and need no further secret. A tag of 48 bits can only be guessed online. */
export function createLinkTags(token: string): LinkTags {
  const key = createHash('sha256').update(`deep link ${token}`).digest()
  const tagOf = (userId: number, update: string, line: string): string =>
    createHmac('sha256', key).update(`${userId} ${update} ${line}`).digest().subarray(0, 6).toString('base64url')
  return {
    tagOf,
    isOurs: (tag, userId, update, line) => timingSafeEqual(Buffer.from(tag), Buffer.from(tagOf(userId, update, line))),
  }
}

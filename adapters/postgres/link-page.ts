import { createHash, randomBytes } from 'node:crypto'
import { linkPageContent } from '../../core/identity/link-page.ts'
import type { ChatAccount } from '../../core/shared/actor.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { Tx } from './database.ts'

const PURPOSE = 'link page'

/**
 * Opens a page on which the account's member links a wallet. The token is in the fragment, which no browser sends to anybody: it stands in no log and no
 * Referer. Digits and letters only, so that no chat takes a part of it for formatting.
 */
export async function openLinkPage(tx: Tx, publicOrigin: string, account: ChatAccount, expiresAt: Instant): Promise<string> {
  const token = randomBytes(16).toString('hex')
  const boundTo = sha256(`${account.platform}:${account.userId}`)
  await tx.webChallenge.deleteMany({ where: { purpose: PURPOSE, boundTo } })
  const content = linkPageContent(account)
  await tx.webChallenge.create({ data: { id: sha256(token), purpose: PURPOSE, boundTo, content, expiresAt: new Date(expiresAt) } })
  return `${publicOrigin}/wallet/link#${token}`
}

function sha256(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(text).digest())
}

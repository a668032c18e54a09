import type { Platform, Role } from '../../core/shared/actor.ts'
import type { IdentityPort, WalletPort, WalletProof } from '../../core/identity/identity.port.ts'
import type { FoundMember, Wallet } from '../../core/identity/identity.types.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { moveDigest } from './digest-store.ts'
import { openLinkPage } from './link-page.ts'
import { warnMember } from './notify-member.ts'

/** Members, their language and their roles. */
export function identityStore(tx: Tx): IdentityPort {
  return {
    async setLanguage(memberId, language) {
      await tx.member.update({ where: { id: memberId }, data: { language } })
    },
    async setTimeZone(memberId, timeZone, now) {
      await tx.member.update({ where: { id: memberId }, data: { timeZone } })
      await moveDigest(tx, memberId, timeZone, now)
    },
    async setHidden(memberId, hidden) {
      await tx.member.update({ where: { id: memberId }, data: { hidden } })
    },
    findMember: (platform, reference) => findMember(tx, platform, reference),
    async grantRole(memberId, role, grantedBy, at) {
      const added = await tx.roleGrant.createMany({
        data: [{ memberId, role, grantedBy, grantedAt: new Date(at) }],
        skipDuplicates: true,
      })
      return added.count === 1 ? 'granted' : 'had-it'
    },
    async revokeRole(memberId: string, role: Role) {
      await keepUnmerged(tx, memberId)
      const removed = await tx.roleGrant.deleteMany({ where: { memberId, role } })
      return removed.count === 1 ? 'revoked' : 'had-none'
    },
  }
}

const MENTION = /^<@!?(\d{1,20}|[\w-]{1,64})>$/
const MEMBER_ID = /^[0-9a-z]{20}$/

/** Finds who is meant by `<@id>`, `@name`, an account id of the platform, or a member id. */
export async function findMember(tx: Tx, platform: Platform, reference: string): Promise<FoundMember | 'many' | undefined> {
  const text = reference.trim()
  const mention = MENTION.exec(text)
  const handle = text.replace(/^@/, '').toLowerCase()
  const accounts = await tx.chatAccount.findMany({
    where: mention === null ? { platform, OR: [{ userId: text }, { handle }] } : { platform, userId: mention[1]! },
    select: { member: { select: { id: true, name: true } } },
    take: 2,
  })
  if (accounts.length > 1) return 'many'
  const found = accounts[0]?.member
  if (found !== undefined) return { memberId: found.id, name: found.name }
  if (!MEMBER_ID.test(text)) return undefined
  const member = await tx.member.findUnique({ where: { id: await rootOf(tx, text) }, select: { id: true, name: true } })
  return member === null ? undefined : { memberId: member.id, name: member.name }
}

/**
 * For a change of what is there of a member who was looked up before: until the transaction ends they become no part of another, and who is one since is looked
 * up again, as after any lost race. What is new is refused by the database itself (`refuse_merged_member`).
 */
export async function keepUnmerged(tx: Tx, memberId: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`SELECT keep_unmerged(${memberId})`)
}

/** Who a member is now: itself, or the one into whom it was merged. */
export async function rootOf(tx: Tx, memberId: string): Promise<string> {
  const [row] = await tx.$queryRaw<{ root: string }[]>(Prisma.sql`SELECT member_root(${memberId}) AS root`)
  return row?.root ?? memberId
}

/** Wallets and the texts that members were asked to sign. */
export function walletStore(tx: Tx, proof: WalletProof, publicOrigin: string): WalletPort {
  return {
    proof,
    openLinkPage: (account, expiresAt) => openLinkPage(tx, publicOrigin, account, expiresAt),
    walletOf: (memberId) => liveWallet(tx, memberId),
    async hadWallet(memberId) {
      return (await tx.wallet.count({ where: { memberId } })) > 0
    },
    async ownerOf(address) {
      const wallet = await tx.wallet.findFirst({ where: { address: { equals: address, mode: 'insensitive' } }, select: { memberId: true } })
      return wallet?.memberId
    },
    async saveChallenge(memberId, { expiresAt, ...challenge }) {
      // Only the text that was given last can be signed.
      await tx.walletChallenge.deleteMany({ where: { memberId, usedAt: null } })
      await tx.walletChallenge.create({ data: { ...challenge, memberId, expiresAt: new Date(expiresAt) } })
    },
    async waitingChallenge(memberId) {
      const challenge = await tx.walletChallenge.findFirst({ where: { memberId, usedAt: null }, orderBy: { expiresAt: 'desc' } })
      return challenge === null ? undefined : { ...challenge, expiresAt: challenge.expiresAt.getTime() }
    },
    async useChallenge(nonce, now) {
      const used = await tx.walletChallenge.updateMany({ where: { nonce, usedAt: null }, data: { usedAt: new Date(now) } })
      return used.count === 1
    },
    async link(memberId, { address, linkedAt, payoutFrom }) {
      const times = { linkedAt: new Date(linkedAt), payoutFrom: new Date(payoutFrom) }
      // A wallet of one's own that was taken off may come back; anybody else's is refused by the key.
      await tx.$executeRaw(Prisma.sql`
        INSERT INTO wallet (address, member_id, linked_at, payout_from) VALUES (${address}, ${memberId}, ${times.linkedAt}, ${times.payoutFrom})
        ON CONFLICT (lower(address)) DO UPDATE SET linked_at = EXCLUDED.linked_at, payout_from = EXCLUDED.payout_from, unlinked_at = NULL
        WHERE wallet.member_id = EXCLUDED.member_id`)
    },
    async unlink(memberId, now) {
      const wallet = await liveWallet(tx, memberId)
      if (wallet === undefined) return undefined
      const taken = await tx.wallet.updateMany({ where: { memberId, unlinkedAt: null }, data: { unlinkedAt: new Date(now) } })
      await tx.member.update({ where: { id: memberId }, data: { autoPayout: false } })
      return taken.count === 1 ? wallet : undefined
    },
    warn: (memberId, by, text, now) => warnMember(tx, memberId, by, text, now),
  }
}

export async function liveWallet(tx: Tx, memberId: string): Promise<Wallet | undefined> {
  const wallet = await tx.wallet.findFirst({ where: { memberId, unlinkedAt: null } })
  if (wallet === null) return undefined
  return { address: wallet.address, linkedAt: wallet.linkedAt.getTime(), payoutFrom: wallet.payoutFrom.getTime() }
}

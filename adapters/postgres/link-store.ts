import { codeText, type Hmac } from '../../core/attendance/check-in-code.ts'
import { LINK_TRIES_ALLOWED, LINK_TRY_WINDOW_MS } from '../../core/identity/link-code.ts'
import type { LinkCode, LinkPort } from '../../core/identity/link.port.ts'
import { UNLINK_WITHIN_MS } from '../../core/identity/merge.rules.ts'
import { memberAccount } from '../../core/ledger/ledger.types.ts'
import { PLATFORMS } from '../../core/shared/actor.ts'
import { DAY } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { isHeld } from './hold-store.ts'
import { rootOf } from './identity-store.ts'
import { ledgerStore } from './ledger-store.ts'
import { mergeMembers } from './merge-members.ts'
import { warnMember } from './notify-member.ts'
import { latestMerge, partingOf, unmergeMembers } from './unmerge-members.ts'

export interface LinkStoreOptions {
  readonly database: Pick<Database, 'pool'>
  readonly hmac: Hmac
  /** The community's secret key of codes. */
  readonly codeKey: Uint8Array
  /** Random bytes. */
  readonly randomBytes: (length: number) => Uint8Array
}

/** Linking of chat accounts. */
export function linkStore(tx: Tx, { database, hmac, codeKey, randomBytes }: LinkStoreOptions): LinkPort {
  // A purpose of its own, so that a code that was made for anything else is none here.
  const hashOf = (code: string): Uint8Array<ArrayBuffer> => Uint8Array.from(hmac(codeKey, `link:${code}`))
  const find = async (codeHash: Uint8Array<ArrayBuffer>): Promise<LinkCode | undefined> => {
    const row = await tx.linkCode.findUnique({ where: { codeHash } })
    if (row === null) return undefined
    return {
      ref: Buffer.from(codeHash).toString('hex'),
      memberId: await rootOf(tx, row.memberId),
      expiresAt: row.expiresAt.getTime(),
      isUsed: row.usedAt !== null,
    }
  }
  const fromRef = (ref: string) => Uint8Array.from(Buffer.from(/^[0-9a-f]{64}$/.test(ref) ? ref : '', 'hex'))
  return {
    async newCode(memberId, platform, now, expiresAt) {
      // Those of yesterday are known no more, so that the table stays small.
      await tx.linkCode.deleteMany({ where: { OR: [{ memberId, usedAt: null }, { expiresAt: { lt: new Date(now - DAY) } }] } })
      const code = codeText(randomBytes(5))
      await tx.linkCode.create({ data: { codeHash: hashOf(code), memberId, platform, expiresAt: new Date(expiresAt) } })
      return code
    },
    async takeTry(memberId, now) {
      // On a connection of its own: a refusal undoes the command's transaction, and must not undo this.
      const { rows } = await database.pool.query<{ taken: bigint | null }>('SELECT take_link_try($1, $2, $3, $4) AS taken', [
        memberId,
        new Date(now),
        new Date(now - LINK_TRY_WINDOW_MS),
        LINK_TRIES_ALLOWED,
      ])
      return rows[0]?.taken ?? undefined
    },
    async giveTryBack(tried) {
      await tx.linkTry.deleteMany({ where: { id: tried } })
    },
    findCode: (code) => find(hashOf(code)),
    findRef: (ref) => find(fromRef(ref)),
    async useCode(ref, now) {
      const used = await tx.linkCode.updateMany({
        where: { codeHash: fromRef(ref), usedAt: null, expiresAt: { gt: new Date(now) } },
        data: { usedAt: new Date(now) },
      })
      return used.count === 1
    },
    async sideOf(memberId) {
      const { number, blocked } = await tx.member.findUniqueOrThrow({ where: { id: memberId }, select: { number: true, blocked: true } })
      return { memberId, number, isHeld: blocked || (await isHeld(tx, memberId)), accounts: await accountsOf(tx, memberId) }
    },
    balanceOf: (memberId) => ledgerStore(tx).balance(memberAccount(memberId)),
    async merge(id, one, other, by, now) {
      const merged = await mergeMembers(tx, { id, one, other, by }, now)
      return merged === undefined ? undefined : { survivor: merged.survivor, moved: merged.moved, heldBack: merged.heldBack }
    },
    async latest(memberId) {
      const merge = await latestMerge(tx, memberId)
      if (merge === undefined) return undefined
      const { amount, missing } = await partingOf(tx, merge.id)
      return { id: merge.id, leaving: await leavingAccounts(tx, merge.id), amount, missing, until: merge.at + UNLINK_WITHIN_MS }
    },
    async unmerge(id, memberId, now) {
      const merge = await latestMerge(tx, memberId)
      if (merge?.id !== id) return { state: 'gone' }
      const result = await unmergeMembers(tx, { id, survivor: memberId, merged: merge.merged }, now)
      if (result.state === 'gone') return result
      const { amount, missing } = result.parting
      return result.state === 'undone' ? { state: 'undone', amount } : { state: 'short', missing }
    },
    warn: (memberId, by, text, now) => warnMember(tx, memberId, by, text, now),
  }
}

async function accountsOf(tx: Tx, memberId: string) {
  const rows = await tx.chatAccount.findMany({ where: { memberId }, orderBy: [{ linkedAt: 'asc' }, { platform: 'asc' }] })
  return rows.map(toAccount)
}

/** Those that a merge moved. */
async function leavingAccounts(tx: Tx, mergeId: string) {
  const rows = await tx.$queryRaw<{ platform: string; name: string }[]>(Prisma.sql`
    SELECT a.platform, a.name FROM member_merge_move v
    JOIN chat_account a ON a.platform = v.key ->> 'platform' AND a.user_id = v.key ->> 'user_id'
    WHERE v.merge_id = ${mergeId} AND v.what = 'move:chat_account.member_id' ORDER BY v.id`)
  return rows.map(toAccount)
}

function toAccount({ platform, name }: { readonly platform: string; readonly name: string }) {
  return { platform: PLATFORMS.find((known) => known === platform) ?? 'console', name }
}

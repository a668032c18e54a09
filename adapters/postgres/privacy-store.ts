import { UNLINK_WITHIN_MS } from '../../core/identity/merge.rules.ts'
import type { PrivacyDataPort, PrivacyState } from '../../core/identity/privacy-data.port.ts'
import { memberAccount } from '../../core/ledger/ledger.types.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { eraseMember } from './erase-member.ts'
import { isHeld } from './hold-store.ts'
import { ledgerStore } from './ledger-store.ts'
import { exportOf } from './privacy-export.ts'

/** Everything about a member, to take along or to erase. @param hashAccount the keyed hash by which an erased account is recognised */
export function privacyStore(tx: Tx, hashAccount: (account: string) => Uint8Array): PrivacyDataPort {
  return {
    export: (memberId) => exportOf(tx, memberId),
    async stateOf(memberId, now): Promise<PrivacyState> {
      const [row] = await tx.$queryRaw<{ withdrawals: number; deposits: number; merges: number; submissions: number }[]>(Prisma.sql`
        WITH own AS (SELECT member_tree(${memberId}) AS id)
        SELECT (SELECT count(*)::int FROM withdrawal WHERE member_id IN (SELECT id FROM own) AND paid_at IS NULL) AS withdrawals,
               (SELECT count(*)::int FROM deposit d JOIN wallet w ON lower(w.address) = d.from_address
                WHERE w.member_id IN (SELECT id FROM own) AND d.credited_at IS NULL) AS deposits,
               (SELECT count(*)::int FROM member_merge WHERE survivor = ${memberId} AND undone_at IS NULL AND at > ${new Date(now - UNLINK_WITHIN_MS)}) AS merges,
               (SELECT count(*)::int FROM submission WHERE member_id IN (SELECT id FROM own) AND status IN ('in-review', 'returned')) AS submissions`)
      const { withdrawals, deposits, merges, submissions } = row!
      const balance = await ledgerStore(tx).balance(memberAccount(memberId))
      return { balance, isMoving: withdrawals + deposits > 0, isHeld: await isHeld(tx, memberId), hasOpenLink: merges > 0, submissions }
    },
    erase: (memberId, now) => eraseMember(tx, memberId, hashAccount, now),
  }
}

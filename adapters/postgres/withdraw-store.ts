import type { WithdrawPort } from '../../core/economy/economy.port.ts'
import { memberAccount } from '../../core/ledger/ledger.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { economyReads } from './economy-reads.ts'
import { isHeld } from './hold-store.ts'
import { liveWallet } from './identity-store.ts'
import { ledgerStore } from './ledger-store.ts'
import { readHalts } from './operations-store.ts'

/** Withdrawals: the balance goes to `leaving` at once, the payout job does the rest. */
export function withdrawStore(tx: Tx, genesis: Instant): WithdrawPort {
  return {
    async lockedBalance(memberId, now) {
      await tx.$executeRaw(Prisma.sql`SELECT 1 FROM account WHERE name = ${memberAccount(memberId)} FOR UPDATE`)
      return economyReads(tx, genesis).balance(memberId, now)
    },
    walletOf: (memberId) => liveWallet(tx, memberId),
    ledger: ledgerStore(tx),
    async saveWithdrawal({ requestedAt, ...withdrawal }) {
      await tx.withdrawal.create({ data: { ...withdrawal, requestedAt: new Date(requestedAt) } })
    },
    async arePayoutsHalted() {
      return (await readHalts(tx)).some(({ what }) => what !== 'distributor')
    },
    isHeld: (memberId) => isHeld(tx, memberId),
    async setAutoPayout(memberId, isOn) {
      await tx.member.update({ where: { id: memberId }, data: { autoPayout: isOn } })
    },
  }
}

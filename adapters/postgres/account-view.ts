import type { AccountView } from '../../core/identity/account.port.ts'
import { PLATFORMS } from '../../core/shared/actor.ts'
import type { Database } from './database.ts'
import { liveWallet } from './identity-store.ts'

export async function readAccountView({ prisma }: Database, memberId: string): Promise<AccountView> {
  const [accounts, wallet] = await Promise.all([
    prisma.chatAccount.findMany({ where: { memberId }, orderBy: [{ linkedAt: 'asc' }, { platform: 'asc' }] }),
    liveWallet(prisma, memberId),
  ])
  return {
    accounts: accounts.flatMap(({ platform: text, userId, name, handle }) => {
      const platform = PLATFORMS.find((known) => known === text)
      return platform === undefined ? [] : [{ platform, userId, name, ...(handle === null ? {} : { handle }) }]
    }),
    wallet,
  }
}

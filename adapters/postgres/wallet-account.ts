import type { ChatAccount } from '../../core/shared/actor.ts'
import { PLATFORMS } from '../../core/shared/actor.ts'
import type { Database } from './database.ts'

/** A chat account of the member whose live wallet this is, the one that was linked first; undefined when nobody's is. @param address checksummed */
export async function accountOfWallet({ prisma }: Database, address: string): Promise<ChatAccount | undefined> {
  const wallet = await prisma.wallet.findFirst({
    where: { address, unlinkedAt: null },
    select: { member: { select: { accounts: { orderBy: [{ linkedAt: 'asc' }, { platform: 'asc' }], take: 1 } } } },
  })
  const account = wallet?.member.accounts[0]
  const platform = PLATFORMS.find((known) => known === account?.platform)
  if (account === undefined || platform === undefined) return undefined
  return { platform, userId: account.userId, name: account.name, ...(account.handle === null ? {} : { handle: account.handle }) }
}

import { pos } from '../shared/amount.ts'
import type { Signal } from './hold.types.ts'
import type { Flow, SharedAddress, TokenTransfer } from './wallet-trace.types.ts'

/** Anybody can send dust to anybody's wallet: less than this in one transfer says nothing. */
export const LEAST_TRANSFER = pos(1)
/** Friends and families share an address; so many members are as many as make a burst. */
export const SHARED_BY = 5
/** An address that more members share is an exchange's, from which everybody is paid, and no person's. */
export const SHARED_BY_MOST = 200

/** What transfers say of these wallets, each once. @param ours addresses that say nothing */
export function flowsOf(wallets: ReadonlySet<string>, transfers: readonly TokenTransfer[], ours: ReadonlySet<string>): readonly Flow[] {
  const flows = transfers
    .filter(({ from, to, amount }) => amount >= LEAST_TRANSFER && from !== to)
    .flatMap(({ from, to }): readonly Flow[] => [
      ...(wallets.has(from) && !ours.has(to) ? [{ wallet: from, other: to, direction: 'out' } as const] : []),
      ...(wallets.has(to) && !ours.has(from) ? [{ wallet: to, other: from, direction: 'in' } as const] : []),
    ])
  return [...new Map(flows.map((flow) => [`${flow.wallet} ${flow.direction} ${flow.other}`, flow])).values()]
}

/** A signal about each of the members who share an address, when they are enough and not too many. */
export function walletSignals(shared: readonly SharedAddress[]): readonly Signal[] {
  return shared.flatMap(({ address, members }) =>
    members.length < SHARED_BY || members.length > SHARED_BY_MOST
      ? []
      : members.map((memberId) => ({ memberId, kind: 'shared-wallet', subject: shortAddress(address), figure: members.length }) as const),
  )
}

/** As wallets show it: enough to know it again, not enough to be found by. */
function shortAddress(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`
}

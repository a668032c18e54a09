import { confirmedBlock } from '../settlement/settlement.rules.ts'
import type { Instant } from '../shared/instant.ts'
import { flowsOf, walletSignals } from './shared-wallets.rules.ts'
import type { FlowStore, TransferSource } from './wallet-trace.port.ts'
import type { SharedAddress } from './wallet-trace.types.ts'

export interface TracePorts {
  readonly chain: TransferSource
  readonly flows: FlowStore
}

/** Blocks asked for at once: many nodes refuse larger ranges of events. */
const RANGE = 1_000
/** Wallets asked for at once. */
const WALLETS_AT_ONCE = 500
/** Questions in one run: fifty thousand wallets that are up to date, and as many again for newcomers. */
const MOST_QUESTIONS = 200
/** Blocks that a newly linked wallet is followed back: as many as one run may ask for. */
const LOOK_BACK = 200_000
/** Parts of what was found that one run judges. */
const MOST_PARTS = 100

/**
 * Reads what went in confirmed blocks between members' wallets and other addresses, and notes where several members share one. A block that a deeper
 * reorganisation takes away leaves what was seen: it is a reason to look, no proof. Safe to run late, twice, or on many machines at once.
 */
export async function traceWallets(ports: TracePorts, now: Instant): Promise<{ asked: number; held: number }> {
  const { chain, flows } = ports
  const confirmed = confirmedBlock((await chain.newestBlock()).number, chain.confirmations)
  let asked = 0
  for (; asked < MOST_QUESTIONS; asked += 1) {
    const due = await flows.due(confirmed, WALLETS_AT_ONCE)
    if (due === undefined) break
    const from = due.after === undefined ? Math.max(chain.firstBlock, confirmed - LOOK_BACK) : due.after + 1
    if (from > confirmed) break
    const end = await chain.block(Math.min(confirmed, from + RANGE - 1))
    if (end === undefined) break
    const transfers = await chain.transfers(due.wallets, from, end.number)
    // The same block before and after: the events are those of this chain and not of one that was replaced meanwhile.
    if ((await chain.block(end.number))?.hash !== end.hash) break
    await flows.keep(due, end.number, flowsOf(new Set(due.wallets), transfers, chain.ours))
  }
  return { asked, held: await judgeFound(ports, now) }
}

async function judgeFound({ chain, flows }: TracePorts, now: Instant): Promise<number> {
  let held = 0
  for (let part = 0; part < MOST_PARTS; part += 1) {
    const found = await flows.unjudged()
    if (found === undefined) break
    const people: SharedAddress[] = []
    for (const shared of found.shared) if (!(await chain.isContract(shared.address))) people.push(shared)
    held += await flows.judge(found, walletSignals(people), now)
  }
  return held
}

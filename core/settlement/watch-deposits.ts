import type { Instant } from '../shared/instant.ts'
import type { ChainReader, Checkpoint, DepositStore } from './settlement.port.ts'
import { confirmedBlock } from './settlement.rules.ts'
import type { BlockRef } from './settlement.types.ts'

export interface WatchPorts {
  readonly chain: ChainReader
  readonly deposits: DepositStore
  readonly checkpoint: Checkpoint
}

/** Blocks asked for at once: many nodes refuse larger ranges of events. */
const RANGE = 1_000
/** Ranges in one run, so that a first look at an old chain is spread over several. */
const MAX_RANGES = 200
/** What a reorganisation deeper than the confirmations steps back, as a multiple of them. */
const REWIND_FACTOR = 4

/**
 * Reads deposits from where the last run ended up to the newest block: confirmed ones are recorded and credited once, younger ones are only shown and
 * vanish again with their block. Returns how many were credited.
 */
export async function watchDeposits(ports: WatchPorts, now: Instant): Promise<{ recorded: number; shown: number; credited: number }> {
  const { chain, deposits } = ports
  const newest = await chain.newestBlock()
  const confirmed = confirmedBlock(newest.number, chain.confirmations)
  let cursor = await startingPoint(ports, now)
  let recorded = 0
  for (let range = 0; range < MAX_RANGES && (cursor?.number ?? chain.firstBlock - 1) < confirmed; range += 1) {
    const from = (cursor?.number ?? chain.firstBlock - 1) + 1
    const end = await chain.block(Math.min(confirmed, from + RANGE - 1))
    if (end === undefined) break
    const found = await chain.deposits(from, end.number)
    // The same block before and after: the events are those of this chain and not of one that was replaced meanwhile.
    if ((await chain.block(end.number))?.hash !== end.hash) break
    if (!(await deposits.advance(cursor, end, found, now))) break
    await ports.checkpoint('deposits-recorded')
    recorded += found.length
    cursor = end
  }
  const isUpToDate = cursor !== undefined && cursor.number >= confirmed
  const young = isUpToDate && newest.number > cursor!.number ? await chain.deposits(cursor!.number + 1, newest.number) : []
  if (isUpToDate) await deposits.show(cursor!.number, young, now)
  const credited = await deposits.credit(now)
  await ports.checkpoint('deposits-credited')
  return { recorded, shown: young.length, credited }
}

/** The cursor, or where it has to go back to when its block is no longer in the chain. */
async function startingPoint({ chain, deposits }: WatchPorts, now: Instant): Promise<BlockRef | undefined> {
  const cursor = await deposits.cursor()
  if (cursor === undefined) return undefined
  const there = await chain.block(cursor.number)
  if (there?.hash === cursor.hash) return cursor
  // A node that is behind knows no such block yet; only another block in its place is a reorganisation.
  const newest = await chain.newestBlock()
  if (there === undefined && newest.number >= cursor.number) return cursor
  const back = Math.max(chain.firstBlock, Math.min(cursor.number, newest.number) - REWIND_FACTOR * chain.confirmations)
  const target = await chain.block(back)
  if (target === undefined) return cursor
  await deposits.rewind(cursor, target, now)
  return target
}

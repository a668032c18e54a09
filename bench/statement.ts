import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import assert from 'node:assert'
import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import { loadKeccak256 } from '../adapters/hashing/keccak256.ts'
import { toHex, type Hex } from '../core/economy/merkle-hex.ts'
import { LeafList, merkleRoot, merkleTree, type Keccak256 } from '../core/economy/merkle.ts'
import { BEFORE_FIRST_PERIOD } from '../core/economy/statement-fields.ts'
import { leafHasher, lineRow, STATEMENT_LEAF_TYPES } from '../core/economy/statement-leaf.ts'
import type { StatementLine } from '../core/economy/statement.types.ts'
import { verifyStatement } from '../core/economy/statement-verify.ts'
import { writeStatement } from '../core/economy/statement-writer.ts'

export type StatementMeasure = {
  lines: number
  fileMegabytes: number
  /** Lines in, file and root out. */
  buildSeconds: number
  /** File in, report out. */
  verifySeconds: number
  /** Highest resident memory of the process up to here. */
  peakMegabytes: number
  /** Rows hashed into leaves, sorted and folded to the root, per second. */
  leavesPerSecond: number
  openZeppelinLines: number
  openZeppelinLeavesPerSecond: number
  ratio: number
}

const KINDS = ['attendance', 'form', 'node-form', 'campaign']

/** Line `index` of a made-up period: 40,000 members, grants of up to 9 PoS, the last hundredth corrections. */
function lineAt(index: number, count: number): StatementLine {
  const member: Hex = `0x${((index * 2_654_435_761) % 40_000).toString(16).padStart(64, 'c')}`
  const correction = index >= count - count / 100
  return {
    member,
    kind: correction ? 'reversal' : KINDS[index % KINDS.length]!,
    amount: correction ? -1_000n : BigInt((index % 899) + 1) * 1_000_000n + 7n,
    reference: `EVT-${index % 500}`,
    serial: correction ? 0 : index + 1,
  }
}

function* linesOf(count: number): Generator<StatementLine> {
  for (let index = 0; index < count; index += 1) yield lineAt(index, count)
}

const seconds = (since: number): number => (performance.now() - since) / 1_000
const peakMegabytes = (): number => Math.round(process.resourceUsage().maxRSS / 1_024)

function rootOf(count: number, keccak: Keccak256): string {
  const hasher = leafHasher(keccak)
  const leaves = new LeafList()
  let number = 0
  for (const line of linesOf(count)) leaves.push(hasher.lineLeaf(++number, line))
  return toHex(merkleRoot(merkleTree(leaves.bytes(), keccak)))
}

/** Builds and verifies a statement of `lines` on disk, then hashes a smaller set of the same rows with OpenZeppelin's library and with ours. */
export async function measureStatement(lines = 1_000_000, openZeppelinLines = 20_000): Promise<StatementMeasure> {
  const keccak = await loadKeccak256()
  const folder = await mkdtemp(join(tmpdir(), 'wepos-statement-'))
  const path = join(folder, 'statement.json')
  try {
    const file = await open(path, 'w')
    const buildStart = performance.now()
    const input = {
      subject: { period: 1, genesis: Date.UTC(2027, 0, 31), chainId: 31_337, emission: `0x${'5f'.repeat(20)}` } as const,
      before: BEFORE_FIRST_PERIOD,
      activity: { unfunded: 0, poolIn: 0n, poolOut: 0n },
      transactions: [],
    }
    const written = await writeStatement(input, linesOf(lines), keccak, async (chunk) => {
      await file.write(chunk)
    })
    await file.close()
    const buildSeconds = seconds(buildStart)
    const verifyStart = performance.now()
    const report = await verifyStatement(createReadStream(path, { highWaterMark: 1 << 20 }), keccak)
    const verifySeconds = seconds(verifyStart)
    assert(report.holds && report.root === written.root)
    const peak = peakMegabytes()

    const ourStart = performance.now()
    rootOf(lines, keccak)
    const leavesPerSecond = lines / seconds(ourStart)

    const rows = Array.from(linesOf(openZeppelinLines), (line, index) => lineRow(index + 1, line))
    const theirStart = performance.now()
    const theirs = StandardMerkleTree.of(rows, STATEMENT_LEAF_TYPES).root
    const openZeppelinLeavesPerSecond = openZeppelinLines / seconds(theirStart)
    assert.equal(rootOf(openZeppelinLines, keccak), theirs)
    return {
      lines,
      fileMegabytes: Math.round(written.bytes / 1_000_000),
      buildSeconds,
      verifySeconds,
      peakMegabytes: peak,
      leavesPerSecond,
      openZeppelinLines,
      openZeppelinLeavesPerSecond,
      ratio: leavesPerSecond / openZeppelinLeavesPerSecond,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  const measured = await measureStatement(Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 20_000))
  for (const [name, value] of Object.entries(measured)) console.log(`${name.padEnd(28)} ${Number(value.toFixed(2)).toLocaleString('en')}`)
}

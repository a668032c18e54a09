import { createReadStream, existsSync } from 'node:fs'
import { loadKeccak256 } from '../../adapters/hashing/keccak256.ts'
import { judgeChain, judgePrevious } from '../../core/economy/statement-chain.ts'
import type { StatementFinding } from '../../core/economy/statement-findings.ts'
import { verifyStatement, type StatementReport } from '../../core/economy/statement-verify.ts'
import { LAST_PERIOD } from '../../core/economy/release-schedule.ts'
import type { Amount } from '../../core/shared/amount.ts'
import type { Language } from '../../core/shared/text.ts'
import { readChain } from '../verify-chain.ts'
import { findingText } from '../verify-texts.ts'
import type { PeriodResult } from './result.types.ts'
import { statementPath } from './statement-files.ts'

type StatementResult = PeriodResult['statement'] & { readonly poolIn: Amount }

/** Verifies every statement as anybody would: from its bytes, against the one before it, and against the chain. */
export async function readStatements(folder: string, nodeUrl: string, language: Language): Promise<readonly StatementResult[]> {
  const keccak = await loadKeccak256()
  const results: StatementResult[] = []
  let previous: StatementReport | undefined
  for (let period = 1; period <= LAST_PERIOD; period += 1) {
    const path = statementPath(folder, period)
    if (!existsSync(path)) {
      results.push(withoutFile())
      previous = undefined
      continue
    }
    const report = await verifyStatement(createReadStream(path), keccak)
    const findings: StatementFinding[] = [...report.findings]
    if (report.holds && previous?.holds === true) findings.push(...judgePrevious(previous, report))
    if (report.holds) findings.push(...judgeChain(report, await readChain(nodeUrl, report)))
    results.push(toResult(report, findings, language))
    previous = report
  }
  return results
}

function toResult(
  { facts, totals, root, transactions }: StatementReport,
  findings: readonly StatementFinding[],
  language: Language,
): StatementResult {
  return {
    problems: findings.filter(({ holds }) => !holds).map((finding) => findingText(finding, language)),
    release: facts.release ?? -1n,
    granted: totals.granted ?? -1n,
    burned: totals.burned ?? -1n,
    unfunded: Number(totals.unfunded ?? -1n),
    root: root ?? '',
    transactions: transactions.length,
    poolIn: totals.poolIn ?? -1n,
  }
}

function withoutFile(): StatementResult {
  return { problems: ['there is no file'], release: -1n, granted: -1n, burned: -1n, unfunded: -1, root: '', transactions: -1, poolIn: 0n }
}

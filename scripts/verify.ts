import { createReadStream } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadKeccak256 } from '../adapters/hashing/keccak256.ts'
import { judgeChain, judgePrevious } from '../core/economy/statement-chain.ts'
import type { StatementFinding } from '../core/economy/statement-findings.ts'
import { verifyStatement, type StatementReport } from '../core/economy/statement-verify.ts'
import { findingText, TEXTS, type CommandProblem, type Language } from './verify-texts.ts'

/** Ends the command with a sentence instead of a stack trace. */
class CommandFailed extends Error {
  readonly problem: CommandProblem
  readonly detail: string

  constructor(problem: CommandProblem, detail = '') {
    super(problem)
    this.problem = problem
    this.detail = detail
  }
}

type Command = { file: string; rpc: string | undefined; previous: string | undefined }

/** The language is read by itself so that even a wrong command is answered in it. */
function languageOf(args: readonly string[]): Language {
  const at = args.indexOf('--language')
  return args.includes('--language=zh') || (at >= 0 && args[at + 1] === 'zh') ? 'zh' : 'en'
}

function readCommand(args: string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { rpc: { type: 'string' }, previous: { type: 'string' }, language: { type: 'string', default: 'en' } },
    })
    const [file, ...others] = positionals
    if (file === undefined || others.length > 0 || (values.language !== 'en' && values.language !== 'zh')) throw new CommandFailed('usage')
    if (values.rpc !== undefined && !/^https?:$/.test(URL.parse(values.rpc)?.protocol ?? ''))
      throw new CommandFailed('rpc_form', values.rpc)
    return { file, rpc: values.rpc, previous: values.previous }
  } catch (error) {
    // parseArgs throws a TypeError with a code of its own for an unknown or incomplete option.
    throw error instanceof TypeError ? new CommandFailed('usage') : error
  }
}

async function verifyFile(path: string): Promise<StatementReport> {
  // Before the stream is opened: a stream that fails while nobody reads it would end the process.
  const keccak = await loadKeccak256()
  try {
    return await verifyStatement(createReadStream(path, { highWaterMark: 1 << 20 }), keccak)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new CommandFailed('file_missing', path)
    if (code === 'EISDIR' || code === 'EACCES' || code === 'EPERM' || code === 'EIO') throw new CommandFailed('file_not_readable', path)
    throw error
  }
}

async function chainFindings(rpc: string, report: StatementReport): Promise<readonly StatementFinding[]> {
  // Loaded only here: without an RPC address the file is verified with nothing but this house and a hash.
  const [{ readChain }, { BaseError }] = await Promise.all([import('./verify-chain.ts'), import('viem')])
  try {
    return judgeChain(report, await readChain(rpc, report))
  } catch (error) {
    if (error instanceof BaseError) throw new CommandFailed('rpc_failed', error.shortMessage)
    throw error
  }
}

/** Verifies as the arguments say and prints one line per finding. Returns the exit code: 0 when everything asked for holds, else 1. */
export async function runVerify(args: string[], print: (line: string) => void): Promise<0 | 1> {
  const language = languageOf(args)
  const texts = TEXTS[language]
  const show = (findings: readonly StatementFinding[]): boolean => {
    for (const finding of findings) print(findingText(finding, language))
    return findings.every(({ holds }) => holds)
  }
  try {
    const command = readCommand(args)
    const report = await verifyFile(command.file)
    show(report.findings)
    if (report.unlistedProblems > 0) print(texts.more(report.unlistedProblems))
    let holds = report.holds
    if (holds && command.previous !== undefined) {
      const previous = await verifyFile(command.previous)
      holds = previous.holds ? show(judgePrevious(previous, report)) : show(previous.findings.filter((finding) => !finding.holds))
    }
    if (holds && command.rpc !== undefined) holds = show(await chainFindings(command.rpc, report))
    print(texts.verdict(holds, command.rpc !== undefined))
    return holds ? 0 : 1
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    print(`${texts.command[error.problem](error.detail)} [${error.problem}]`)
    return 1
  }
}

if (import.meta.main) process.exitCode = await runVerify(process.argv.slice(2), (line) => console.log(line))

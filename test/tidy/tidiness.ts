import { basename } from 'node:path/posix'
import { isTest, type SourceFile } from './source-files.ts'

const MAX_LINES = 400
/** Names that say nothing of what is inside. */
const EMPTY_NAMES = /(^|[.-])(utils?|helpers?|manager|service|common|misc|stuff|index)([.-]|$)/
const KEBAB = /^[a-z0-9]+([.-][a-z0-9]+)*$/
const startsWith =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(folder))
const inTools = startsWith('scripts/', 'test/', 'bench/', 'contracts/script/', 'contracts/tools/')

/** Text that must not stand in some files, and why. */
const FORBIDDEN: readonly { pattern: RegExp; where: (path: string) => boolean; why: string }[] = [
  { pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, where: isPure, why: 'core is given the time' },
  { pattern: /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b/, where: isPure, why: 'core is given its randomness and ids' },
  { pattern: /\bsetTimeout\b|\bsetInterval\b|\bfetch\(/, where: isPure, why: 'core touches nothing outside' },
  {
    pattern: /\bprocess\.env\b/,
    where: (path) => !(path === 'main/config.ts' || !path.includes('/') || inTools(path) || isTest(path)),
    why: 'main/config.ts reads the environment',
  },
  { pattern: /\bconsole\.\w+\(/, where: (path) => !(path.startsWith('main/') || inTools(path) || isTest(path)), why: 'the logger speaks' },
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, where: () => true, why: 'finish it or leave it out' },
  { pattern: /\b(test|it|describe)\.(only|skip|todo)\b/, where: () => true, why: 'every test runs; skipIf and runIf tell their reason' },
  { pattern: /\bdebugger\b/, where: () => true, why: 'left over' },
  { pattern: /^export \* from /m, where: () => true, why: 'no barrels: import from where it is' },
]

function isPure(path: string): boolean {
  return path.startsWith('core/') && !isTest(path)
}

/** Sentences about every file that breaks a rule of the house; none when all is well. */
export function findTidyFaults(files: readonly SourceFile[]): string[] {
  // The rules themselves name what they forbid.
  return files.filter((file) => !file.path.startsWith('test/tidy/')).flatMap(faultsOfFile)
}

function faultsOfFile({ path, text }: SourceFile): string[] {
  const faults: string[] = []
  const lines = text.split('\n').length - 1
  if (lines >= MAX_LINES) faults.push(`${path} has ${lines} lines, fewer than ${MAX_LINES} are allowed`)
  const name = basename(path).replace(/\.[a-z]+$/, '')
  if (EMPTY_NAMES.test(name)) faults.push(`${path}: the name says nothing of what is inside`)
  // Solidity names a file after its contract.
  if (!path.endsWith('.sol') && !KEBAB.test(name)) faults.push(`${path}: file names are kebab-case`)
  if (isBarrel(text)) faults.push(`${path} only hands on what others export`)
  for (const { pattern, where, why } of FORBIDDEN) {
    const found = where(path) ? pattern.exec(text) : null
    if (found !== null) faults.push(`${path}:${text.slice(0, found.index).split('\n').length} has "${found[0].trim()}": ${why}`)
  }
  return faults
}

function isBarrel(text: string): boolean {
  const code = text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '').trim()
  return code !== '' && code.replace(/^export (type )?(\*|\{[^}]*\}) from '[^']+'$/gm, '').trim() === ''
}

/** Faults that `git diff --check` finds too, in any text file: spaces at the end of a line, carriage returns, conflict marks, no newline at the end. */
export function findWhitespaceFaults(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const faults = text.split('\n').flatMap((line, at) => {
      if (line.endsWith('\r')) return [`${path}:${at + 1} ends with a carriage return`]
      if (/[ \t]$/.test(line)) return [`${path}:${at + 1} ends with a space`]
      return /^(<{7}|>{7}) /.test(line) ? [`${path}:${at + 1} is the mark of a conflict`] : []
    })
    return text === '' || text.endsWith('\n') ? faults : [...faults, `${path} does not end with a newline`]
  })
}

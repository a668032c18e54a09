import { posix } from 'node:path'
import { isTest, type SourceFile } from './source-files.ts'

/** What a module of a folder may import: folders of ours, and whether packages and Node's modules. `null` means everything (rule 6 of the architecture). */
const MAY_IMPORT: Record<string, { folders: readonly string[]; packages: readonly string[] | 'any' } | null> = {
  core: { folders: ['core'], packages: ['zod', 'node:assert', 'node:assert/strict'] },
  adapters: { folders: ['core', 'adapters', 'contracts/generated', 'contracts/deployments', 'prisma/generated'], packages: 'any' },
  bots: { folders: ['core', 'bots'], packages: 'any' },
  server: { folders: ['core', 'server'], packages: 'any' },
  jobs: { folders: ['core', 'jobs'], packages: 'any' },
  // Its deployment scripts take the schedule from the same rules as everyone.
  contracts: { folders: ['core', 'contracts'], packages: 'any' },
  main: { folders: ['core', 'adapters', 'bots', 'server', 'jobs', 'contracts', 'prisma', 'main'], packages: 'any' },
  scripts: null,
  test: null,
  bench: null,
}

/** Raise it as the project grows: a check that suddenly sees fewer modules than this has stopped looking. */
export const LEAST_MODULES = 40

interface Import {
  from: string
  /** A path of ours, or the name of a package. */
  to: string
  isOurs: boolean
}

/** The imports of a module, in the form that the formatter gives them: statements at the start of a line, and `import('...')` anywhere. */
export function importsOf(file: SourceFile): Import[] {
  const patterns = [/^(?:import|export)\b[^;'"`]*?\bfrom '([^']+)'/gm, /^import '([^']+)'/gm, /\bimport\(\s*'([^']+)'\s*[,)]/g]
  return patterns.flatMap((pattern) =>
    [...file.text.matchAll(pattern)].map((match) => {
      const named = match[1] ?? ''
      const isOurs = named.startsWith('.')
      return { from: file.path, to: isOurs ? posix.join(posix.dirname(file.path), named) : named, isOurs }
    }),
  )
}

/** Sentences about every import that points the wrong way, to nothing, or round in a circle; none when all is well. */
export function findBoundaryFaults(files: readonly SourceFile[], leastModules = LEAST_MODULES): string[] {
  const modules = files.filter((file) => /\.m?ts$/.test(file.path))
  const imports = modules.flatMap(importsOf)
  const faults = imports.flatMap((found) => directionFault(found) ?? [])
  if (modules.length < leastModules) faults.push(`only ${modules.length} modules were seen, at least ${leastModules} are there`)
  const cycle = findCycle(modules, imports)
  if (cycle !== undefined) faults.push(`imports go round in a circle: ${cycle.join(' -> ')}`)
  return faults
}

function directionFault({ from, to, isOurs }: Import): string | undefined {
  const folder = from.split('/')[0] ?? ''
  // Tests may import everything; so may files of the root, which are settings of tools.
  if (isTest(from) || !from.includes('/')) return undefined
  const rule = MAY_IMPORT[folder]
  if (rule === undefined) return `${from}: the folder ${folder} has no rule in test/tidy/boundaries.ts`
  if (rule === null) return undefined
  const isAllowed = isOurs
    ? rule.folders.some((allowed) => to.startsWith(`${allowed}/`))
    : rule.packages === 'any' || rule.packages.some((allowed) => to === allowed || (allowed === 'zod' && to.startsWith('zod/')))
  return isAllowed ? undefined : `${from} imports ${to}, which ${folder} may not`
}

/** The first circle found, as a path that ends where it begins. Depth-first, each module once. */
function findCycle(modules: readonly SourceFile[], imports: readonly Import[]): string[] | undefined {
  const next = new Map<string, string[]>()
  for (const { from, to, isOurs } of imports) if (isOurs) next.set(from, [...(next.get(from) ?? []), to])
  const isDone = new Set<string>()
  const visit = (module: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(module)) return [...path.slice(path.indexOf(module)), module]
    if (isDone.has(module)) return undefined
    for (const to of next.get(module) ?? []) {
      const cycle = visit(to, [...path, module])
      if (cycle !== undefined) return cycle
    }
    isDone.add(module)
    return undefined
  }
  for (const { path } of modules) {
    const cycle = visit(path, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')

export interface SourceFile {
  /** From the project's folder, with `/`: `core/shared/amount.ts`. */
  path: string
  text: string
}

/** Not ours to keep tidy: installed, generated, or data. */
const OUTSIDE = new Set(['node_modules', '.git', 'generated'])
const OUTSIDE_AT_TOP = new Set(['data', 'coverage'])

/** Every file of the project whose name ends in one of `endings`. */
export function listFiles(endings: readonly string[], root = ROOT): SourceFile[] {
  const walk = (folder: string): SourceFile[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) return OUTSIDE.has(entry.name) || OUTSIDE_AT_TOP.has(path) ? [] : walk(path)
      const isWanted = entry.isFile() && endings.some((ending) => entry.name.endsWith(ending))
      return isWanted ? [{ path, text: readFileSync(join(root, path), 'utf8') }] : []
    })
  return walk('').sort((a, b) => a.path.localeCompare(b.path))
}

export const isTest = (path: string): boolean => path.endsWith('.test.ts') || path.startsWith('test/')

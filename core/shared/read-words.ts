import type { z } from 'zod'
import { fieldUses, restField } from './usage.ts'

/**
 * Reads typed words into named input: `name:value` or `name=value` where the name is a field of the command, all else by position.
 * The field that takes the rest receives everything up to the next `name:` of the command, line breaks and spaces included.
 */
export function readWords(input: z.ZodObject, line: string): Readonly<Record<string, string>> {
  const names = fieldUses(input).map((field) => field.name)
  const rest = restField(input)
  const raw: Record<string, string> = {}
  let remaining = line.trim()
  while (remaining !== '') {
    const free = names.find((name) => !(name in raw))
    const named = /^([a-z_]+)\s?[:=：]\s?/i.exec(remaining)
    const namedField = named === null ? undefined : names.find((name) => name.toLowerCase() === named[1]!.toLowerCase())
    const target = namedField ?? free
    if (target === undefined || target in raw) {
      // Left-over words belong to no field, or to one that has its value; `dispatch` refuses them under this name, so nothing typed is silently dropped.
      raw['…'] = remaining
      break
    }
    const body = namedField === undefined ? remaining : remaining.slice(named![0].length)
    const quoted = /^(?:"([^"]*)"|“([^”]*)”|「([^」]*)」)\s*/u.exec(body)
    if (quoted !== null) {
      raw[target] = quoted[1] ?? quoted[2] ?? quoted[3] ?? ''
      remaining = body.slice(quoted[0].length)
    } else if (target === rest) {
      const end = nextNamedField(names, raw, target, body)
      raw[target] = body.slice(0, end).trimEnd()
      remaining = body.slice(end).trim()
    } else {
      // A day and a time of day are one value, although people write a space between them.
      const word = /^(?:\d{4}-\d{1,2}-\d{1,2}\s+\d{1,2}:\d{2}\S*|\S+)/u.exec(body)?.[0] ?? ''
      raw[target] = word
      remaining = body.slice(word.length).trim()
    }
  }
  return raw
}

/** Where the free text of `target` ends: before the next word that names another field, else at the end. */
function nextNamedField(names: readonly string[], raw: Readonly<Record<string, string>>, target: string, body: string): number {
  const others = names.filter((name) => name !== target && !(name in raw))
  if (others.length === 0) return body.length
  const found = new RegExp(`\\s(?:${others.join('|')})[:=：]`, 'iu').exec(body)
  return found?.index ?? body.length
}

/** Finds the command that a typed line begins with, longest name first; `event create x` and `event_create x` are the same. */
export function findCommand<C extends { readonly name: readonly string[] }>(
  commands: readonly C[],
  line: string,
): { command: C; rest: string } | undefined {
  const trimmed = line.trim()
  const byLength = commands.toSorted((a, b) => b.name.length - a.name.length)
  for (const command of byLength) {
    const pattern = new RegExp(`^${command.name.join('[\\s_-]+')}(?=$|\\s)`, 'iu')
    const match = pattern.exec(trimmed)
    if (match !== null) return { command, rest: trimmed.slice(match[0].length).trim() }
  }
  return undefined
}

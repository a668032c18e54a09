import { z } from 'zod'

/** Of every form of a signed-in member. */
export const Secrets = z.object({ csrf: z.string().max(100), key: z.string().max(100) })

/** A number in an address; anything else is a page that is not there. */
export const Numbered = z.object({ number: z.coerce.number().int().min(1).max(999_999_999).catch(0) })

/** As urlencoded forms come: a name that came more than once has several values. */
export const Posted = z.record(z.string(), z.union([z.string(), z.array(z.string())]))
export type Posted = z.output<typeof Posted>

export function oneOf(posted: Posted, name: string): string {
  const value = Object.hasOwn(posted, name) ? posted[name] : undefined
  return (typeof value === 'string' ? value : value?.[0]) ?? ''
}

export function allOf(posted: Posted, name: string): readonly string[] {
  const value = Object.hasOwn(posted, name) ? posted[name] : undefined
  return value === undefined ? [] : [value].flat()
}

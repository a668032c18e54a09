/** A JSON object whose keys are not yet known. */
export type Json = Record<string, unknown>

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
/** The object, or an empty one. */
export const asObject = (value: unknown): Json => (isJson(value) ? value : {})
/** The objects of a list; anything else is an empty list. */
export const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : [])
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
/** Lengths are counted in UTF-16 units, the way the client libraries count them. */
export const lengthOf = (value: unknown): number => textOf(value).length
/** Drops keys without a value: Discord's answers leave them out. */
export const withoutNulls = (value: Json): Json =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null && part !== undefined))

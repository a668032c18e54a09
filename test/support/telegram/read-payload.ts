import { badRequest } from './api-refusal.ts'
import type { Payload } from './api-types.ts'

/** Readers of single parameters; the schema has checked the types before, except where no document is at hand. */
export function optionalText(payload: Payload, key: string): string | undefined {
  const value = payload[key]
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw badRequest(`parameter "${key}" must be a string`)
  return value
}

export function optionalInteger(payload: Payload, key: string): number | undefined {
  const value = payload[key]
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw badRequest(`parameter "${key}" must be an integer`)
  return value
}

export function requiredInteger(payload: Payload, key: string): number {
  const value = optionalInteger(payload, key)
  if (value === undefined) throw badRequest(`parameter "${key}" is required`)
  return value
}

export function chatIdOf(payload: Payload, key = 'chat_id'): number | string {
  const value = payload[key]
  if (value === undefined || value === '') throw badRequest(`${key} is empty`)
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (typeof value !== 'string') throw badRequest('chat_id must be an integer or a string')
  return /^-?\d+$/.test(value) ? Number(value) : value
}

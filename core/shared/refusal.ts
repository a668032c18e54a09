import type { Text } from './text.ts'

/** What sort of "no" a refusal is. */
export type RefusalKind = 'invalid' | 'forbidden' | 'not_found' | 'conflict' | 'gone' | 'limited'

/** An expected "no": a stable code, the reason, and what the member can do next. A value, never thrown. */
export interface Refusal {
  readonly code: string
  readonly kind: RefusalKind
  readonly reason: Text
  readonly nextStep: Text
  /** Set when one value is missing or wrong: the name of the input field to ask for again. */
  readonly field?: string
}

export type Outcome<Result> = { readonly ok: true; readonly result: Result } | { readonly ok: false; readonly refusal: Refusal }

export function done<Result>(result: Result): Outcome<Result> {
  return { ok: true, result }
}

export function refuse(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal }
}

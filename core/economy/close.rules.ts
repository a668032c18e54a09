import { DAY, HOUR } from '../shared/instant.ts'

/** After a period's end members can dispute its draft for this long; then it is burned and closed (spec 01, "Period close"). */
export const CLOSE_AFTER_MS = 72 * HOUR

/** A dispute that no panel has decided holds a close up until this long after the period's end, and lapses then (the spec is silent here). */
export const CLOSE_AT_LATEST_MS = 7 * DAY

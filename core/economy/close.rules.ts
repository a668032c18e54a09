import { HOUR } from '../shared/instant.ts'

/** After a period's end members can dispute its draft for this long; then it is burned and closed (spec 01, "Period close"). */
export const CLOSE_AFTER_MS = 72 * HOUR

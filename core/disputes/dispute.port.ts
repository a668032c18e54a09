import type { Instant } from '../shared/instant.ts'
import type { DisputableLine } from './dispute.types.ts'

/** A member's own lines and their disputes; runs inside the command's transaction. */
export interface DisputePort {
  readonly genesis: Instant
  /** A member's lines in the statement of a period, newest first, older than `before`; at most `limit`. */
  lines(memberId: string, period: number, before: number | undefined, limit: number): Promise<readonly DisputableLine[]>
  line(number: number): Promise<DisputableLine | undefined>
  /**
   * Opens a dispute, puts it before a panel and tells the member; gives its number. Undefined when the line has one already or the statement was sealed
   * meanwhile: nothing was written then.
   */
  open(line: DisputableLine, reason: string, now: Instant): Promise<number | undefined>
}

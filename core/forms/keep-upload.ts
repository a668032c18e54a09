import type { Actor, ChatAccount, ChatPlace } from '../shared/actor.ts'
import { keyReused } from '../shared/dispatch.ts'
import type { Instant } from '../shared/instant.ts'
import { refuse, type Outcome } from '../shared/refusal.ts'
import { blocked } from './conditions.ts'
import { uploadReference } from './upload.ts'
import { judgeUpload, overLimit, type DetectType, type SoundUpload } from './upload.rules.ts'

/** A file as it came in. `key`: of the message that brought it, with the question when one message brings several. */
export interface SentUpload {
  readonly account: ChatAccount
  readonly place: ChatPlace
  readonly key: string
  readonly name: string
  readonly bytes: Uint8Array
}

export interface NewUpload extends SoundUpload {
  readonly id: string
  readonly key: string
  readonly memberId: string
  readonly bytes: Uint8Array
  readonly sha256: Uint8Array
  readonly at: Instant
}

export interface UploadPort {
  identify(account: ChatAccount, place: ChatPlace, now: Instant): Promise<Actor>
  readonly detect: DetectType
  hash(bytes: Uint8Array): Uint8Array
  /**
   * Keeps a file and gives its id. A key that was used before gives the file that it kept; `other` when that is another member's, and when the member was
   * erased meanwhile. `full` and `daily`: a limit of the member, which holds whatever comes at once.
   */
  keep(upload: NewUpload): Promise<{ readonly id: string } | 'other' | 'full' | 'daily'>
  now(): Instant
  newId(): string
}

/** Keeps a file that a member sent as an answer, and gives the answer that names it. */
export type KeepUpload = (sent: SentUpload) => Promise<Outcome<string>>

/**
 * No command, because bytes belong neither in the audit trail nor in a saved answer: the command that follows has only the reference. What is kept and never
 * used is forgotten.
 */
export function createKeepUpload(port: UploadPort): KeepUpload {
  return async ({ account, place, key, name, bytes }) => {
    const now = port.now()
    const actor = await port.identify(account, place, now)
    if (actor.blocked) return blocked()
    const judged = await judgeUpload(name, bytes, port.detect)
    if (!judged.ok) return judged
    const { memberId } = actor
    const kept = await port.keep({ ...judged.result, id: port.newId(), key, memberId, bytes, sha256: port.hash(bytes), at: now })
    if (kept === 'other') return refuse(keyReused())
    return typeof kept === 'string' ? overLimit(kept) : { ok: true, result: uploadReference(kept.id) }
  }
}

import type { NewUpload, UploadPort } from '../../core/forms/keep-upload.ts'
import type { FormDefinition, Answers } from '../../core/forms/form-definition.ts'
import { uploadIdsOf, type OpenedUpload, type UploadFacts } from '../../core/forms/upload.ts'
import { MAX_A_DAY, MAX_UNUSED, readUploadType } from '../../core/forms/upload.rules.ts'
import { maskNames } from '../../core/review/mask-names.ts'
import { DAY, HOUR, type Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { inBatches } from './in-batches.ts'

/** A file that nothing has is forgotten after as long as a draft that nobody changes. */
const KEPT_MS = 30 * DAY
/** What is uploaded and not yet an answer waits for it. */
const SETTLING_MS = HOUR
const AT_ONCE = 50

/** In no submission and in no draft of the member, whichever of a member's linked accounts has it. */
const IN_NO_SUBMISSION = Prisma.sql`NOT EXISTS (SELECT 1 FROM upload_use x WHERE x.upload = u.id)`
const UNUSED = Prisma.sql`${IN_NO_SUBMISSION} AND NOT EXISTS (
  SELECT 1 FROM form_draft d, jsonb_each_text(d.answers) a
  WHERE d.member_id IN (SELECT member_tree(member_root(u.member_id))) AND a.value = 'upload:' || u.id)`

/** Keeps a file within the limits of its member, who uploads one after the other: whoever waits sees what came before. */
export function keepUploads(database: Database): UploadPort['keep'] {
  return (upload) => database.transaction(async (tx) => ({ keep: true, value: await keep(tx, upload) }))
}

async function keep(tx: Tx, upload: NewUpload): ReturnType<UploadPort['keep']> {
  const { id, key, memberId, name, mediaType, bytes, sha256, at } = upload
  await tx.$executeRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`upload:${memberId}`}, 0))`)
  const earlier = await keptUnder(tx, key, memberId)
  if (earlier !== undefined) return earlier
  // Who is erased at this moment keeps nothing: one of the two waits for the other.
  const there = await tx.$queryRaw<unknown[]>(Prisma.sql`SELECT 1 FROM member WHERE id = ${memberId} AND erased_at IS NULL FOR KEY SHARE`)
  if (there.length === 0) return 'other'
  // What was replaced or discarded makes room for what comes.
  await tx.$executeRaw(Prisma.sql`
    DELETE FROM upload u WHERE u.member_id = ${memberId} AND u.created_at < ${new Date(at - SETTLING_MS)} AND ${UNUSED}`)
  const [sums] = await tx.$queryRaw<{ unused: bigint; today: bigint }[]>(Prisma.sql`
    SELECT coalesce(sum(u.size) FILTER (WHERE ${IN_NO_SUBMISSION}), 0)::bigint AS unused,
           coalesce(sum(u.size) FILTER (WHERE u.created_at > ${new Date(at - DAY)}), 0)::bigint AS today
    FROM upload u WHERE u.member_id = ${memberId}`)
  if (Number(sums!.unused) + bytes.length > MAX_UNUSED) return 'full'
  if (Number(sums!.today) + bytes.length > MAX_A_DAY) return 'daily'
  const kept = await tx.$executeRaw(Prisma.sql`
    INSERT INTO upload (id, key, member_id, name, media_type, size, sha256, bytes, created_at)
    VALUES (${id}, ${key}, ${memberId}, ${name}, ${mediaType}, ${bytes.length}, ${Uint8Array.from(sha256)}, ${Uint8Array.from(bytes)}, ${new Date(at)})
    ON CONFLICT (key) DO NOTHING`)
  return kept === 1 ? { id } : ((await keptUnder(tx, key, memberId)) ?? 'other')
}

async function keptUnder(tx: Tx, key: string, memberId: string): Promise<{ readonly id: string } | 'other' | undefined> {
  const [row] = await tx.$queryRaw<{ id: string; isOwn: boolean }[]>(
    Prisma.sql`SELECT id, member_root(member_id) = ${memberId} AS "isOwn" FROM upload WHERE key = ${key}`,
  )
  return row === undefined ? undefined : row.isOwn ? { id: row.id } : 'other'
}

/** A file of this member; that of another is as if it were not there. */
export async function ownUpload(tx: Tx, memberId: string, id: string): Promise<UploadFacts | undefined> {
  const [row] = await tx.$queryRaw<UploadRow[]>(
    Prisma.sql`SELECT id, name, media_type AS "mediaType", size FROM upload WHERE id = ${id} AND member_root(member_id) = ${memberId}`,
  )
  return row === undefined ? undefined : toFacts(row)
}

/** What is told of the files that answers name, by id. Of answers that were sent in: whose they are was looked at then. */
export async function uploadsIn(tx: Tx, answers: readonly Answers[]): Promise<ReadonlyMap<string, UploadFacts>> {
  const ids = uploadIdsOf(answers.flatMap((each) => Object.values(each)))
  if (ids.length === 0) return new Map()
  const rows = await tx.$queryRaw<UploadRow[]>(
    Prisma.sql`SELECT id, name, media_type AS "mediaType", size FROM upload WHERE id = ANY (${[...ids]}::text[])`,
  )
  return new Map(rows.map((row) => [row.id, toFacts(row)]))
}

interface UploadRow {
  readonly id: string
  readonly name: string
  readonly mediaType: string
  readonly size: number
}

const toFacts = ({ mediaType, ...rest }: UploadRow): UploadFacts => ({ ...rest, mediaType: readUploadType(mediaType) })

/** Notes that a submission has the files that its answers name. */
export async function useUploads(tx: Tx, submission: number, { fields }: Pick<FormDefinition, 'fields'>, answers: Answers): Promise<void> {
  const ids = uploadIdsOf(fields.filter(({ kind }) => kind === 'file').map(({ id }) => answers[id]))
  if (ids.length === 0) return
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO upload_use (upload, submission) SELECT id, ${submission} FROM unnest(${[...ids]}::text[]) AS id ON CONFLICT DO NOTHING`)
}

/**
 * A file with its bytes for who may open it: whoever uploaded it, and reviewers once it is in a submission that was put before a panel, which they may read
 * too. To them its name tells no more of the contributor than the answers do, as long as it is judged blind.
 */
export async function openUpload(tx: Tx, id: string, memberId: string, isReviewer: boolean): Promise<OpenedUpload | undefined> {
  const [row] = await tx.$queryRaw<(UploadRow & { bytes: Uint8Array; isOwn: boolean; isBlind: boolean; names: string[] })[]>(Prisma.sql`
    WITH item AS (
      SELECT i.blind AND i.state = 'open' AS blind FROM upload_use x JOIN review_item i ON i.subject = 'SUB-' || x.submission WHERE x.upload = ${id}
      UNION ALL
      SELECT i.blind AND i.state = 'open' FROM upload_use x JOIN review_item i ON i.copy_of = 'SUB-' || x.submission WHERE x.upload = ${id}
    ), file AS (
      SELECT u.*, member_root(u.member_id) = ${memberId}
               OR EXISTS (SELECT 1 FROM upload_use x JOIN submission s ON s.number = x.submission WHERE x.upload = u.id AND s.member_id = ${memberId}) AS own
      FROM upload u WHERE u.id = ${id}
    )
    SELECT f.id, f.name, f.media_type AS "mediaType", f.size, f.bytes, f.own AS "isOwn", EXISTS (SELECT 1 FROM item WHERE blind) AS "isBlind",
           ARRAY(SELECT m.name FROM member m WHERE m.id IN (SELECT member_tree(member_root(f.member_id)))
                 UNION SELECT c.name FROM chat_account c WHERE c.member_id IN (SELECT member_tree(member_root(f.member_id)))
                 UNION SELECT c.handle FROM chat_account c WHERE c.member_id IN (SELECT member_tree(member_root(f.member_id))) AND c.handle IS NOT NULL
                 UNION SELECT w.address FROM wallet w WHERE w.member_id IN (SELECT member_tree(member_root(f.member_id)))) AS names
    FROM file f WHERE f.own OR (${isReviewer} AND EXISTS (SELECT 1 FROM item))`)
  if (row === undefined) return undefined
  const { bytes, isOwn, isBlind, names, ...facts } = row
  return { ...toFacts({ ...facts, name: isBlind && !isOwn ? maskNames(facts.name, names) : facts.name }), bytes }
}

/** Forgets files that nothing has had for long; gives how many. */
export function forgetUploads(database: Database, now: Instant): Promise<number> {
  return inBatches(database, AT_ONCE, async (tx) => {
    const forgotten = await tx.$executeRaw(Prisma.sql`
      DELETE FROM upload WHERE id IN (
        SELECT u.id FROM upload u WHERE u.created_at < ${new Date(now - KEPT_MS)} AND ${UNUSED} LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)`)
    return { seen: forgotten, sent: forgotten }
  })
}

import { z } from 'zod'
import type { WalletProof } from '../../core/identity/identity.port.ts'
import { FormDefinition, type Answers } from '../../core/forms/form-definition.ts'
import type { FormReads } from '../../core/forms/form.port.ts'
import { FORM_STATUSES, type Form } from '../../core/forms/form.types.ts'
import { payOf } from '../../core/forms/pay.rules.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { ratesUntil } from './reward-table-store.ts'

export interface FormStoreOptions {
  readonly genesis: Instant
  readonly proof: Pick<WalletProof, 'readAddress' | 'isSignedBy'>
}

interface FormRow {
  readonly number: number
  readonly version: number
  readonly status: string
  readonly campaign: number | null
  readonly newest: { readonly definition: Prisma.JsonValue }
}

const NEWEST = { newest: { select: { definition: true } } } as const
const AnswersJson = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

export function formReads(tx: Tx, { genesis, proof }: FormStoreOptions): FormReads {
  return {
    readAddress: proof.readAddress,
    async find(number) {
      const row = await tx.form.findUnique({ where: { number }, include: NEWEST })
      return row === null ? undefined : toForm(row)
    },
    async openForms(now, limit) {
      const over = Prisma.sql`coalesce((v.definition #>> '{window,closesAt}')::timestamptz <= ${new Date(now)}, false)`
      const rows = await tx.$queryRaw<{ number: number }[]>(Prisma.sql`
        SELECT f.number FROM form f JOIN form_version v ON v.form = f.number AND v.version = f.version
        WHERE f.status = 'open' AND NOT ${over} ORDER BY f.number DESC LIMIT ${limit}`)
      return byNumber(
        tx,
        rows.map(({ number }) => number),
      )
    },
    async allForms(limit) {
      return (await tx.form.findMany({ include: NEWEST, orderBy: { number: 'desc' }, take: limit })).map(toForm)
    },
    async payOf(definition, at) {
      const { reward } = definition
      const rates = reward.kind === 'none' || reward.kind === 'campaign' ? [] : await ratesUntil(tx, at, [reward.kind])
      return payOf(reward, genesis, at, rates)
    },
  }
}

async function byNumber(tx: Tx, numbers: readonly number[]): Promise<readonly Form[]> {
  const rows = await tx.form.findMany({ where: { number: { in: [...numbers] } }, include: NEWEST, orderBy: { number: 'desc' } })
  return rows.map(toForm)
}

function toForm({ number, version, status, campaign, newest }: FormRow): Form {
  const known = FORM_STATUSES.find((one) => one === status)
  if (known === undefined) throw new Error(`the form ${number} has the unknown status ${status}`)
  return { number, version, status: known, definition: FormDefinition.parse(newest.definition), ...(campaign === null ? {} : { campaign }) }
}

/** What one version of a form asks. */
export async function formVersion(tx: Tx, form: number, version: number): Promise<FormDefinition | undefined> {
  const row = await tx.formVersion.findUnique({ where: { form_version: { form, version } }, select: { definition: true } })
  return row === null ? undefined : FormDefinition.parse(row.definition)
}

export const readAnswers = (json: unknown): Answers => AnswersJson.parse(json)

/** Answers as the database takes them. */
export const answersJson = (answers: Answers): Prisma.InputJsonObject =>
  Object.fromEntries(Object.entries(answers).map(([id, answer]) => [id, typeof answer === 'string' ? answer : [...answer]]))

import type { FormDefinition } from '../../core/forms/form-definition.ts'
import type { FormDeskPort } from '../../core/forms/form.port.ts'
import type { BuiltinForm } from '../../core/forms/builtin-forms.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { formReads, type FormStoreOptions } from './form-reads.ts'

/** Making forms and changing them: what a version asks never changes, so a change is a version more. */
export function formDesk(tx: Tx, options: FormStoreOptions): FormDeskPort {
  return {
    ...formReads(tx, options),
    async create(definition, by, now) {
      const [made] = await tx.$queryRaw<{ number: number }[]>(Prisma.sql`
        INSERT INTO form (version, status, created_by, created_at) VALUES (1, 'draft', ${by}, ${new Date(now)}) RETURNING number`)
      await addVersion(tx, made!.number, 1, definition, by, now)
      return made!.number
    },
    async addVersion({ number, version }, definition, by, now) {
      const moved = await tx.$executeRaw(
        Prisma.sql`UPDATE form SET version = version + 1 WHERE number = ${number} AND version = ${version}`,
      )
      if (moved === 0) return undefined
      await addVersion(tx, number, version + 1, definition, by, now)
      return version + 1
    },
    async setStatus(number, status) {
      return (await tx.$executeRaw(Prisma.sql`UPDATE form SET status = ${status} WHERE number = ${number} AND status <> ${status}`)) === 1
    },
  }
}

async function addVersion(
  tx: Tx,
  form: number,
  version: number,
  definition: FormDefinition,
  createdBy: string | null,
  now: Instant,
): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO form_version (form, version, definition, created_by, created_at)
    VALUES (${form}, ${version}, ${JSON.stringify(definition)}::jsonb, ${createdBy}, ${new Date(now)})`)
}

/** Puts the forms there that come with the product, each once: what a committee has made of one since is left alone. */
export async function seedForms(database: Database, forms: readonly BuiltinForm[], now: Instant): Promise<void> {
  for (const { name, definition } of forms)
    await database.transaction(async (tx) => {
      const [made] = await tx.$queryRaw<{ number: number }[]>(Prisma.sql`
        INSERT INTO form (version, status, builtin, created_at) VALUES (1, 'open', ${name}, ${new Date(now)})
        ON CONFLICT (builtin) DO NOTHING RETURNING number`)
      if (made !== undefined) await addVersion(tx, made.number, 1, definition, null, now)
      return { keep: made !== undefined, value: undefined }
    })
}

import { z } from 'zod'
import type { ChatAccount } from '../shared/actor.ts'
import { cleanLine } from '../shared/clean-line.ts'
import { MINUTE, SECOND, type Instant } from '../shared/instant.ts'

/** Older proofs sign nobody in (reliability, W8). */
export const PROOF_LIFETIME_MS = 5 * MINUTE
/** Telegram's clock may be ahead of ours by so much. */
const AHEAD_MS = MINUTE
const MAX_FIELDS = 30
const MAX_LENGTH = 4_096

/** What Telegram signed: names and values as text, the hash apart. */
export interface SignedFields {
  readonly fields: ReadonlyMap<string, string>
  /** 64 lower-case hex digits. */
  readonly hash: string
}

const Hash = z.string().regex(/^[0-9a-f]{64}$/)
const LoginValue = z.union([z.string(), z.int()]).transform(String)
const LoginFields = z.record(z.string().regex(/^[a-z_]{1,30}$/), LoginValue)

/** The answer of the login page (https://core.telegram.org/widgets/login): a flat JSON object. Undefined when it is anything else. */
export function readLoginFields(data: string): SignedFields | undefined {
  if (data.length > MAX_LENGTH) return undefined
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    return undefined
  }
  const read = LoginFields.safeParse(value)
  return read.success ? withoutHash(Object.entries(read.data)) : undefined
}

/**
 * The data that a Mini App is opened with (https://core.telegram.org/bots/webapps): fields of a query, taken apart before they are decoded. One that comes
 * twice could be read in two ways, so it is none.
 */
export function readInitFields(initData: string): SignedFields | undefined {
  return initData.length > MAX_LENGTH ? undefined : withoutHash([...new URLSearchParams(initData)])
}

function withoutHash(entries: readonly (readonly [string, string])[]): SignedFields | undefined {
  const fields = new Map(entries)
  const hash = Hash.safeParse(fields.get('hash'))
  if (!hash.success || fields.size !== entries.length || fields.size > MAX_FIELDS) return undefined
  fields.delete('hash')
  return { fields, hash: hash.data }
}

/** The text that Telegram signed: `name=value` a line, names in the order of their code units, which is that of no language. */
export function checkString({ fields }: SignedFields): string {
  const names = [...fields.keys()].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return names.map((name) => `${name}=${fields.get(name)}`).join('\n')
}

/** When a proof was made; undefined when it is too old, from the future or says nothing. */
export function freshSince({ fields }: SignedFields, now: Instant): Instant | undefined {
  const text = fields.get('auth_date') ?? ''
  const at = /^\d{1,12}$/.test(text) ? Number(text) * SECOND : -Infinity
  return now - at < PROOF_LIFETIME_MS && at - now <= AHEAD_MS ? at : undefined
}

const TelegramUser = z.object({
  id: z.coerce.string().regex(/^\d{1,16}$/),
  first_name: z.string().default(''),
  last_name: z.string().default(''),
  username: z.string().optional(),
  language_code: z.string().max(35).optional(),
  is_bot: z.literal(false).optional(),
})

/** The account that a login names. */
export function loginAccount({ fields }: SignedFields): ChatAccount | undefined {
  return toAccount(Object.fromEntries(fields))
}

/** The account that a Mini App was opened by. */
export function initAccount({ fields }: SignedFields): ChatAccount | undefined {
  try {
    return toAccount(JSON.parse(fields.get('user') ?? ''))
  } catch {
    return undefined
  }
}

function toAccount(value: unknown): ChatAccount | undefined {
  const read = TelegramUser.safeParse(value)
  if (!read.success) return undefined
  const { id, first_name, last_name, username, language_code } = read.data
  return {
    platform: 'telegram',
    userId: id,
    name: cleanLine(`${first_name} ${last_name}`).trim() || id,
    ...(username === undefined || username === '' ? {} : { handle: username }),
    ...(language_code === undefined ? {} : { locale: language_code }),
  }
}

import { z } from 'zod'
import type { Hex } from '../economy/merkle-hex.ts'
import type { ChainCall } from './settlement.types.ts'

const hash = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value))
const address = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]{40}$/.test(value))
const whole = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt)
const period = z.number().int().min(1).max(13)

const schema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open'), period }),
  z.object({
    kind: z.literal('fund'),
    period,
    firstSerial: whole,
    lastSerial: whole,
    amount: whole,
    linesRoot: hash,
    headBefore: hash,
  }),
  z.object({ kind: z.literal('close'), period, statementRoot: hash }),
  z.object({ kind: z.literal('expire'), period, amount: whole, statementRoot: hash }),
  z.object({ kind: z.literal('pay'), firstSerial: whole, lines: z.array(z.object({ to: address, amount: whole })), headBefore: hash }),
])

/** A call as JSON text; whole numbers stand as text, because JSON has no exact ones. */
export function callToJson(call: ChainCall): string {
  return JSON.stringify(call, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
}

/** The call in parsed JSON. Throws when it is not one that `callToJson` wrote: the table was changed by hand. */
export function callFromJson(json: unknown): ChainCall {
  return schema.parse(json)
}

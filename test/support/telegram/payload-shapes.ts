import { z } from 'zod'
import { badRequest } from './api-refusal.ts'
import type { Payload } from './api-types.ts'

/** The structured parameters the fake looks into. The official document checks them in full; this gives them types. */
export const userShape = z.object({
  id: z.int(),
  is_bot: z.boolean(),
  first_name: z.string(),
  username: z.string().exactOptional(),
  language_code: z.string().exactOptional(),
})

export const entitiesShape = z.array(
  z.object({
    type: z.string(),
    offset: z.int(),
    length: z.int(),
    url: z.string().exactOptional(),
    language: z.string().exactOptional(),
    user: userShape.exactOptional(),
    custom_emoji_id: z.string().exactOptional(),
    unix_time: z.int().exactOptional(),
    date_time_format: z.string().exactOptional(),
  }),
)

const buttonShape = z.looseObject({
  text: z.string(),
  callback_data: z.string().exactOptional(),
  url: z.string().exactOptional(),
  web_app: z.object({ url: z.string() }).exactOptional(),
  copy_text: z.object({ text: z.string() }).exactOptional(),
})

export type GivenButton = z.infer<typeof buttonShape>

export const replyMarkupShape = z.looseObject({ inline_keyboard: z.array(z.array(buttonShape)).exactOptional() })

export const replyParametersShape = z.looseObject({
  message_id: z.int(),
  allow_sending_without_reply: z.boolean().exactOptional(),
})

export const commandsShape = z.array(z.object({ command: z.string(), description: z.string() }))

export const scopeShape = z.object({
  type: z.string(),
  chat_id: z.union([z.int(), z.string()]).exactOptional(),
  user_id: z.int().exactOptional(),
})

export const mediaShape = z.looseObject({ type: z.string(), media: z.unknown() })

export const messageIdsShape = z.array(z.int())

export const namesShape = z.array(z.string())

/** One structured parameter. @throws ApiRefusal 400 when it has another shape */
export function optionalPart<T>(payload: Payload, key: string, shape: z.ZodType<T>): T | undefined {
  const value = payload[key]
  if (value === undefined) return undefined
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  throw badRequest(`can't parse parameter ${key}: ${parsed.error.issues[0]?.message ?? 'wrong shape'}`)
}

export function requiredPart<T>(payload: Payload, key: string, shape: z.ZodType<T>): T {
  const value = optionalPart(payload, key, shape)
  if (value === undefined) throw badRequest(`parameter "${key}" is required`)
  return value
}

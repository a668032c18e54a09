import { InteractionResponseType } from 'discord-api-types/v10'
import type { DiscordFake } from './discord-fake.ts'
import { asObject, isJson, type Json } from './json.ts'

const MESSAGE = /^\/(?:channels\/\d+\/messages(?:\/\d+)?|webhooks\/\d+\/[^/]+(?:\/messages\/[^/]+)?)$/
const CALLBACK = /^\/interactions\/\d+\/[^/]+\/callback$/
const SHOWS: readonly unknown[] = [InteractionResponseType.ChannelMessageWithSource, InteractionResponseType.UpdateMessage]

/** The requests that sent or edited a message and did not forbid every ping: an edit that leaves it out is read anew with all of them allowed. */
export function pingsIn({ requests }: Pick<DiscordFake, 'requests'>): readonly string[] {
  return requests.flatMap(({ method, path, body }) => {
    const message = messageOf(method, path, asObject(body))
    return message === undefined || forbidsPings(message) ? [] : [`${method} ${path}`]
  })
}

function messageOf(method: string, path: string, body: Json): Json | undefined {
  if (method === 'POST' && CALLBACK.test(path)) return SHOWS.includes(body['type']) ? asObject(body['data']) : undefined
  return (method === 'POST' || method === 'PATCH') && MESSAGE.test(path) ? body : undefined
}

function forbidsPings(message: Json): boolean {
  const allowed = message['allowed_mentions']
  if (!isJson(allowed) || !Array.isArray(allowed['parse']) || allowed['parse'].length > 0) return false
  const isEmpty = (list: unknown): boolean => list === undefined || (Array.isArray(list) && list.length === 0)
  return isEmpty(allowed['users']) && isEmpty(allowed['roles']) && allowed['replied_user'] !== true
}

import { DiscordAPIError, RateLimitError, RESTJSONErrorCodes } from 'discord.js'
import { Fault } from '../../core/shared/fault.ts'

/** Discord's code of a refused request, undefined for trouble on the way. */
export function refusalCode(error: unknown): number | undefined {
  return error instanceof DiscordAPIError && error.status < 500 ? Number(error.code) : undefined
}

/** The interaction cannot be answered: it was answered already (a second delivery, or another process with our token), or its time is over. */
export function isTooLate(error: unknown): boolean {
  const code = refusalCode(error)
  return (
    code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged ||
    code === RESTJSONErrorCodes.UnknownInteraction ||
    code === RESTJSONErrorCodes.UnknownWebhook ||
    code === RESTJSONErrorCodes.InvalidWebhookToken ||
    code === RESTJSONErrorCodes.UnknownMessage
  )
}

/** The account takes no direct messages from us, or is no more; trying again would not help. */
export function isUnreachable(error: unknown): boolean {
  const code = refusalCode(error)
  return (
    code === RESTJSONErrorCodes.CannotSendMessagesToThisUser ||
    code === RESTJSONErrorCodes.UnknownUser ||
    code === RESTJSONErrorCodes.CannotSendMessagesToThisUserDueToHavingNoMutualGuilds
  )
}

/** The message, its channel or our access to it is gone. */
export function isGone(error: unknown): boolean {
  const code = refusalCode(error)
  return (
    code === RESTJSONErrorCodes.UnknownMessage || code === RESTJSONErrorCodes.UnknownChannel || code === RESTJSONErrorCodes.MissingAccess
  )
}

/** The message was refused, perhaps only for its file: files may not be attached there, or this one is too large. */
export function isFileRefused(error: unknown): boolean {
  const code = refusalCode(error)
  return code === RESTJSONErrorCodes.MissingPermissions || code === RESTJSONErrorCodes.RequestEntityTooLarge
}

/** Everything else as a Fault: 5xx, rate limits and the network may pass; what Discord refuses stays refused. */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const code = refusalCode(error)
  const why = error instanceof Error ? error.message : String(error)
  const retryable = code === undefined
  return new Fault('discord', retryable ? `Discord did not answer: ${why}` : `Discord refused the request (${code}): ${why}`, {
    retryable,
    mayHaveHappened: retryable && !(error instanceof RateLimitError) && !neverLeft(error),
    cause: error,
  })
}

/** Codes of Node and undici for a connection that was not made. */
const NEVER_LEFT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

const neverLeft = (error: unknown): boolean => error instanceof Error && 'code' in error && NEVER_LEFT.has(String(error.code))

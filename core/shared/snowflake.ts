/**
 * An id as Discord gives them to servers, channels, roles and accounts (developers/reference, "Snowflakes"): 64 bits that begin with the milliseconds since
 * 2015, so that none has fewer than 17 digits. Chats of Telegram are other numbers.
 */
export const SNOWFLAKE = String.raw`(?:\d{17,19}|1[0-8]\d{18})`

const WHOLE = new RegExp(`^${SNOWFLAKE}$`)

export function isSnowflake(id: string): boolean {
  return WHOLE.test(id)
}

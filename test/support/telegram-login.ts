import { createHash, createHmac } from 'node:crypto'

/** What Telegram's login page gives back (https://core.telegram.org/widgets/login): signed with the hash of the token. */
export function signLogin(token: string, fields: Readonly<Record<string, string | number>>): string {
  const key = createHash('sha256').update(token).digest()
  return JSON.stringify({ ...fields, hash: sign(key, Object.entries(fields)) })
}

/** What a Mini App is opened with (https://core.telegram.org/bots/webapps): signed with another key, so that neither passes for the other. */
export function signInitData(token: string, fields: Readonly<Record<string, string>>): string {
  const key = createHmac('sha256', 'WebAppData').update(token).digest()
  return new URLSearchParams({ ...fields, hash: sign(key, Object.entries(fields)) }).toString()
}

function sign(key: Buffer, fields: readonly (readonly [string, string | number])[]): string {
  const lines = fields.map(([name, value]) => `${name}=${value}`)
  return createHmac('sha256', key).update(lines.sort().join('\n')).digest('hex')
}

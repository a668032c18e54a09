import { createHash, randomBytes } from 'node:crypto'
import { isIssued } from '../../core/shared/dispatch.ts'
import { DAY, type Instant } from '../../core/shared/instant.ts'
import type { Button, Reply } from '../../core/shared/reply.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

const LIFETIME_MS = 30 * DAY
/** An event may be a year ahead, and its card is there as long. */
const CARD_LIFETIME_MS = 400 * DAY
const TOKEN_BYTES = 16

/** Gives the buttons of a reply their tokens, in the transaction that causes it. `memberId` is who may press those that are not for everybody. */
export async function issueButtons(tx: Tx, reply: Reply, memberId: string, now: Instant): Promise<Reply> {
  if (reply.buttons === undefined || reply.buttons.length === 0) return reply
  const ofCard = reply.card === undefined ? [] : reply.buttons.filter(isOfCard)
  const own = reply.buttons.filter((button) => !ofCard.includes(button)).map((button) => ({ ...button, token: newToken() }))
  if (own.length > 0)
    await tx.button.createMany({
      data: own.map(({ token, command, input, allowed, once }) => ({
        token,
        command,
        input,
        memberId: allowed === 'owner' ? memberId : null,
        once: once ?? false,
        expiresAt: new Date(now + LIFETIME_MS),
      })),
    })
  const tokens = new Map(ofCard.map((button) => [button, cardToken(reply.card ?? '', button)]))
  for (const [{ command, input }, token] of tokens)
    await tx.$executeRaw(Prisma.sql`
      INSERT INTO button (token, command, input, once, expires_at)
      VALUES (${token}, ${command}, ${JSON.stringify(input)}::jsonb, false, ${new Date(now + CARD_LIFETIME_MS)})
      ON CONFLICT (token) DO UPDATE SET expires_at = EXCLUDED.expires_at WHERE button.expires_at < EXCLUDED.expires_at - interval '1 day'`)
  const waiting = [...own]
  const issued = reply.buttons.map((button) => {
    const token = tokens.get(button)
    return token === undefined ? waiting.shift() : { ...button, token }
  })
  return { ...reply, buttons: issued.filter((button) => button !== undefined).filter(isIssued) }
}

/** A card is drawn anew again and again, in many places and by many processes: its buttons for everybody stay the same. */
const isOfCard = ({ allowed, once }: Button): boolean => allowed === 'anyone' && once !== true

const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url')

/** No secret: everybody may press it. */
function cardToken(card: string, { command, input }: Button): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([card, command, input]))
    .digest()
  return digest.subarray(0, TOKEN_BYTES).toString('base64url')
}

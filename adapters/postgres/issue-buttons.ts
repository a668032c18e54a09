import { createHash, randomBytes } from 'node:crypto'
import type { ChatPlace } from '../../core/shared/actor.ts'
import { DAY, type Instant } from '../../core/shared/instant.ts'
import { hasControls, placeToKeep, valuesOf, withTokens } from '../../core/shared/press.ts'
import type { Button, Choice, Reply } from '../../core/shared/reply.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

const LIFETIME_MS = 30 * DAY
/** An event may be a year ahead, and its card is there as long. */
const CARD_LIFETIME_MS = 400 * DAY
const TOKEN_BYTES = 16

/**
 * Gives the buttons and choices of a reply their tokens, in the transaction that causes it. @param memberId who may press those that are not for everybody
 * @param place where the command was given; undefined for what goes out by itself
 */
export async function issueButtons(tx: Tx, reply: Reply, memberId: string, place: ChatPlace | undefined, now: Instant): Promise<Reply> {
  if (!hasControls(reply)) return reply
  const kept = place === undefined ? undefined : placeToKeep(reply, place)
  const own: Prisma.ButtonCreateManyInput[] = []
  const ofCard = new Map<string, Button>()
  const issued = withTokens(reply, (control) => {
    if (reply.card !== undefined && isOfCard(control)) {
      const token = cardToken(reply.card, control)
      ofCard.set(token, control)
      return token
    }
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const values = 'options' in control ? valuesOf(control) : undefined
    own.push({
      token,
      command: control.command,
      input: control.input,
      memberId: control.allowed === 'owner' ? memberId : null,
      once: 'once' in control && control.once,
      ...(kept === undefined ? {} : { place: { ...kept } }),
      ...('field' in control ? { field: control.field } : {}),
      ...(values === undefined ? {} : { options: [...values] }),
      expiresAt: new Date(now + LIFETIME_MS),
    })
    return token
  })
  if (own.length > 0) await tx.button.createMany({ data: own })
  for (const [token, { command, input }] of ofCard)
    await tx.$executeRaw(Prisma.sql`
      INSERT INTO button (token, command, input, once, expires_at)
      VALUES (${token}, ${command}, ${JSON.stringify(input)}::jsonb, false, ${new Date(now + CARD_LIFETIME_MS)})
      ON CONFLICT (token) DO UPDATE SET expires_at = EXCLUDED.expires_at WHERE button.expires_at < EXCLUDED.expires_at - interval '1 day'`)
  return issued
}

/** A card is drawn anew again and again, in many places and by many processes: its buttons for everybody stay the same. */
const isOfCard = (control: Button | Choice): control is Button =>
  !('options' in control) && control.allowed === 'anyone' && control.once !== true

/** No secret: everybody may press it. */
function cardToken(card: string, { command, input }: Button): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([card, command, input]))
    .digest()
  return digest.subarray(0, TOKEN_BYTES).toString('base64url')
}

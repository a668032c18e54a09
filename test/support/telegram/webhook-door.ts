import { timingSafeEqual } from 'node:crypto'
import { readDelivery, type Webhook } from '../../../bots/telegram/webhook.ts'
import { createServer } from '../../../server/app.ts'
import { createSampleServer } from '../sample-server.ts'
import type { KeptRecords } from './kept-records.ts'
import type { TelegramFake } from './telegram-fake.ts'

const ORIGIN = 'https://pos.example'
const PATH = 'a-path-that-nobody-guesses'
const SECRET = 'a-secret-that-nobody-guesses'

/** The real server as the fake reaches it, storing into `records`. */
export async function openWebhookDoor(
  fake: TelegramFake,
  records: KeptRecords,
): Promise<{ webhook: Webhook; origin: string; close(): Promise<void> }> {
  const isSame = (some: string, other: string) => some.length === other.length && timingSafeEqual(Buffer.from(some), Buffer.from(other))
  const { app } = createSampleServer({
    telegram: {
      isOurs: (path, secret) => Promise.resolve(isSame(path, PATH) && isSame(secret, SECRET)),
      take(body) {
        const update = readDelivery(body, Date.now())
        return update === undefined ? Promise.resolve('strange') : records.inlet.store(update)
      },
    },
  })
  const server = await createServer(app)
  const origin = await server.listen({ host: '127.0.0.1', port: 0 })
  fake.routeWebhook(ORIGIN, origin)
  return { webhook: { url: `${ORIGIN}/telegram/${PATH}`, secret: SECRET }, origin, close: () => server.close() }
}

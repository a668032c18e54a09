import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { exactAmount } from '../../core/shared/amount.ts'
import { giveCommand, sessionIn } from '../authenticate.ts'
import { bulkPage, MOST_CHOSEN, type BulkResult } from '../pages/desk-bulk-page.ts'
import { readerOf, sendPrivatePage } from '../pages/send-page.ts'
import type { ServerApp } from '../server-app.ts'

/** `SUB-12.3`: the item with the revision that was read. */
const Chosen = z.string().regex(/^(?:SUB|DSP|CMP)-[1-9]\d{0,8}\.[1-9]\d{0,8}$/)
const Body = z.object({
  csrf: z.string().max(100),
  key: z.string().max(60),
  item: z.union([Chosen.transform((one) => [one]), z.array(Chosen).max(1_000)]).default([]),
})

/** Approves what was ticked: each item by a command of its own, under a key of its own, so that a list that is sent twice approves nothing twice. */
export function deskBulkRoutes(app: ServerApp): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    server.post('/desk/bulk', { schema: { hide: true, body: Body } }, async (request, reply) => {
      const { item, key } = request.body
      const session = sessionIn(request)
      const chosen = [...new Map(item.map((one) => [one.split('.')[0]!, one])).values()]
      const reader = { ...readerOf(app, request), address: '/desk' }
      if (chosen.length === 0 || chosen.length > MOST_CHOSEN) {
        reply.code(422)
        return sendPrivatePage(reply, bulkPage(reader, app.speak, { count: chosen.length, results: [] }))
      }
      const terms = await app.desk.terms(chosen.map((one) => one.split('.')[0]!))
      const results: BulkResult[] = []
      for (const one of chosen) {
        const [subject = '', revision = ''] = one.split('.')
        const found = terms.get(subject)
        // A list that is sent again finds items that it has decided itself: their commands still give the first answer.
        const amount = found === undefined || found.lowest === found.highest ? {} : { amount: exactAmount(found.lowest) }
        results.push({
          subject,
          answer: await giveCommand(app, session, 'review approve', { subject, revision, ...amount }, `${key}-${subject}`),
        })
      }
      return sendPrivatePage(reply, bulkPage(reader, app.speak, { count: chosen.length, results }))
    })
    ready()
  }
}

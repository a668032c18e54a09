import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { giveCommand, sessionIn } from '../authenticate.ts'
import { formProblems } from '../form.problems.ts'
import { campaignPage, campaignsPage, PROPOSAL_FIELDS, proposedPage, proposePage, type Proposal } from '../pages/campaign-pages.ts'
import { saidAnswer, statusOf } from '../pages/said-answer.ts'
import { readerOf, sendPage, sendPrivatePage } from '../pages/send-page.ts'
import { ProblemError } from '../problem.ts'
import type { ServerApp } from '../server-app.ts'
import { Numbered, Secrets } from './form-schemas.ts'

const SHOWN = 50
const typed = z.string().max(5_000).default('')
const Body = Secrets.extend({ title: typed, summary: typed, budget: typed, reward: typed, most: typed, start: typed, end: typed })
const EMPTY: Proposal = { title: '', summary: '', budget: '', reward: '', most: '', start: '', end: '' }

/** Campaigns for everybody; proposing one is for members. */
export function campaignRoutes(app: ServerApp): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    server.get('/campaigns', { schema: { hide: true } }, async (request, reply) =>
      sendPage(reply, campaignsPage(readerOf(app, request), await app.campaigns.list(['approved', 'proposed'], SHOWN))),
    )

    server.get('/campaigns/:number', { schema: { hide: true, params: Numbered } }, async (request, reply) => {
      const campaign = await app.campaigns.find(request.params.number)
      if (campaign === undefined) throw new ProblemError(formProblems.campaignNone())
      return sendPage(reply, campaignPage(readerOf(app, request), campaign))
    })

    const members = { preValidation: server.requireSession }
    server.get('/campaigns/propose', { ...members, schema: { hide: true } }, (request, reply) =>
      sendPrivatePage(reply, proposePage(readerOf(app, request), { session: sessionIn(request), typed: EMPTY })),
    )

    server.post('/campaigns/propose', { ...members, schema: { hide: true, body: Body } }, async (request, reply) => {
      const session = sessionIn(request)
      const { csrf: _csrf, key, ...proposal } = request.body
      const input = Object.fromEntries(PROPOSAL_FIELDS.map((name) => [name, proposal[name]]))
      const answer = await giveCommand(app, session, 'campaign propose', input, key)
      const reader = readerOf(app, request)
      const said = saidAnswer(reader, app.speak, answer)
      if (answer.reply.tone === 'done') return sendPrivatePage(reply, proposedPage(reader, said))
      const refused = { said, field: answer.reply.ask?.field }
      return sendPrivatePage(reply.code(statusOf(answer)), proposePage(reader, { session, typed: proposal, refused }))
    })
    ready()
  }
}

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Campaign } from '../../core/campaigns/campaign.types.ts'
import { campaignCode } from '../../core/forms/form-definition.ts'
import { mayUse } from '../../core/shared/dispatch.ts'
import { giveCommand, sessionIn, type WebSession } from '../authenticate.ts'
import { formProblems } from '../form.problems.ts'
import {
  campaignPage,
  campaignsPage,
  isChangeable,
  PROPOSAL_FIELDS,
  proposalOf,
  proposedPage,
  proposePage,
  type Proposal,
} from '../pages/campaign-pages.ts'
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
      const campaign = await campaignOf(request.params.number)
      const mayChange = request.session !== undefined && isChangeable(campaign) && isOwn(campaign, request.session)
      const page = campaignPage(readerOf(app, request), campaign, mayChange)
      return mayChange ? sendPrivatePage(reply, page) : sendPage(reply, page)
    })

    const members = { preValidation: server.requireSession }
    server.get('/campaigns/propose', { ...members, schema: { hide: true } }, (request, reply) =>
      sendPrivatePage(reply, proposePage(readerOf(app, request), { session: sessionIn(request), typed: EMPTY })),
    )

    server.post('/campaigns/propose', { ...members, schema: { hide: true, body: Body } }, (request, reply) =>
      propose(request, reply, request.body, undefined),
    )

    const numbered = { hide: true, params: Numbered }
    server.get('/campaigns/:number/edit', { ...members, schema: numbered }, async (request, reply) => {
      const session = sessionIn(request)
      const campaign = await campaignOf(request.params.number)
      if (!isOwn(campaign, session)) throw new ProblemError(formProblems.campaignNotTeam())
      if (!isChangeable(campaign)) throw new ProblemError(formProblems.campaignFixed())
      const typed = proposalOf(campaign, session.actor.timeZone)
      return sendPrivatePage(reply, proposePage(readerOf(app, request), { session, of: campaign, typed }))
    })

    server.post('/campaigns/:number/edit', { ...members, schema: { ...numbered, body: Body } }, async (request, reply) =>
      propose(request, reply, request.body, await campaignOf(request.params.number)),
    )
    ready()

    async function campaignOf(number: number): Promise<Campaign> {
      const campaign = await app.campaigns.find(number)
      if (campaign === undefined) throw new ProblemError(formProblems.campaignNone())
      return campaign
    }

    /** A new proposal, or a change of one: the command decides who may. */
    async function propose(
      request: FastifyRequest,
      reply: FastifyReply,
      { csrf: _csrf, key, ...typed }: z.output<typeof Body>,
      of: Campaign | undefined,
    ): Promise<FastifyReply> {
      const session = sessionIn(request)
      const input = Object.fromEntries(PROPOSAL_FIELDS.map((name) => [name, typed[name]]))
      const changed = of === undefined ? {} : { campaign: campaignCode(of.number) }
      const answer = await giveCommand(app, session, 'campaign propose', { ...input, ...changed }, key)
      const reader = readerOf(app, request)
      const said = saidAnswer(reader, app.speak, answer)
      if (answer.reply.tone === 'done') return sendPrivatePage(reply, proposedPage(reader, said, of !== undefined))
      const refused = { said, field: answer.reply.ask?.field }
      return sendPrivatePage(reply.code(statusOf(answer)), proposePage(reader, { session, of, typed, refused }))
    }
  }
}

/** Of the team, or somebody who may act for every team, as the command has it. */
function isOwn({ team }: Campaign, { actor }: WebSession): boolean {
  return mayUse(actor, 'chair') || team.some(({ memberId }) => memberId === actor.memberId)
}

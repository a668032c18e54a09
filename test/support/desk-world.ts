import { stageReview, type ReviewStage } from './review-stage.ts'
import { signInAs, startWebWorld, WEB_GENESIS, type Visitor, type WebWorld } from './web-world.ts'

/** The web with a committee: Ann, Bob and 林晓 review, Hui is the chair, Olu is a member. */
export interface DeskWorld {
  readonly world: WebWorld
  readonly stage: ReviewStage
  /** Who sends things in; has no browser. */
  readonly cora: string
  as(name: string): Promise<Visitor>
  /** Sends a form of an item's page; gives its answer. */
  act(who: Visitor, subject: string, what: string, fields: Readonly<Record<string, string>>, key?: string): Promise<Response>
  verdicts(subject: string): Promise<{ verdict: string | null; amount: bigint | null; reason: string | null; member: { name: string } }[]>
  memberOf(name: string): Promise<string>
}

export const REVIEWERS = ['ann', 'bob', 'lin'] as const
/** Everybody who may is asked: the three reviewers and the chair. */
export const ALL = { panel: 4, needed: 2 }

let keys = 0
export const newKey = (): string => `key-${String((keys += 1)).padStart(10, '0')}`

export async function startDeskWorld(): Promise<DeskWorld> {
  const world = await startWebWorld()
  const stage = await stageReview(world.community, WEB_GENESIS)
  const cora = await stage.member('Cora Contributor')
  for (const name of REVIEWERS) await stage.member(name, 'reviewer')
  await stage.member('hui', 'chair')
  await stage.member('olu')
  const { prisma } = stage.database
  return {
    world,
    stage,
    cora,
    async as(name) {
      const who = world.browser()
      await signInAs(who, name)
      return who
    },
    async act(who, subject, what, fields, key = newKey()) {
      return who.post(`/desk/${subject}/${what}`, new URLSearchParams({ csrf: await who.csrf('/account'), key, ...fields }))
    },
    verdicts: (subject) =>
      prisma.reviewAssignment.findMany({
        where: { itemRow: { subject }, state: 'decided' },
        select: { verdict: true, amount: true, reason: true, member: { select: { name: true } } },
      }),
    memberOf: async (name) => (await prisma.chatAccount.findFirstOrThrow({ where: { userId: name } })).memberId,
  }
}

export const readPage = async (who: Visitor, path: string): Promise<string> => (await who.get(path)).text()

import type { ChatAccount, ChatPlace, Platform } from '../../core/shared/actor.ts'
import type { MessageReference, Prompt, Prompts } from '../../core/shared/chat-app.ts'
import { DAY, MINUTE, type Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { asFault, type Database } from './database.ts'

const PROMPT_LIFETIME_MS = 15 * MINUTE
/** As long as a draft is kept. */
const PATIENT_LIFETIME_MS = 30 * DAY

/** Questions that wait for an answer, one an account and chat. @param isPatient whether the question may be answered days later */
export function promptStore({ prisma }: Database, now: () => Instant, isPatient: (prompt: Prompt) => boolean): Prompts {
  const where = ({ platform, userId }: ChatAccount, { chatId }: ChatPlace) => ({ platform, userId, chatId })
  return {
    async put(account, place, prompt) {
      const { command, field, input } = prompt
      const expiresAt = new Date(now() + (isPatient(prompt) ? PATIENT_LIFETIME_MS : PROMPT_LIFETIME_MS))
      const data = { command, field, input, expiresAt, takenKey: null }
      const key = where(account, place)
      await prisma.prompt.upsert({ where: { platform_userId_chatId: key }, create: { ...key, ...data }, update: data })
    },
    async take(account, place, by) {
      const rows = await prisma.$queryRaw<{ command: string; field: string; input: Record<string, string>; expires_at: Date }[]>(Prisma.sql`
        UPDATE prompt SET taken_key = ${by} WHERE platform = ${account.platform} AND user_id = ${account.userId} AND chat_id = ${place.chatId}
          AND (taken_key IS NULL OR taken_key = ${by})
        RETURNING command, field, input, expires_at`)
      const prompt = rows[0]
      if (prompt === undefined || prompt.expires_at.getTime() <= now()) return undefined
      return { command: prompt.command, field: prompt.field, input: prompt.input }
    },
  }
}

/** Forgets questions that nobody can answer any more; gives how many. */
export async function forgetQuestions({ prisma }: Database, now: Instant): Promise<number> {
  return (await prisma.prompt.deleteMany({ where: { expiresAt: { lt: new Date(now) } } })).count
}

/** Where a subject such as `EVT-12` is shown. */
export async function rememberCard({ prisma }: Database, subject: string, message: MessageReference, now: Instant): Promise<void> {
  await prisma.card.createMany({ data: [{ subject, ...message, shownAt: new Date(now) }], skipDuplicates: true })
}

export async function forgetCard({ prisma }: Database, subject: string, { platform, chatId, messageId }: MessageReference): Promise<void> {
  await prisma.card.deleteMany({ where: { subject, platform, chatId, messageId } })
}

/**
 * The servers of the community on a platform: the configured ones, else the first that is ever heard from, recorded by an insert that only one can win;
 * and those that operators added. Homes are kept, because they never change; those who ask before there is one wait for the same look, so that a burst costs one.
 */
export function createHome({ prisma }: Pick<Database, 'prisma'>, configured: Readonly<Record<string, readonly string[] | undefined>>) {
  const known = new Map<string, Promise<string>>()
  return async ({ platform }: ChatAccount, { kind, communityId }: ChatPlace): Promise<boolean> => {
    // A group of people that is no server's, such as a group conversation, belongs to nobody.
    if (communityId === undefined) return kind === 'private'
    const homes = configured[platform] ?? [await homeOf(platform, communityId)]
    return isAmong(prisma, platform, homes, communityId)
  }

  function homeOf(platform: string, communityId: string): Promise<string> {
    const asked = known.get(platform)
    if (asked !== undefined) return asked
    const claimed = claim(platform, communityId).catch((error: unknown) => {
      known.delete(platform)
      throw error
    })
    known.set(platform, claimed)
    return claimed
  }

  async function claim(platform: string, communityId: string): Promise<string> {
    const key = homeKey(platform)
    await prisma.setting.createMany({ data: [{ key, value: communityId }], skipDuplicates: true })
    return (await prisma.setting.findUniqueOrThrow({ where: { key } })).value
  }
}

/** Whether a server belongs to the community, for what nobody commanded: unlike a first command, it makes no server the home. */
export function createServed({ prisma }: Pick<Database, 'prisma'>, configured: Readonly<Record<string, readonly string[] | undefined>>) {
  return async (platform: Platform, communityId: string): Promise<boolean> => {
    const first = configured[platform] === undefined ? await prisma.setting.findUnique({ where: { key: homeKey(platform) } }) : null
    const homes = configured[platform] ?? (first === null ? [] : [first.value])
    return isAmong(prisma, platform, homes, communityId)
  }
}

/** Whether a server is one of the homes, was added, or is a home with a new id: the configuration may name the old one for long. */
async function isAmong(prisma: Database['prisma'], platform: string, homes: readonly string[], communityId: string): Promise<boolean> {
  if (homes.includes(communityId) || (await wasAdded(prisma, platform, communityId))) return true
  const moves = await prisma.chat.count({ where: { platform, chatId: { in: [...homes] }, movedTo: communityId } })
  return moves > 0
}

const homeKey = (platform: string): string => `home:${platform}`

/** Read every time: a server that was taken away is refused from its next command on. */
async function wasAdded(prisma: Database['prisma'], platform: string, communityId: string): Promise<boolean> {
  try {
    const guild = await prisma.guild.findUnique({ where: { platform_communityId: { platform, communityId } }, select: { served: true } })
    return guild?.served === true
  } catch (error) {
    throw asFault(error)
  }
}

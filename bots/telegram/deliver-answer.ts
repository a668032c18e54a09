import type { Answer } from '../../core/shared/dispatch.ts'
import { ApiFailure } from './api-failure.ts'
import { againPayload, keptPayload, startLink } from './deep-link.ts'
import type { Target } from './poster.ts'
import { questionFor, withGroup } from './question.ts'
import { keyOf, type Origin } from './read-update.ts'
import { renderReply, type RenderedReply } from './render-reply.ts'
import { wordsOf, type Surface } from './surface.ts'
import { telegramTexts } from './telegram.texts.ts'
import { pageOf } from './turn-page.ts'
import type { Text } from '../../core/shared/text.ts'

const { say } = telegramTexts

/** An answer is worth this many tries, within about a minute. */
const ATTEMPTS = 4

/** Whom an answer is for and where its conversation takes place. */
export interface Conversation {
  readonly origin: Origin
  /** The group in which a command was given whose values are asked for in private. */
  readonly group?: Target | undefined
  /** The line as typed: running it again under the same key gives the same answer. */
  readonly line?: string
}

/** Shows an answer to exactly those who may see it; resolves at the latest when patience is over. @throws ApiFailure, Fault `overload` */
export function deliverAnswer(surface: Surface, conversation: Conversation, answer: Answer): Promise<void> {
  return surface.patience.lend(showAnswer(surface, conversation, answer))
}

async function showAnswer(surface: Surface, conversation: Conversation, answer: Answer): Promise<void> {
  const { origin } = conversation
  const group = conversation.group ?? (origin.isPrivate ? undefined : groupOf(origin))
  if (answer.reply.audience === 'public' && group !== undefined) {
    await postPublic(surface, group, answer)
    if (origin.isPrivate) await notePrivately(surface, origin, answer, say('shownInGroup'))
    return
  }
  if ((await showPrivately(surface, conversation, answer)) === 'shown') {
    if (!origin.isPrivate && !surface.queue.isCrowded(origin.chatId)) await noteInGroup(surface, origin, answer, say('answeredPrivately'))
    return
  }
  if (origin.isPrivate) surface.app.log.info({ chatId: origin.chatId }, 'a member blocked the Telegram bot before it could answer')
  else await noteInGroup(surface, origin, answer, say('startFirst'), await linkTo(surface, conversation, answer))
}

/** Sends an answer into the private chat of the asker, and asks there for what is missing. */
export async function showPrivately(surface: Surface, conversation: Conversation, answer: Answer): Promise<'shown' | 'unreachable'> {
  const { app, poster } = surface
  const { origin } = conversation
  const { ask } = answer.reply
  // A question of a form is in the answer itself, with its buttons.
  const question = ask === undefined || answer.reply.question !== undefined ? undefined : questionFor(app, ask, answer.language)
  const closing = question === undefined ? {} : { closing: [question.text] }
  const whole = renderReply(answer, { ...wordsOf(surface), shape: shapeOf(answer), ...closing })
  const rendered = whole.texts.length > 1 && ask === undefined ? await firstPage(surface, origin, answer) : whole
  const target = { chatId: origin.userId, ...(origin.isPrivate && origin.threadId !== undefined ? { threadId: origin.threadId } : {}) }
  const group = conversation.group ?? (origin.isPrivate ? undefined : groupOf(origin))
  // Before the question is shown: its answer may come faster than the call returns.
  if (question !== undefined || ask === undefined || answer.reply.question !== undefined) await keepQuestion(surface, origin, answer, group)
  try {
    const messageId = await poster.post(target, rendered, {
      attempts: ATTEMPTS,
      ...(question === undefined ? {} : { markup: question.markup }),
    })
    await rememberCard(surface, answer, origin.userId, messageId)
    return 'shown'
  } catch (error) {
    if (error instanceof ApiFailure && error.kind === 'unreachable') return 'unreachable'
    throw error
  }
}

/** Keeps the question that an answer asks, or ends the one that waits. */
export async function keepQuestion({ app }: Surface, origin: Origin, { reply }: Answer, group?: Target): Promise<void> {
  const place = { kind: 'private', chatId: String(origin.userId) } as const
  if (reply.ask !== undefined) await app.prompts.put(origin.account, place, withGroup(reply.ask, group))
  else if (reply.endsAsking === true) await app.prompts.take(origin.account, place, keyOf(origin.key))
}

/** A long answer is one message whose pages are turned over; it is kept, so that this works after a restart too. */
async function firstPage(surface: Surface, { account }: Origin, answer: Answer): Promise<RenderedReply> {
  const id = await surface.kept.keep(account, answer, surface.timers.now())
  return pageOf(surface, answer, { id, page: 0 })
}

/** Posts what everyone may see, and remembers cards. */
export async function postPublic(surface: Surface, target: Target, answer: Answer): Promise<void> {
  const rendered = renderReply(answer, { ...wordsOf(surface), shape: shapeOf(answer) })
  const messageId = await surface.poster.post(target, rendered, { attempts: ATTEMPTS })
  await rememberCard(surface, answer, surface.aliases.current(target.chatId), messageId)
}

/** A card must stay one message, to be edited later. */
const shapeOf = ({ reply }: Answer): 'one' | 'several' => (reply.card !== undefined && reply.file === undefined ? 'one' : 'several')

/** To be called when a reply was shown. */
export async function rememberCard({ app }: Surface, { reply }: Answer, chatId: number, messageId: number): Promise<void> {
  if (reply.card === undefined || reply.audience !== 'public') return
  await app.rememberCard(reply.card, { platform: 'telegram', chatId: String(chatId), messageId: String(messageId) })
}

/** A short line under the member's message, with a button that leads to the private chat. */
export async function noteInGroup(
  surface: Surface,
  origin: Origin,
  answer: Answer,
  text: Text,
  link = startLink(surface.username),
): Promise<void> {
  const rendered = renderReply(noteOf(answer, text), { ...wordsOf(surface), shape: 'one' })
  const label = surface.app.speak(say('openPrivately'), answer.language, { escape: (plain) => plain, instant: String })
  const markup = { inline_keyboard: [[{ text: label, url: link }]] }
  await surface.poster.post(groupOf(origin), rendered, { attempts: ATTEMPTS, markup, isSilent: true })
}

export async function notePrivately(surface: Surface, origin: Origin, answer: Pick<Answer, 'language'>, text: Text): Promise<void> {
  await showPrivately(surface, { origin }, noteOf(answer, text))
}

const noteOf = ({ language }: Pick<Answer, 'language'>, text: Text): Answer => ({
  reply: { audience: 'private', tone: 'info', lines: [text] },
  language,
  timeZone: 'UTC',
})

/** A link by which the member, and nobody else, gets this very answer in private. */
export async function linkTo(surface: Surface, { origin, line }: Conversation, answer: Answer): Promise<string> {
  const tag = line === undefined ? '' : surface.tags.tagOf(origin.userId, origin.key, line)
  const again = line === undefined ? undefined : againPayload(origin.key, tag, line)
  return startLink(surface.username, again ?? keptPayload(await surface.kept.keep(origin.account, answer, surface.timers.now())))
}

export const groupOf = ({ chatId, threadId, messageId }: Origin): Target => ({
  chatId,
  ...(threadId === undefined ? {} : { threadId }),
  ...(messageId === undefined ? {} : { replyTo: messageId }),
})

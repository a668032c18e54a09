import type { Answer } from '../../core/shared/dispatch.ts'
import { hasControls } from '../../core/shared/press.ts'
import { ApiFailure } from './api-failure.ts'
import { deliverAnswer, groupOf, keepQuestion, linkTo, noteInGroup, postPublic, rememberCard, showPrivately } from './deliver-answer.ts'
import { languageAt } from './handle-line.ts'
import { keyOf, placeOf, type Incoming } from './read-update.ts'
import { renderAlert, renderReply } from './render-reply.ts'
import { wordsOf, type Surface } from './surface.ts'
import { telegramTexts } from './telegram.texts.ts'
import { pageOf, readPageRequest, type PageRequest } from './turn-page.ts'
import { exactStyle } from './writing-style.ts'

type Press = Extract<Incoming, { kind: 'press' }>
/** What the presser sees over the chat; empty only ends the waiting sign. */
interface Notice {
  readonly text?: string
  readonly show_alert?: true
  readonly url?: string
}

const { say } = telegramTexts

/** A press in a group waits this long for its answer, so that a short one can be shown to the presser alone; then the waiting sign ends without one. */
const GRACE_MS = 1_500
const NOTICE_TIMEOUT_MS = 5_000
const MAX_ALERT = 200

/** Runs the command of a pressed button and shows its answer: over the chat, in place, or as a new message. */
export async function handlePress(surface: Surface, press: Press): Promise<void> {
  const { app, aliases } = surface
  const { origin, token } = press
  const page = readPageRequest(token)
  if (page !== undefined) return turnPage(surface, press, page)
  const place = placeOf(origin, aliases.current(origin.chatId))
  const answer = app.dispatch.press({ account: origin.account, place, token, key: keyOf(origin.key) })
  if (origin.isPrivate) {
    const [pressed] = await Promise.all([answer, notify(surface, press, {})])
    if (!(await editInPlace(surface, press, pressed))) await deliverAnswer(surface, { origin }, pressed)
    return
  }
  const early = await Promise.race([answer, surface.timers.sleep(GRACE_MS)])
  if (early === undefined) await notify(surface, press, {})
  const pressed = await answer
  if (pressed.reply.audience === 'public') {
    if (early !== undefined) await notify(surface, press, {})
    await surface.patience.lend(postPublic(surface, groupOf(origin), pressed))
    return
  }
  await surface.patience.lend(showToPresser(surface, press, pressed, early !== undefined))
}

/** A private answer to a press in a group: over the chat when it is short, else in private, else by a link. */
async function showToPresser(surface: Surface, press: Press, answer: Answer, canNotify: boolean): Promise<void> {
  const { origin } = press
  const { text, isWhole } = renderAlert(answer, surface.app.speak)
  if (canNotify && isWhole && text.length <= MAX_ALERT) {
    if (await notify(surface, press, { text, show_alert: true })) return
  }
  const shown = showPrivately(surface, { origin }, answer)
  const isSlow = (await Promise.race([shown, surface.timers.sleep(GRACE_MS)])) === undefined
  if (canNotify && isSlow) await notify(surface, press, {})
  const canStillNotify = canNotify && !isSlow
  if ((await shown) === 'shown') {
    const told = surface.app.speak(say('answeredPrivately'), answer.language, exactStyle(answer.timeZone))
    if (canStillNotify) await notify(surface, press, { text: told })
    return
  }
  const link = await linkTo(surface, { origin }, answer)
  if (canStillNotify && (await notify(surface, press, { url: link }))) return
  await noteInGroup(surface, origin, answer, say('startFirst'), link)
}

/** Shows another page of a long answer in place of the one before. */
async function turnPage(surface: Surface, press: Press, request: PageRequest): Promise<void> {
  const { origin, message } = press
  const answer = await surface.kept.find(request.id, origin.account, surface.timers.now())
  if (answer === undefined || answer === 'other') {
    const text = say(answer === 'other' ? 'linkOther' : 'linkOld')
    await notify(surface, press, {
      text: surface.app.speak(text, await languageAt(surface, origin), exactStyle('UTC')),
      show_alert: true,
    })
    return
  }
  // Only where it was shown: a page is for its member alone.
  const canEdit = origin.isPrivate && message !== undefined
  await notify(surface, press, {})
  const rendered = pageOf(surface, answer, request)
  if (canEdit && (await surface.poster.edit(origin.chatId, message.message_id, rendered, 4)) === 'edited') return
  await surface.patience.lend(surface.poster.post({ chatId: origin.userId }, rendered, { attempts: 4 }).then(() => undefined))
}

/** Ends the waiting sign of the button. Never throws: a press that is too old cannot be answered, and must not keep the command from its answer. */
async function notify({ api, app }: Surface, press: Press, notice: Notice): Promise<boolean> {
  try {
    await api.call('answerCallbackQuery', { callback_query_id: press.queryId, ...notice }, { timeoutMs: NOTICE_TIMEOUT_MS })
    return true
  } catch (error) {
    app.log.info({ reason: error instanceof Error ? error.message : String(error) }, 'a press on Telegram could not be answered')
    return false
  }
}

/**
 * The member's own private message becomes the answer, when that is the next step of the same thing: the button did its work, or leads on to other buttons.
 * A reading answer under a menu of several buttons is a new message, so that the menu stays.
 */
async function editInPlace(surface: Surface, { origin, message }: Press, answer: Answer): Promise<boolean> {
  const { reply } = answer
  const buttons = message?.reply_markup?.inline_keyboard.flat().length ?? 0
  const leadsOn = reply.tone === 'done' || (reply.tone === 'info' && (buttons <= 1 || hasControls(reply)))
  const asks = reply.ask !== undefined && reply.question === undefined
  if (message?.text === undefined || !leadsOn || asks || reply.file !== undefined) return false
  const several = renderReply(answer, { ...wordsOf(surface), shape: 'several' })
  if (several.texts.length > 1 || several.files.length > 0) return false
  await keepQuestion(surface, origin, answer)
  try {
    const outcome = await surface.poster.edit(origin.chatId, message.message_id, several, 4)
    if (outcome === 'edited') await rememberCard(surface, answer, origin.chatId, message.message_id)
    return outcome === 'edited'
  } catch (error) {
    // A new message is as good.
    if (error instanceof ApiFailure && error.kind === 'refused') return false
    throw error
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type {
  AnySelectMenuInteraction,
  ButtonInteraction,
  ChatInputCommandInteraction,
  Interaction,
  ModalSubmitInteraction,
} from 'discord.js'
import type { ChatApp } from '../../core/shared/chat-app.ts'
import { commandName } from '../../core/shared/command.ts'
import { languageOfLocale, refusalReply, type Answer } from '../../core/shared/dispatch.ts'
import type { Refusal } from '../../core/shared/refusal.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { isTooLate } from './api-trouble.ts'
import { answerAutocomplete } from './answer-autocomplete.ts'
import { defer, keyOf, showAnswer, type Answerable, type Deferral } from './answer-interaction.ts'
import { discordTexts } from './discord.texts.ts'
import { askForm, questionOf, readForm, type Question } from './ask-form.ts'
import { keepAttachments, withRefusals } from './keep-attachments.ts'
import type { IsAttachment } from './load-attachment.ts'
import { readChoice } from './read-choice.ts'
import { readInput } from './read-input.ts'
import { formOfPage, PAGE_COMMAND, pageModal, readPage } from './page-modal.ts'
import { OPEN_PAGE, PRESS } from './render-reply.ts'
import type { SlashCommands } from './slash-commands.ts'
import { accountOf, placeOf } from './who-and-where.ts'

/** Takes one interaction from its arrival to its answer. Rejects only when Discord itself failed; the caller logs that. */
export function interactionHandler(
  app: ChatApp,
  slash: SlashCommands,
  isAttachment: IsAttachment,
): (interaction: Interaction) => Promise<void> {
  async function onCommand(interaction: ChatInputCommandInteraction): Promise<void> {
    const group = interaction.options.getSubcommandGroup(false)
    const sub = interaction.options.getSubcommand(false) ?? ''
    const command = slash.find(interaction.commandName, group, sub)
    const name = command === undefined ? [group, sub].filter((word) => word !== null).join(' ') : commandName(command)
    const isPublic = command?.audience === 'public' || placeOf(interaction).kind === 'private'
    await run(interaction, isPublic ? 'public' : 'private', name, async () => {
      // A command that was renamed: Discord shows the old one for a while. Core says that there is none.
      if (command === undefined) return dispatch(interaction, name, {})
      const input = await readInput(interaction, command, isAttachment)
      return input.ok ? dispatch(interaction, name, input.result) : refused(app, interaction, input.refusal)
    })
  }

  async function onChoice(interaction: AnySelectMenuInteraction): Promise<void> {
    const { token, value } = readChoice(interaction)
    await run(interaction, 'beside', 'button', () => press(interaction, token, value))
  }

  async function onButton(interaction: ButtonInteraction): Promise<void> {
    if (interaction.customId.startsWith(OPEN_PAGE)) return openPage(interaction, interaction.customId.slice(OPEN_PAGE.length))
    const asked = questionOf(interaction.customId, app.commands)
    if (asked?.kind === 'button') return openForm(interaction, asked.question)
    // What is not ours to read is no token that was ever given out, so core says that the button is no longer in use.
    const token = interaction.customId.startsWith(PRESS) ? interaction.customId.slice(PRESS.length) : interaction.customId
    await run(interaction, 'beside', 'button', () => press(interaction, token))
  }

  /** A form must be the first answer, so nothing is loaded before it. */
  async function openForm(interaction: ButtonInteraction, question: Question): Promise<void> {
    try {
      await interaction.showModal(askForm(question, app.speak))
    } catch (error) {
      if (!isTooLate(error)) throw error
    }
  }

  /**
   * A page of questions must be the first answer too, and shows what the draft has: its command reads only, so that it may run before Discord has taken
   * anything, and it gets two of the three seconds.
   */
  async function openPage(interaction: ButtonInteraction, token: string): Promise<void> {
    const answer = await withinTime(press(interaction, token))
    const reply = answer?.reply
    if (answer === undefined || reply?.form === undefined)
      return run(interaction, 'beside', 'button', async () => answer ?? (await refused(app, interaction, tooSlow())))
    try {
      await interaction.showModal(pageModal(reply.form, answer.language, app))
    } catch (error) {
      if (!isTooLate(error)) throw error
    }
  }

  async function onPage(interaction: ModalSubmitInteraction, form: string): Promise<void> {
    const entries = readPage(interaction, app.publicOrigin)
    const work = async (): Promise<Answer> => {
      const { answers, refusals } = await keepAttachments(app, interaction, entries, isAttachment)
      return withRefusals(await dispatch(interaction, PAGE_COMMAND, { form, answers: JSON.stringify(answers) }), refusals)
    }
    await run(interaction, 'instead', PAGE_COMMAND, work, true)
  }

  async function onForm(interaction: ModalSubmitInteraction): Promise<void> {
    const page = formOfPage(interaction.customId)
    if (page !== undefined && interaction.isFromMessage()) return onPage(interaction, page)
    const asked = questionOf(interaction.customId, app.commands)
    if (asked?.kind !== 'form' || !interaction.isFromMessage())
      return run(interaction, 'private', 'button', () => press(interaction, interaction.customId))
    const { command, field } = asked.question
    const name = commandName(command)
    await run(interaction, 'instead', name, async () => {
      const [account, place] = [accountOf(interaction), placeOf(interaction)]
      const prompt = await app.prompts.take(account, place, keyOf(interaction))
      if (prompt?.command !== name || prompt.field !== field) {
        // Another question was asked since; that one still waits for its own answer.
        if (prompt !== undefined) await app.prompts.put(account, place, prompt)
        return press(interaction, interaction.customId)
      }
      const value = await readForm(interaction, field, isAttachment)
      const answer = value.ok
        ? await dispatch(interaction, name, { ...prompt.input, [field]: value.result })
        : await refused(app, interaction, value.refusal)
      // The world failed, not the member: what was typed before is kept for another try with the same question.
      return value.ok && answer.reply.tone !== 'fault' ? answer : { ...answer, reply: { ...answer.reply, ask: prompt } }
    })
  }

  /** @param keepsOnFault when the world fails, the answer comes beside the message, whose button then works again */
  async function run(
    interaction: Answerable,
    how: Deferral,
    command: string,
    work: () => Promise<Answer>,
    keepsOnFault = false,
  ): Promise<void> {
    if (!(await defer(interaction, how))) {
      app.log.info({ command, interaction: interaction.id }, 'an interaction was already answered or came too late')
      return
    }
    let answer: Answer
    try {
      answer = await work()
    } catch (error) {
      // Whatever is broken: the language needs nothing more than the interaction.
      const reply = refusalReply(bug(app.report(error, { command, key: keyOf(interaction) })))
      answer = { reply, language: languageOfLocale(interaction.locale), timeZone: 'UTC' }
    }
    await showAnswer(app, interaction, keepsOnFault && answer.reply.tone === 'fault' ? 'beside' : how, answer, command)
  }

  const dispatch = (interaction: Answerable, command: string, input: Readonly<Record<string, string>>): Promise<Answer> =>
    app.dispatch({ account: accountOf(interaction), place: placeOf(interaction), command, input, key: keyOf(interaction) })

  const press = (interaction: Answerable, token: string, value?: string): Promise<Answer> =>
    app.dispatch.press({
      account: accountOf(interaction),
      place: placeOf(interaction),
      token,
      key: keyOf(interaction),
      ...(value === undefined ? {} : { value }),
    })

  return async (interaction) => {
    // People act, not programs: a bot has no account that could hold anything.
    if (interaction.user.bot) return
    if (interaction.isAutocomplete()) await answerAutocomplete(app, slash, interaction)
    else if (interaction.isChatInputCommand()) await onCommand(interaction)
    else if (interaction.isButton()) await onButton(interaction)
    else if (interaction.isAnySelectMenu()) await onChoice(interaction)
    else if (interaction.isModalSubmit()) await onForm(interaction)
  }
}

/** A refusal of this surface itself, before dispatch knew the member. */
async function refused(app: ChatApp, interaction: Answerable, refusal: Refusal): Promise<Answer> {
  const language = await app.languageOf(accountOf(interaction), placeOf(interaction))
  return { reply: refusalReply(refusal), language, timeZone: 'UTC' }
}

/** Discord wants a modal within three seconds; the way there and back takes some of it. */
const OPEN_PAGE_MS = 2_000

async function withinTime(answer: Promise<Answer>): Promise<Answer | undefined> {
  const over = new AbortController()
  try {
    return await Promise.race([answer, sleep(OPEN_PAGE_MS, undefined, { signal: over.signal, ref: false }).catch(() => undefined)])
  } finally {
    over.abort()
    // It reads only: what comes too late is not missed, and whatever broke it was reported.
    answer.catch(() => undefined)
  }
}

function tooSlow(): Refusal {
  return { code: 'page.slow', kind: 'limited', reason: discordTexts.say('pageSlow'), nextStep: discordTexts.say('pageSlowNext') }
}

function bug(id: string): Refusal {
  return { code: 'bug', kind: 'conflict', reason: sharedTexts.say('bugReason'), nextStep: sharedTexts.say('bugNext', { id }) }
}

import type { ChatPlace } from './actor.ts'
import { done, refuse, type Outcome, type Refusal } from './refusal.ts'
import type { Button, Choice, IssuedButton, IssuedChoice, Reply } from './reply.ts'
import { sharedTexts } from './shared.texts.ts'
import type { Text } from './text.ts'

const { say } = sharedTexts

/** What a button or choice was issued for, as it is found again by its token. */
export interface Issued {
  readonly command: string
  readonly input: Readonly<Record<string, string>>
  /** Where its command was given; kept for private answers in groups, which some platforms show elsewhere. */
  readonly place?: ChatPlace | undefined
  /** Set for a choice. `values` are those of its options; undefined where the platform offers its own. */
  readonly choice?: { readonly field: string; readonly values: readonly string[] | undefined } | undefined
}

/** True for a button that has its token. */
export function isIssued<Control extends Button | Choice>(control: Control): control is Control & { readonly token: string } {
  return 'token' in control
}

/** Whether a reply has anything that needs a token. */
export const hasControls = ({ buttons = [], choices = [] }: Reply): boolean => buttons.length + choices.length > 0

/** Gives every button and choice of a reply its token. */
export function withTokens(
  reply: Reply,
  issue: (control: Button | Choice) => string,
): Omit<Reply, 'buttons' | 'choices'> & { readonly buttons?: readonly IssuedButton[]; readonly choices?: readonly IssuedChoice[] } {
  const { buttons, choices, ...rest } = reply
  return {
    ...rest,
    ...(buttons === undefined ? {} : { buttons: buttons.map((button) => ({ ...button, token: issue(button) })) }),
    ...(choices === undefined ? {} : { choices: choices.map((choice) => ({ ...choice, token: issue(choice) })) }),
  }
}

/** The place to keep with what is issued in a reply to a command that was given there. */
export const placeToKeep = (reply: Reply, place: ChatPlace): ChatPlace | undefined =>
  reply.audience === 'private' && place.kind === 'group' ? place : undefined

/** The values that a choice may have, as they are kept. */
export const valuesOf = ({ options }: Choice): readonly string[] | undefined =>
  typeof options === 'string' ? undefined : options.map(({ value }) => value)

/** Something to press: a button, or one option of a choice on a platform that has no lists. */
export interface Pressable {
  readonly label: Text
  readonly token: string
  readonly style: NonNullable<Button['style']>
}

/** The options of a choice as buttons; none where the platform itself would have to offer them. */
export function optionButtons(choice: IssuedChoice): readonly Pressable[] {
  if (typeof choice.options === 'string') return []
  return choice.options.map(({ label }, index) => ({ label, token: optionToken(choice.token, index), style: 'plain' }))
}

/** Stands for one option: its place in the list, because a value may be longer than what platforms carry. */
export const optionToken = (token: string, index: number): string => `${token}.${index}`

/** What a token can look like; anything else was never given out, and need not be looked for. */
const TOKEN = /^([\w-]{1,64})(?:\.(\d{1,3}))?$/

export function readToken(token: string): { readonly token: string; readonly option: number | undefined } | undefined {
  const [, base, option] = TOKEN.exec(token) ?? []
  return base === undefined ? undefined : { token: base, option: option === undefined ? undefined : Number(option) }
}

/**
 * The input of what was pressed. @param option place of the chosen option in its list @param value what was chosen from a list of the platform's own; the
 * command reads it like anything typed
 */
export function pressedInput(
  { input, choice }: Issued,
  option: number | undefined,
  value: string | undefined,
): Outcome<Readonly<Record<string, string>>> {
  if (choice === undefined) return option === undefined && value === undefined ? done(input) : refuse(controlRefusal('gone'))
  const chosen = choice.values === undefined ? (option === undefined ? value : undefined) : choice.values[option ?? -1]
  const isMixed = choice.values !== undefined && value !== undefined
  if (chosen === undefined || chosen === '' || isMixed)
    return refuse({ code: 'choice.unknown', kind: 'invalid', reason: say('choiceUnknown'), nextStep: say('choiceUnknownNext') })
  return done({ ...input, [choice.field]: chosen })
}

export function controlRefusal(state: 'gone' | 'other' | 'used'): Refusal {
  if (state === 'other')
    return { code: 'button.other_member', kind: 'forbidden', reason: say('buttonOther'), nextStep: say('buttonOtherNext') }
  if (state === 'used') return { code: 'button.used', kind: 'conflict', reason: say('buttonUsed'), nextStep: say('buttonUsedNext') }
  return { code: 'button.gone', kind: 'gone', reason: say('buttonGone'), nextStep: say('buttonGoneNext') }
}

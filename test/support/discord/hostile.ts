import { ComponentType, InteractionType, type APIMessage } from 'discord-api-types/v10'
import type { Conversation } from './conversation.ts'
import type { DiscordFake } from './discord-fake.ts'
import type { Place } from './invoke.ts'

/** Texts that people paste, that programs send, and that attackers try; each must end in an answer, never in a bug. Reusable against any text field. */
export const HOSTILE_TEXTS: readonly string[] = [
  '\u0000',
  '\u0001\u0002\u001b[31m',
  '\r\n\t',
  '   ',
  '\u3000',
  '\u200b\u200c\u200d',
  '\u202eevil\u202c',
  '\u2066\u2069',
  '\ufeff',
  '\ud800',
  'a\udc00b',
  '\ufffd',
  '😀',
  '👨‍👩‍👧‍👦👨‍👩‍👧‍👦',
  '🇨🇳🇺🇳',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢',
  'ﷺ'.repeat(100),
  '字'.repeat(2_000),
  'x'.repeat(6_000),
  '@everyone',
  '@here',
  '<@300000000000000001>',
  '<@&200000000000000001>',
  '<#200000000000000001>',
  '</pos:1>',
  '<t:0:R>',
  '<t:999999999999999999:F>',
  '<:x:1>',
  '[click](https://evil.example)',
  'https://evil.example',
  '```',
  '`'.repeat(50),
  '**_~~||>>> # - 1.',
  '{{name}}',
  '{{text}} {{count}}',
  '$t(shared.plain)',
  '$&$1$$',
  '%s%n%d',
  '${7*7}',
  "'; DROP TABLE member; --",
  "' OR 1=1 --",
  '\\',
  '\\x00',
  '%00',
  '../../../etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-0',
  '0x10',
  '1e400',
  '-1',
  '0',
  '99999999999999999999',
  '１２',
  '٣',
  '1,5',
  '1.0000000001',
  'true',
  'EVT-0',
  'EVT-999999999',
  'EVT-9999999999',
  'EVT--1',
  'evt',
  '2027-02-30 25:61',
  '+30m',
  '+999999999999m',
  'now now',
  '<script>alert(1)</script>',
  '<b>x',
  '&amp;&lt;',
  '{"a":1}',
  '[]',
  '=1+1',
  '"',
  '“”',
  'a:b=c',
  'title: x title: y',
]

/** `custom_id`s of buttons and forms that the present bot did not give out. */
export const HOSTILE_IDS: readonly string[] = [
  '',
  ' ',
  ':',
  '::::',
  'b1',
  'b1:',
  'b1: ',
  'b1:\u0000',
  'b1:token',
  `b1:${'x'.repeat(22)}`,
  `b1:${'x'.repeat(97)}`,
  `b1:${'x'.repeat(22)}.0`,
  's1:',
  `s1:${'x'.repeat(22)}`,
  `s1:${'x'.repeat(22)}.0`,
  `s2:${'x'.repeat(22)}`,
  `b1:${'字'.repeat(30)}`,
  `b0:${'x'.repeat(22)}`,
  `b2:${'x'.repeat(22)}`,
  `B1:${'x'.repeat(22)}`,
  "b1:' OR 1=1 --",
  'b1:../../x',
  'b1:__proto__',
  'a1',
  'a1:',
  'a1:en',
  'a1:en:every',
  'a1:en:every:',
  'a1:en:every:nothing',
  'a1:en:every:__proto__',
  'a1:en:every:constructor',
  'a1:en:nothing:title',
  'a1:en:__proto__:title',
  'a1:xx:every:title',
  'a1:en:every:title:more',
  'a0:en:every:title',
  'a2:en:every:title',
  'm1:en:every:title',
  'm1:en:nothing:title',
  'm1:en:every:constructor',
  'm2:en:every:title',
  'm0:en:every:title',
  `m1:en:every:${'t'.repeat(88)}`,
  'x'.repeat(100),
  '\ud800',
  '@everyone',
]

/** What a form may come back with instead of its one field `value`. */
export const HOSTILE_FIELDS: readonly (readonly [what: string, components: readonly unknown[]])[] = [
  ['nothing at all', []],
  ['a label without a field', [{ type: ComponentType.Label, id: 1 }]],
  ['another field', [field('other', 'x')]],
  ['a second field', [field('value', 'fine'), field('extra', 'x')]],
  [
    'the field as a select',
    [{ type: ComponentType.Label, id: 1, component: { type: ComponentType.StringSelect, id: 2, custom_id: 'value', values: [] } }],
  ],
  [
    'two values',
    [
      {
        type: ComponentType.Label,
        id: 1,
        component: { type: ComponentType.StringSelect, id: 2, custom_id: 'value', values: ['essay', 'code'] },
      },
    ],
  ],
  [
    'the field as a tick',
    [{ type: ComponentType.Label, id: 1, component: { type: ComponentType.Checkbox, id: 2, custom_id: 'value', value: true } }],
  ],
  ['an empty text', [field('value', '')]],
  ['a text beyond the limit', [field('value', 'x'.repeat(5_000))]],
  ['a text far beyond the limit', [field('value', 'x'.repeat(300_000))]],
  ['a zero byte', [field('value', '\u0000')]],
  ['half a character', [field('value', '\ud83d')]],
]

/** What a list may come back with that nobody can have chosen: its own kind of component, or the one that is named. */
export const HOSTILE_CHOICES: readonly (readonly [what: string, kind: ComponentType | undefined, values: unknown])[] = [
  ['no value', undefined, []],
  ['an empty value', undefined, ['']],
  ['two values', undefined, ['0', '1']],
  ['26 values', undefined, Array.from({ length: 26 }, (_, index) => String(index))],
  ['a place beyond the list', undefined, ['2']],
  ['a place far beyond the list', undefined, ['99999999999999999999']],
  ['a place before the list', undefined, ['-1']],
  ['half a place', undefined, ['0.5']],
  ['the label of an option', undefined, ['Row 1']],
  ['a word that every object has', undefined, ['constructor']],
  ['a zero byte', undefined, ['\u0000']],
  ['half a character', undefined, ['\ud800']],
  ['the place of an option, as a channel', ComponentType.ChannelSelect, ['0']],
  ['the place of an option, as a role', ComponentType.RoleSelect, ['0']],
  ['a user', ComponentType.UserSelect, ['300000000000000001']],
]

function field(customId: string, value: string) {
  return { type: ComponentType.Label, id: 1, component: { type: ComponentType.TextInput, id: 2, custom_id: customId, value } }
}

/** Presses a button of a message that has no such button. */
export function forgePress(fake: DiscordFake, who: Place, message: APIMessage, customId: string): Promise<Conversation> {
  const data = { component_type: ComponentType.Button, custom_id: customId, id: 1 }
  return fake.forge({ ...who, channel: message.channel_id, type: InteractionType.MessageComponent, data, message })
}

/** Chooses from a list what the list, or its reader, does not allow. `resolved` is what Discord would send for an id that it knows. */
export function forgeChoice(
  fake: DiscordFake,
  who: Place,
  message: APIMessage,
  chosen: { readonly customId: string; readonly type: ComponentType; readonly values: unknown; readonly resolved?: object },
): Promise<Conversation> {
  const { customId, type, values, resolved } = chosen
  const data = { component_type: type, custom_id: customId, id: 1, values, ...(resolved === undefined ? {} : { resolved }) }
  return fake.forge({ ...who, channel: message.channel_id, type: InteractionType.MessageComponent, data, message })
}

/** Sends a form that was never opened. */
export function forgeForm(
  fake: DiscordFake,
  who: Place,
  message: APIMessage | undefined,
  customId: string,
  components: readonly unknown[],
): Promise<Conversation> {
  const data = { custom_id: customId, components }
  const from = message === undefined ? {} : { message, channel: message.channel_id }
  return fake.forge({ ...who, ...from, type: InteractionType.ModalSubmit, data })
}

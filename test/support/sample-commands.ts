import { z } from 'zod'
import { defineCommand, type Command } from '../../core/shared/command.ts'
import { Fault } from '../../core/shared/fault.ts'
import {
  amountField,
  booleanField,
  choiceField,
  codeField,
  instantField,
  integerField,
  memberField,
  textField,
  verbatimField,
} from '../../core/shared/field.ts'
import { channelField, groupRoleField } from '../../core/guild/guild-fields.ts'
import { done, refuse } from '../../core/shared/refusal.ts'
import type { Reply } from '../../core/shared/reply.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { sampleTexts } from './sample-texts.ts'

const { say } = sampleTexts

/** A message to sign with everything in it that a careless renderer would change. */
export const SIGNED_MESSAGE = 'wepos.example wants you to sign in:\n\n  *bold* <@1> `code` \\ & <b>x</b>\nNonce: 8f3k'
/** 2027-02-03T18:00:00Z */
export const SAMPLE_INSTANT = Date.UTC(2027, 1, 3, 18)

/** What the sample commands change. */
export interface SampleData {
  notes: { number: number; text: string; dropped: boolean }[]
  events: { title: string; cancelled: boolean; joined: string[] }[]
  imports: string[]
  waits: number
}

export interface SamplePort {
  readonly data: SampleData
  /** Resolves when the test lets a `wait` go on. */
  gate(): Promise<void>
}

/** One more than a platform lists. */
const LETTERS: readonly [string, ...string[]] = ['a', ...Array.from('bcdefghijklmnopqrstuvwxyz')]

const priv = (reply: Omit<Reply, 'audience'>): Reply => ({ audience: 'private', ...reply })
const pub = (reply: Omit<Reply, 'audience'>): Reply => ({ audience: 'public', ...reply })
const plain = (text: string): Reply['lines'][number] => sharedTexts.say('plain', { text })

/** Gives one command its port type, so that a list can hold them all. */
function sample<Shape extends z.ZodRawShape, Result>(command: Command<Shape, SamplePort, Result>) {
  return defineCommand(command) as unknown as Command<z.ZodRawShape, SamplePort>
}

const none = z.object({})

/** A small product: one command of every shape that a bot must be able to carry. */
export const sampleCommands = [
  sample({
    name: ['balance'],
    summary: say('balanceSummary'),
    access: 'member',
    effect: 'read',
    audience: 'private',
    input: none,
    run: ({ actor }) => Promise.resolve(done(actor.name)),
    render: (name) =>
      priv({
        tone: 'info',
        title: say('balance'),
        lines: [say('hello', { name })],
        fields: [
          { label: say('available'), value: 1_234_500_000_000n },
          { label: say('since'), value: { at: SAMPLE_INSTANT } },
        ],
      }),
  }),
  sample({
    name: ['status'],
    summary: say('statusSummary'),
    access: 'member',
    effect: 'read',
    audience: 'public',
    input: none,
    run: () => Promise.resolve(done(undefined)),
    render: () => pub({ tone: 'info', lines: [say('well')] }),
  }),
  sample({
    name: ['note', 'add'],
    summary: say('noteAddSummary'),
    access: 'member',
    effect: 'write',
    audience: 'private',
    input: z.object({ text: textField(say('noteText'), { max: 80, takesRest: true }) }),
    run: ({ port }, { text }) => {
      const number = port.data.notes.length + 1
      port.data.notes.push({ number, text, dropped: false })
      return Promise.resolve(done({ number, text }))
    },
    render: ({ number, text }) =>
      priv({
        tone: 'done',
        lines: [say('noteKept', { number, text })],
        buttons: [{ label: say('undo'), command: 'note drop', input: { number: String(number) }, allowed: 'owner', once: true }],
      }),
  }),
  sample({
    name: ['note', 'drop'],
    summary: say('noteDropSummary'),
    access: 'member',
    effect: 'write',
    audience: 'private',
    input: z.object({ number: integerField(say('noteNumber'), { min: 1, max: 1_000_000 }) }),
    run: ({ port }, { number }) => {
      const note = port.data.notes.find((each) => each.number === number && !each.dropped)
      if (note === undefined) {
        const refusal = { code: 'note.unknown', kind: 'not_found', reason: say('noteUnknown', { number }) } as const
        return Promise.resolve(refuse({ ...refusal, nextStep: say('noteUnknownNext'), field: 'number' }))
      }
      note.dropped = true
      return Promise.resolve(done(number))
    },
    render: (number) => priv({ tone: 'done', lines: [say('noteDropped', { number })] }),
  }),
  sample({
    name: ['note', 'list'],
    summary: say('noteListSummary'),
    access: 'member',
    effect: 'read',
    audience: 'private',
    input: none,
    run: ({ port }) => Promise.resolve(done(port.data.notes.filter(({ dropped }) => !dropped))),
    render: (notes) => {
      const every = { command: 'every', input: { title: 'chosen' }, allowed: 'owner' } as const
      const options = notes.map(({ number, text }) => ({ label: say('row', { number }), value: String(number), hint: plain(text) }))
      return priv({
        tone: 'info',
        title: say('balance'),
        lines: [],
        choices: [
          { label: say('noteChoose'), command: 'note drop', field: 'number', input: {}, allowed: 'owner', options },
          { ...every, label: say('chat'), field: 'chat', options: 'channels' },
          { ...every, label: say('groupRole'), field: 'groupRole', options: 'roles' },
        ],
      })
    },
  }),
  sample({
    name: ['event', 'create'],
    summary: say('eventCreateSummary'),
    access: 'host',
    effect: 'write',
    audience: 'public',
    input: z.object({
      title: textField(say('eventTitle'), { max: 60, takesRest: true }),
      minutes: integerField(say('minutes'), { min: 1, max: 600 }).optional(),
    }),
    run: ({ port }, { title }) => {
      port.data.events.push({ title, cancelled: false, joined: [] })
      return Promise.resolve(done({ code: `EVT-${port.data.events.length}`, title }))
    },
    render: ({ code, title }) =>
      pub({
        tone: 'done',
        lines: [say('event', { code, title })],
        card: code,
        buttons: [
          { label: say('join'), command: 'event join', input: { event: code }, allowed: 'anyone', style: 'primary' },
          { label: say('cancel'), command: 'event cancel', input: { event: code }, allowed: 'owner', once: true, style: 'danger' },
        ],
      }),
  }),
  sample({
    name: ['event', 'join'],
    summary: say('eventJoinSummary'),
    access: 'member',
    effect: 'write',
    audience: 'private',
    input: z.object({ event: codeField(say('eventCode'), 'EVT') }),
    run: ({ port, actor }, { event }) => {
      const code = `EVT-${event}`
      const joined = port.data.events[event - 1]?.joined ?? []
      if (joined.includes(actor.memberId)) {
        const refusal = { code: 'event.joined', kind: 'conflict', reason: say('joinedBefore', { code }) } as const
        return Promise.resolve(refuse({ ...refusal, nextStep: say('joinedBeforeNext') }))
      }
      joined.push(actor.memberId)
      return Promise.resolve(done(code))
    },
    render: (code) => priv({ tone: 'done', lines: [say('joined', { code })] }),
  }),
  sample({
    name: ['event', 'cancel'],
    summary: say('eventCancelSummary'),
    access: 'host',
    effect: 'write',
    audience: 'public',
    input: z.object({ event: codeField(say('eventCode'), 'EVT') }),
    run: ({ port }, { event }) => {
      const found = port.data.events[event - 1]
      if (found !== undefined) found.cancelled = true
      return Promise.resolve(done(`EVT-${event}`))
    },
    render: (code) => pub({ tone: 'done', lines: [say('cancelled', { code })] }),
  }),
  sample({
    name: ['greet'],
    summary: say('greetSummary'),
    access: 'member',
    effect: 'read',
    audience: 'public',
    input: z.object({ name: textField(say('name'), { max: 200, takesRest: true }) }),
    run: (_run, { name }) => Promise.resolve(done(name)),
    render: (name) =>
      pub({
        tone: 'info',
        title: plain(name),
        lines: [say('hello', { name }), plain(name)],
        fields: [{ label: say('name'), value: name }],
        table: { header: [say('rowName'), say('rowAmount')], rows: [[name, 1_000_000_000n]] },
      }),
  }),
  sample({
    name: ['list'],
    summary: say('listSummary'),
    access: 'member',
    effect: 'read',
    audience: 'private',
    input: z.object({
      kind: choiceField(say('listKind'), ['lines', 'fields', 'table', 'buttons', 'verbatim', 'everything', 'options']),
      rows: integerField(say('rows'), { min: 0, max: 10_000 }),
    }),
    run: (_run, input) => Promise.resolve(done(input)),
    render: ({ kind, rows }) => manyThings(kind, rows),
  }),
  sample({
    name: ['sign'],
    summary: say('signSummary'),
    access: 'member',
    effect: 'read',
    audience: 'private',
    input: none,
    run: () => Promise.resolve(done(undefined)),
    render: () =>
      priv({
        tone: 'info',
        lines: [say('signLine')],
        verbatim: SIGNED_MESSAGE,
        file: { name: 'message.csv', mediaType: 'text/csv', content: 'code,amount\nEVT-1,12.5\n' },
      }),
  }),
  sample({
    name: ['import'],
    summary: say('importSummary'),
    access: 'member',
    effect: 'write',
    audience: 'private',
    input: z.object({ data: verbatimField(say('data'), { max: 150_000, file: true }) }),
    run: ({ port }, { data }) => {
      port.data.imports.push(data)
      return Promise.resolve(done(data.length))
    },
    render: (length) => priv({ tone: 'done', lines: [say('read', { length })] }),
  }),
  sample({
    name: ['every'],
    summary: say('everySummary'),
    access: 'member',
    effect: 'read',
    audience: 'private',
    input: z.object({
      title: textField(say('eventTitle'), { max: 60 }),
      amount: amountField(say('rowAmount')).optional(),
      startsAt: instantField(say('rowAt')).optional(),
      minutes: integerField(say('minutes'), { min: 1, max: 600 }).optional(),
      open: booleanField(say('available')).optional(),
      kind: choiceField(say('listKind'), ['essay', 'code']).optional(),
      member: memberField(say('rowName')).optional(),
      event: codeField(say('eventCode'), 'EVT', 'event').optional(),
      letter: choiceField(say('letter'), LETTERS).optional(),
      groupRole: groupRoleField(say('groupRole')).optional(),
      chat: channelField(say('chat')).optional(),
    }),
    run: (_run, input) => Promise.resolve(done(input)),
    render: (input) =>
      priv({
        tone: 'info',
        lines: [],
        verbatim: JSON.stringify(input, (_key, value: unknown) => (typeof value === 'bigint' ? `${value} nano` : value)),
      }),
  }),
  sample({
    name: ['crash'],
    summary: say('crashSummary'),
    access: 'member',
    effect: 'read',
    audience: 'private',
    input: none,
    run: () => Promise.reject(new Error('the sample has a bug')),
    render: () => priv({ tone: 'info', lines: [] }),
  }),
  sample({
    name: ['outage'],
    summary: say('outageSummary'),
    access: 'member',
    effect: 'read',
    audience: 'private',
    input: none,
    run: () => Promise.reject(new Fault('database', 'the sample has an outage', { retryable: true })),
    render: () => priv({ tone: 'info', lines: [] }),
  }),
  sample({
    name: ['wait'],
    summary: say('waitSummary'),
    access: 'member',
    effect: 'write',
    audience: 'private',
    input: none,
    run: async ({ port }) => {
      await port.gate()
      port.data.waits += 1
      return done(undefined)
    },
    render: () => priv({ tone: 'done', lines: [say('waited')] }),
  }),
  sample({
    name: ['audit'],
    summary: say('auditSummary'),
    access: 'operator',
    effect: 'read',
    audience: 'private',
    input: none,
    run: () => Promise.resolve(done(undefined)),
    render: () => priv({ tone: 'info', lines: [say('audited')] }),
  }),
]

/** Far more than any platform takes in one message. */
function manyThings(kind: string, rows: number): Reply {
  const every = Array.from({ length: rows }, (_, index) => index + 1)
  const has = (part: string) => kind === part || kind === 'everything'
  return priv({
    tone: 'info',
    title: say('balance'),
    lines: has('lines') ? every.map((number) => say('row', { number })) : [say('well')],
    ...(has('fields') ? { fields: every.map((number) => ({ label: say('row', { number }), value: '字'.repeat(20) })) } : {}),
    ...(has('table')
      ? {
          table: {
            header: [say('rowName'), say('rowAmount')],
            rows: every.map((number) => [`成员 ${number}`, BigInt(number) * 1_000_000_000n]),
          },
        }
      : {}),
    ...(has('verbatim') ? { verbatim: every.map((number) => `line ${number}`).join('\n') } : {}),
    ...(has('options')
      ? {
          choices: Array.from({ length: kind === 'options' ? 5 : 1 }, () => ({
            label: say('row', { number: 0 }),
            command: 'note drop',
            field: 'number',
            input: {},
            allowed: 'owner' as const,
            options: every.slice(0, 60).map((number) => ({
              label: kind === 'options' ? plain('字'.repeat(200)) : say('row', { number }),
              value: String(number),
              hint: plain('字'.repeat(200)),
            })),
          })),
        }
      : {}),
    ...(has('buttons')
      ? {
          buttons: every.slice(0, 60).map((number) => ({
            label: say('row', { number }),
            command: 'note drop',
            input: { number: String(number) },
            allowed: 'owner' as const,
          })),
        }
      : {}),
  })
}

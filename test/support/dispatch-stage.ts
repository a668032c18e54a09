import { z } from 'zod'
import type { ChatAccount, ChatPlace } from '../../core/shared/actor.ts'
import { defineCommand, type Run } from '../../core/shared/command.ts'
import { bindCommand, createDispatch } from '../../core/shared/dispatch.ts'
import { Fault } from '../../core/shared/fault.ts'
import { integerField, textField, verbatimField } from '../../core/shared/field.ts'
import { done, refuse, type Outcome } from '../../core/shared/refusal.ts'
import type { Button, Reply } from '../../core/shared/reply.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { checkTx, World, type Tx } from './dispatch-world.ts'

const { say } = sharedTexts
export const ann: ChatAccount = { platform: 'discord', userId: '1', name: 'Ann', locale: 'en-US' }
export const ben: ChatAccount = { platform: 'telegram', userId: '2', name: 'Ben', locale: 'zh-CN' }
export const place: ChatPlace = { kind: 'group', chatId: 'c', communityId: 'home' }

export const answerOf = (changes: Partial<Reply> = {}): Reply => ({ audience: 'private', tone: 'done', lines: [say('on')], ...changes })
export const addMore: Button = { label: say('on'), command: 'add', input: { amount: '2' }, allowed: 'owner', once: true }

const addTo = (world: World) =>
  defineCommand({
    name: ['add'],
    summary: say('on'),
    access: 'member',
    effect: 'write',
    audience: 'private',
    input: z.object({ amount: integerField(say('on'), { min: 1, max: 99 }), note: textField(say('off'), { max: 20 }).optional() }),
    async run({ port, actor }: Run<Tx>, { amount }): Promise<Outcome<number>> {
      checkTx(port)
      world.places.push(actor.place)
      port.state.total += amount
      if (amount === 13) throw new Fault('database', 'gone', { retryable: true })
      if (amount === 14) throw new Fault('chain', 'refused for good', { retryable: false })
      if (amount === 15) throw new Error('a bug')
      if (amount === 16) throw new Fault('overload', 'busy', { retryable: true })
      if (amount > 20) return refuse({ code: 'add.too_much', kind: 'limited', reason: say('off'), nextStep: say('on'), field: 'amount' })
      return done(port.state.total + (actor.memberId === '' ? 1 : 0))
    },
    render: (total) => answerOf({ fields: [{ label: say('on'), value: BigInt(total) }], buttons: [addMore] }),
  })
const show = defineCommand({
  name: ['show', 'all'],
  summary: say('on'),
  access: 'member',
  effect: 'read',
  audience: 'public',
  input: z.object({}),
  run: async ({ port }: Run<Tx>) => done(port.state.total),
  render: (total) =>
    answerOf({
      audience: 'public',
      lines: [say('plain', { text: String(total) })],
      buttons: total === 0 ? [] : [{ ...addMore, allowed: 'anyone', once: false }],
    }),
})
const close = defineCommand({
  name: ['close'],
  summary: say('on'),
  access: 'host',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  run: async (_run: Run<Tx>) => done(undefined),
  render: () => answerOf(),
})
const checkin = defineCommand({
  name: ['checkin'],
  summary: say('on'),
  access: 'member',
  effect: 'grouped',
  audience: 'private',
  input: z.object({ code: textField(say('on'), { max: 20 }), list: verbatimField(say('off'), { max: 1_000, file: true }).optional() }),
  run: async ({ key, now }: Run<Tx>, { code }) =>
    code === 'no'
      ? refuse({ code: 'checkin.no', kind: 'invalid', reason: say('off'), nextStep: say('on'), field: 'code' })
      : done(`${key} at ${now}`),
  render: (text) => answerOf({ lines: [say('plain', { text })] }),
})

interface From {
  readonly account?: ChatAccount
  readonly key?: string
  readonly place?: ChatPlace
}

/** A dispatch over a world in memory, with commands of every kind; what is sent is Ann's unless it says otherwise. */
export function startDispatch() {
  const world = new World()
  const dispatch = createDispatch(
    [
      bindCommand(addTo(world), (tx: Tx) => tx),
      bindCommand(show, (tx: Tx) => tx),
      bindCommand(close, (tx: Tx) => tx),
      bindCommand(checkin, (tx: Tx) => tx),
    ],
    world.port,
  )
  return {
    world,
    send: (command: string, input: Record<string, unknown> = {}, from: From = {}) =>
      dispatch({ account: from.account ?? ann, place: from.place ?? place, command, input, key: from.key ?? 'k1' }),
    press: (token: string, from: From & { readonly value?: string } = {}) => {
      const { value } = from
      const pressed = { account: from.account ?? ann, place: from.place ?? place, token, key: from.key ?? 'p1' }
      return dispatch.press({ ...pressed, ...(value === undefined ? {} : { value }) })
    },
  }
}

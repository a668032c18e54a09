import { expect, test } from 'vitest'
import { createVoiceBook, type VoiceFact } from './voice-book.ts'

const join = (at: number, userId = 'ann', channelId: string | null = 'hall', isDeaf = false): VoiceFact => ({
  kind: 'state',
  at,
  state: { userId, channelId, isDeaf },
})
const leave = (at: number, userId = 'ann') => join(at, userId, null)

function fold(...facts: readonly VoiceFact[]) {
  const book = createVoiceBook()
  const ended = facts.flatMap((fact) => book.hear(fact)).map(({ userId, channelId, from, to }) => `${userId}@${channelId} ${from}-${to}`)
  return { ended, open: book.open().map(({ userId, channelId, from }) => `${userId}@${channelId} ${from}-`), until: book.heardUntil }
}

test('joining, moving, deafening and leaving make stretches to the millisecond; muting makes none', () => {
  const facts = [join(10), join(20), join(30, 'ann', 'lounge'), join(40), join(50, 'ann', 'hall', true), join(60), leave(70), leave(80)]
  expect(fold(...facts)).toEqual({
    ended: ['ann@hall 10-30', 'ann@lounge 30-40', 'ann@hall 40-50', 'ann@hall 60-70'],
    open: [],
    until: 80,
  })
})

test('through a RESUME those who stayed keep counting; a leave is taken to be when the line was last heard, a join when all was replayed', () => {
  const before = [join(10), join(10, 'bob'), join(10, 'cyd'), { kind: 'seen', at: 50 }, { kind: 'lost' }] as const
  const replayed = [leave(90, 'bob'), join(90, 'dan'), join(90, 'cyd', 'hall', true), join(90, 'cyd')] as const
  expect(fold(...before, ...replayed)).toEqual({
    ended: ['bob@hall 10-50', 'cyd@hall 10-50'],
    open: ['ann@hall 10-'],
    until: 50,
  })
  expect(fold(...before, ...replayed, { kind: 'resumed', at: 91 })).toEqual({
    ended: ['bob@hall 10-50', 'cyd@hall 10-50'],
    open: ['ann@hall 10-', 'dan@hall 91-', 'cyd@hall 91-'],
    until: 91,
  })
})

test('somebody who joined and left while the line was lost was never seen', () => {
  expect(fold(join(10, 'bob'), { kind: 'lost' }, join(60), leave(60), { kind: 'resumed', at: 61 })).toEqual({
    ended: [],
    open: ['bob@hall 10-'],
    until: 61,
  })
})

test('a new session ends everything where the line was last heard, and begins anew with who is there', () => {
  const there = { userId: 'ann', channelId: 'hall', isDeaf: false }
  const deaf = { userId: 'cyd', channelId: 'hall', isDeaf: true }
  const snapshot: VoiceFact = { kind: 'snapshot', at: 100, states: [there, deaf] }
  expect(fold(join(10), join(20, 'bob'), { kind: 'lost' }, { kind: 'seen', at: 99 }, snapshot, join(130, 'cyd'))).toEqual({
    ended: ['ann@hall 10-20', 'bob@hall 20-20'],
    open: ['ann@hall 100-', 'cyd@hall 130-'],
    until: 130,
  })
})

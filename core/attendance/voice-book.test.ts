import { expect, test } from 'vitest'
import { createVoiceBook, type VoiceFact } from './voice-book.ts'

const join = (at: number, userId = 'ann', channelId: string | null = 'hall', isDeaf = false): VoiceFact => ({
  kind: 'state',
  at,
  state: { userId, channelId, isDeaf },
})
const leave = (at: number, userId = 'ann') => join(at, userId, null)
const proven = (at: number): VoiceFact => ({ kind: 'proven', at })

function fold(...facts: readonly VoiceFact[]) {
  const book = createVoiceBook()
  const ended = facts.flatMap((fact) => book.hear(fact)).map(({ userId, channelId, from, to }) => `${userId}@${channelId} ${from}-${to}`)
  return { ended, open: book.open().map(({ userId, channelId, from }) => `${userId}@${channelId} ${from}-`), until: book.provenUntil }
}

test('joining, moving, deafening and leaving make stretches as exact as the proofs between them; muting makes none', () => {
  const moves = [join(10), join(20), join(30, 'ann', 'lounge'), join(40), join(50, 'ann', 'hall', true), join(60), leave(70), leave(80)]
  const at = (fact: VoiceFact) => ('at' in fact ? fact.at : 0)
  expect(fold(...moves.flatMap((fact) => [proven(at(fact)), fact]))).toEqual({
    ended: ['ann@hall 10-30', 'ann@lounge 30-40', 'ann@hall 40-50', 'ann@hall 60-70'],
    open: [],
    until: 80,
  })
  expect(fold(...moves.flatMap((fact) => [proven(at(fact) - 1), fact])).ended).toEqual([
    'ann@hall 10-29',
    'ann@lounge 30-39',
    'ann@hall 40-49',
    'ann@hall 60-69',
  ])
})

test('what is heard late ends where all was proven last, and begins when it was heard; who is not told of goes on', () => {
  const before = [join(10), join(10, 'bob'), join(10, 'cyd'), proven(50)] as const
  const late = [leave(90, 'bob'), join(90, 'dan'), join(90, 'cyd', 'hall', true), join(91, 'cyd')] as const
  expect(fold(...before, ...late)).toEqual({
    ended: ['bob@hall 10-50', 'cyd@hall 10-50'],
    open: ['ann@hall 10-', 'dan@hall 90-', 'cyd@hall 91-'],
    until: 50,
  })
})

test('somebody who joined and left with no proof between was there for no time', () => {
  expect(fold(join(10), proven(20), join(60, 'bob'), leave(65, 'bob'), leave(66))).toEqual({
    ended: ['bob@hall 60-60', 'ann@hall 10-20'],
    open: [],
    until: 20,
  })
  expect(fold(join(10), leave(30)).ended).toEqual(['ann@hall 10-10'])
})

test('a new session ends everything where it was proven last, and begins anew with who is there', () => {
  const there = { userId: 'ann', channelId: 'hall', isDeaf: false }
  const deaf = { userId: 'cyd', channelId: 'hall', isDeaf: true }
  const snapshot: VoiceFact = { kind: 'snapshot', at: 100, states: [there, deaf] }
  // An answer from another server over the same line proves nothing for one that is not told of.
  expect(fold(join(10), join(20, 'bob'), proven(20), { kind: 'lost' }, proven(99), snapshot, proven(125), join(130, 'cyd'))).toEqual({
    ended: ['ann@hall 10-20', 'bob@hall 20-20'],
    open: ['ann@hall 100-', 'cyd@hall 130-'],
    until: 125,
  })
})

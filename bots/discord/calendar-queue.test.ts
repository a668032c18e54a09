import { expect, test } from 'vitest'
import type { Scheduled } from '../../core/attendance/scheduled-event.rules.ts'
import { createCalendarQueue } from './calendar-queue.ts'

const one = (id: string, title = id): Scheduled => ({
  id,
  title,
  channelId: '1',
  startsAt: 0,
  endsAt: null,
  status: 'scheduled',
  creatorId: null,
  isRecurring: false,
})

/** A product that follows, does not know the server, or fails; what comes meanwhile is told by `during`. */
function openQueue() {
  const followed: string[] = []
  let answer: () => boolean = () => true
  const queue = createCalendarQueue({
    follow: async (guildId, scheduled, isWhole) => {
      const isFollowed = answer()
      if (isFollowed) followed.push(`${guildId}${isWhole ? ' whole' : ''}: ${scheduled.map(({ title }) => title).join(' ')}`)
      return isFollowed
    },
  })
  return { queue, followed, answers: (next: () => boolean) => void (answer = next) }
}

test('what a server holds that is not known yet is followed once it is, with what changed since, and once only', async () => {
  const { queue, followed, answers } = openQueue()
  answers(() => false)
  queue.replace('g', [one('a'), one('b')])
  await queue.flush()
  queue.add('g', one('b', 'B'))
  queue.add('g', one('c'))
  await queue.flush()
  answers(() => true)
  await queue.flush()
  await queue.flush()
  expect(followed).toEqual(['g whole: a B c'])
})

test('what fails waits, and what came meanwhile is newer', async () => {
  const { queue, followed, answers } = openQueue()
  queue.add('g', one('a'))
  answers(() => {
    queue.add('g', one('a', 'newer'))
    throw new Error('the database is away')
  })
  await expect(queue.flush()).rejects.toThrow('away')
  answers(() => true)
  queue.add('h', one('x'))
  await queue.flush()
  expect(followed).toEqual(['g: newer', 'h: x'])
  answers(() => {
    queue.replace('g', [one('whole')])
    return false
  })
  queue.add('g', one('old'))
  await queue.flush()
  answers(() => true)
  await queue.flush()
  expect(followed.at(-1)).toBe('g whole: whole')
})

test('a server that makes more than anyone needs is bounded, and takes no other’s place', async () => {
  const { queue, followed } = openQueue()
  for (let index = 0; index < 1_500; index += 1) queue.add('g', one(String(index), 'x'))
  queue.add('h', one('y'))
  await queue.flush()
  expect(followed.map((line) => line.split(' ').length - 1)).toEqual([1_000, 1])
})

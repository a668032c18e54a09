import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../shared/instant.ts'
import { followScheduled, isNextOccurrence, type Followed, type Scheduled } from './scheduled-event.rules.ts'

const NOW = Date.UTC(2027, 1, 3, 12)
const there: Scheduled = {
  id: '1',
  channelId: '500',
  title: 'Community call',
  startsAt: NOW + DAY,
  endsAt: null,
  status: 'scheduled',
  creatorId: '7',
  isRecurring: false,
}
const ours: Followed = { title: 'Community call', channelId: '500', startsAt: NOW + DAY, endsAt: NOW + DAY + HOUR }
const running: Followed = { ...ours, startsAt: NOW - 20 * MINUTE, endsAt: NOW + 40 * MINUTE }
const shown = (step: ReturnType<typeof followScheduled>) =>
  'course' in step && step.course !== undefined
    ? [
        step.step,
        step.course.title,
        (step.course.startsAt - NOW) / MINUTE,
        (step.course.endsAt - NOW) / MINUTE,
        step.course.threshold / MINUTE,
      ]
    : [step.step]
const follow = (change: Partial<Scheduled>, known?: Followed, mayHost = true, now = NOW) =>
  shown(followScheduled({ ...there, ...change }, known, mayHost, now))

describe('an event of the calendar', () => {
  it('becomes ours when a host made it: an hour long when no end is named, otherwise from five minutes to a day', () => {
    expect(follow({})).toEqual(['create', 'Community call', 1_440, 1_500, 30])
    expect(follow({ endsAt: there.startsAt + 30 * MINUTE })).toEqual(['create', 'Community call', 1_440, 1_470, 18])
    expect(follow({ endsAt: there.startsAt - HOUR })).toEqual(['create', 'Community call', 1_440, 1_445, 3])
    expect(follow({ endsAt: there.startsAt + 9 * DAY })).toEqual(['create', 'Community call', 1_440, 2_880, 30])
  })
  it.each([
    ['nobody who may host made it', {}, false],
    ['it is over there', { status: 'completed' }, true],
    ['it was called off', { status: 'canceled' }, true],
    ['it would be over', { startsAt: NOW - 2 * HOUR }, true],
    ['it is more than a year away', { startsAt: NOW + 400 * DAY }, true],
    ['its name is only control characters', { title: '\u202e\u200b' }, true],
  ] as const)('becomes nothing when %s', (_why, change, mayHost) => {
    expect(follow(change, undefined, mayHost)).toEqual(['none'])
  })
  it('keeps its name to one clean line of a hundred characters', () => {
    expect(follow({ title: `\u202eCall\n${'x'.repeat(200)}` })[1]).toBe(`Call ${'x'.repeat(95)}`)
  })
})

describe('our event', () => {
  it('takes no step when nothing changed, so that it may be told again', () => {
    expect(follow({}, ours)).toEqual(['none'])
    expect(follow({ startsAt: running.startsAt, endsAt: running.endsAt, status: 'active' }, running)).toEqual(['none'])
  })
  it('follows name, channel and times until it begins, and begins early when it is opened early', () => {
    expect(follow({ title: 'Call', startsAt: NOW + 2 * DAY }, ours)).toEqual(['change', 'Call', 2_880, 2_940, 30])
    expect(followScheduled({ ...there, channelId: '600' }, ours, false, NOW)).toMatchObject({
      step: 'change',
      course: { channelId: '600' },
    })
    expect(follow({ status: 'active' }, ours)).toEqual(['change', 'Community call', 0, 60, 30])
  })
  it('keeps its beginning and channel once it runs; its name and end still follow, within a day and not into the past', () => {
    const step = followScheduled(
      { ...there, title: 'Later', channelId: '600', startsAt: NOW + HOUR, endsAt: NOW + 9 * DAY },
      running,
      true,
      NOW,
    )
    expect(step).toMatchObject({ step: 'change', course: { title: 'Later', channelId: '500', startsAt: running.startsAt } })
    expect(shown(step)).toEqual(['change', 'Later', -20, 1_420, 30])
    expect(follow({ endsAt: NOW - HOUR }, running)).toEqual(['change', 'Community call', -20, 0, 12])
  })
  it('that ends early was shorter, and so is what one must have stayed', () => {
    expect(follow({ status: 'completed' }, running)).toEqual(['end', 'Community call', -20, 0, 12])
    expect(follow({ status: 'completed' }, { ...running, startsAt: NOW - MINUTE })).toEqual(['end', 'Community call', -1, 4, 3])
  })
  it('that is called off before it begins is closed', () => {
    expect(follow({ status: 'canceled' }, ours)).toEqual(['end'])
  })
  it('that is over stays as it was', () => {
    expect(follow({ title: 'Other', endsAt: NOW + HOUR }, { ...running, endsAt: NOW })).toEqual(['none'])
  })
})

describe('an event that recurs', () => {
  const isNext = (change: Partial<Scheduled>, last = running, isOver = false) =>
    isNextOccurrence({ ...there, isRecurring: true, ...change }, last, isOver, NOW)

  it('is about its next time once the one before is over or its time has come, and it begins after that one', () => {
    expect(isNext({})).toBe(true)
    expect(isNext({}, { ...running, startsAt: NOW - 2 * DAY, endsAt: NOW - DAY }, true)).toBe(true)
    expect(isNext({ status: 'active', startsAt: NOW + HOUR }, running, true)).toBe(true)
  })

  it('is about the same time while that is put off, runs, is called off, or does not recur', () => {
    expect(isNext({ startsAt: NOW + 2 * DAY }, ours)).toBe(false)
    expect(isNext({ startsAt: running.startsAt, status: 'active' })).toBe(false)
    expect(isNext({ startsAt: running.startsAt }, running, true)).toBe(false)
    expect(isNext({ status: 'canceled' }, running, true)).toBe(false)
    expect(isNext({ isRecurring: false }, running, true)).toBe(false)
  })
})

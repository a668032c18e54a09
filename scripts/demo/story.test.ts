import { expect, test } from 'vitest'
import { PERSONAS } from '../../main/sandbox.ts'
import { LAST_PERIOD } from '../../core/economy/release-schedule.ts'
import { alignTable } from './align-table.ts'
import { readDemoOptions } from './demo-options.ts'
import { demoTexts } from './demo.texts.ts'
import { GENESIS } from './open-world.ts'
import { createPeople } from './people.ts'
import { createRandom } from './random.ts'
import { planMonths } from './story.ts'

const SEEDS = Array.from({ length: 60 }, (_, index) => index * 71_582_788)

test.each([40, 60, 500, 2_000])('a community of %i has one event an evening at most, each inside its month and its bounds', (size) => {
  for (const seed of SEEDS) {
    const { members, hosts } = createPeople(seed, size, PERSONAS)
    expect(members.length + hosts.length + 1).toBe(size)
    expect(hosts.length).toBeGreaterThan(0)
    const joinedBy = (day: number): number => members.filter(({ joinsOn }) => joinsOn <= day).length
    const months = planMonths(seed, GENESIS, joinedBy)
    expect(months).toHaveLength(LAST_PERIOD)
    const days = months.flatMap(({ events }) => events.map(({ day }) => day))
    expect(new Set(days).size).toBe(days.length)
    for (const { from, to, turn, events } of months) {
      expect(events.every(({ day }) => day >= from && day < to)).toBe(true)
      expect(events.every(({ base }) => base > 0 && base <= 10_000 && base % 10 === 0)).toBe(true)
      if (turn !== 'sprint') continue
      const wanted = events
        .filter(({ kind }) => kind === 'sprint')
        .reduce((sum, { base, percent, day }) => sum + base * Math.floor((joinedBy(day) * percent) / 100), 0)
      expect(wanted).toBeGreaterThanOrEqual(1_000_000)
    }
  }
})

test('the same seed tells the same story, another seed another one', () => {
  const storyOf = (seed: number) => {
    const { members } = createPeople(seed, 300, PERSONAS)
    return { members, months: planMonths(seed, GENESIS, (day) => members.filter(({ joinsOn }) => joinsOn <= day).length) }
  }
  expect(storyOf(7)).toEqual(storyOf(7))
  expect(storyOf(7)).not.toEqual(storyOf(8))
})

test('chance is fair enough and a sample holds no one twice', () => {
  const random = createRandom(5)
  const counts = Array.from({ length: 10 }, () => 0)
  for (let draw = 0; draw < 10_000; draw += 1) counts[random.below(10)]! += 1
  expect(Math.min(...counts)).toBeGreaterThan(850)
  expect(Math.max(...counts)).toBeLessThan(1_150)
  const list = Array.from({ length: 50 }, (_, index) => index)
  expect(new Set(random.sample(list, 20)).size).toBe(20)
  expect(random.sample(list, 99).toSorted((a, b) => a - b)).toEqual(list)
})

test('arguments are read whole, and each wrong one is named', () => {
  const read = (...args: string[]) => readDemoOptions(args, '/home/demo')
  expect(read()).toEqual({ members: 2_000, seed: 1, port: 8_080, language: 'en', folder: '/home/demo', serve: undefined })
  expect(read('--members', '60', '--seed=9', '--no-serve', '--language', 'zh', '--data', '/else', '--port', '0')).toEqual({
    members: 60,
    seed: 9,
    port: 0,
    language: 'zh',
    folder: '/else',
    serve: false,
  })
  const problemOf = (...args: string[]): string => {
    const options = read(...args)
    return 'problem' in options ? options.problem.key : 'none'
  }
  expect(problemOf('--members', '39')).toBe('demo.badMembers')
  expect(problemOf('--members', '2e3')).toBe('demo.badMembers')
  expect(problemOf('--seed', '4294967296')).toBe('demo.badSeed')
  expect(problemOf('--port', '-1')).toBe('demo.usage')
  expect(problemOf('--port', '70000')).toBe('demo.badPort')
  expect(problemOf('--language', 'de')).toBe('demo.badLanguage')
  expect(problemOf('--what')).toBe('demo.usage')
  expect(problemOf('stray')).toBe('demo.usage')
})

test('a table of two scripts stands in columns', () => {
  expect(
    alignTable([
      ['期', 'PoS'],
      ['1', '1,000'],
      ['合计', '7'],
    ]),
  ).toEqual(['  期    PoS', '   1  1,000', '合计      7'])
})

test('every sentence of the demo is there in Chinese, with the same values', () => {
  const { en, zh } = demoTexts.catalogue
  const valuesOf = (sentence = '') => new Set([...sentence.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name))
  for (const key of Object.keys(en)) expect(valuesOf(zh[key]), key).toEqual(valuesOf(en[key]))
  // A line to be typed is the same everywhere.
  expect(Object.keys(en).filter((key) => !/\p{Script=Han}/u.test(zh[key] ?? ''))).toEqual(['verifying'])
})

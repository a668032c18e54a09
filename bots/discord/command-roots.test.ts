import { expect, test } from 'vitest'
import { CHINESE_WORDS } from './command-words.ts'
import { MEMBER_WORDS, rootOf, ROOTS } from './command-roots.ts'

const words = Object.values(MEMBER_WORDS).flat()

test('every word has one root, no root more than Discord takes, and none is named by a number', () => {
  expect(new Set(words).size).toBe(words.length)
  for (const list of Object.values(MEMBER_WORDS)) expect(list.length).toBeLessThanOrEqual(25)
  for (const { name } of ROOTS) {
    expect(name).toMatch(/^pos(-[a-z]+)?$/)
    expect(CHINESE_WORDS[name], name).toMatch(/^pos(-\p{Script=Han}+)?$/u)
  }
  expect(new Set(ROOTS.map(({ name }) => CHINESE_WORDS[name])).size).toBe(ROOTS.length)
})

test('who may use a command decides first, then what it is about', () => {
  const roots = [
    [['balance'], 'member', 'pos'],
    [['event', 'close'], 'host', 'pos'],
    [['wallet', 'link'], 'member', 'pos-me'],
    [['hold', 'status'], 'member', 'pos-me'],
    [['hold', 'list'], 'chair', 'pos-review'],
    [['form', 'fill'], 'member', 'pos-form'],
    [['form', 'open'], 'chair', 'pos-review'],
    [['review', 'next'], 'reviewer', 'pos-review'],
    [['review', 'reward'], 'operator', 'pos-admin'],
    [['not', 'here'], 'member', 'pos'],
  ] as const
  expect(roots.map(([name, access]) => rootOf({ name, access }))).toEqual(roots.map(([, , root]) => root))
})

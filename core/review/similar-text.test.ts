import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bandsOf, jaccard, MOST_SIMILAR, mostSimilar, shinglesOf } from './similar-text.ts'

const shares = (a: string, b: string): boolean => {
  const bands = new Set(bandsOf(a))
  return bandsOf(b).some((band) => bands.has(band))
}

const REPORT =
  'Last week I set up a validator in Frankfurt, wrote down every step, and helped four members of the Chinese group to do the same.'
const CHINESE = '上周我在法兰克福搭建了一个验证节点，记录了每一步操作，并帮助中文群的四位成员完成了同样的工作，还整理成了教程。'

test('the same text in other capitals, widths, spaces and punctuation is the same', () => {
  expect(shinglesOf('Ａｂｃ, d\n e!')).toEqual(shinglesOf('abcde'))
  expect(bandsOf(REPORT)).toEqual(bandsOf(` ${REPORT.toUpperCase().replaceAll(' ', '\n')} `))
  expect(jaccard(shinglesOf(REPORT), shinglesOf(REPORT.replaceAll(',', '')))).toBe(1)
})

test('a text in which a few words were changed is found, in English and in Chinese, and another is not shown', () => {
  const changed = REPORT.replace('Frankfurt', 'Helsinki').replace('four', 'five')
  const chinese = CHINESE.replace('法兰克福', '赫尔辛基')
  const other = 'The translation of the handbook is finished; please look at chapter three, which was hard.'
  expect([shares(REPORT, changed), shares(CHINESE, chinese)]).toEqual([true, true])
  const earlier = [
    { subject: 'SUB-1', text: other },
    { subject: 'SUB-2', text: changed },
    { subject: 'SUB-3', text: REPORT },
  ]
  const found = mostSimilar(REPORT, earlier)
  expect(found.map(({ subject }) => subject)).toEqual(['SUB-3', 'SUB-2'])
  expect(found[0]!.likeness).toBe(1)
  expect(mostSimilar(CHINESE, [{ subject: 'SUB-4', text: chinese }])).toHaveLength(1)
})

test('what holds no letters has no bands, and is like nothing', () => {
  expect([bandsOf(''), bandsOf(' … !'), shinglesOf('')]).toEqual([[], [], new Set()])
  expect(mostSimilar('', [{ subject: 'SUB-1', text: '' }])).toEqual([])
  expect(bandsOf('好')).toHaveLength(16)
})

test('the hashes that are kept in databases stay what they are', () => {
  expect(bandsOf('I wrote a guide.').slice(0, 3)).toEqual([
    480_300_962_234_308_835n,
    2_711_621_990_209_767_665n,
    -9_041_855_074_359_061_163n,
  ])
})

test('no more are shown than a reviewer reads', () => {
  const many = Array.from({ length: 20 }, (_, index) => ({ subject: `SUB-${index}`, text: REPORT }))
  expect(mostSimilar(REPORT, many)).toHaveLength(MOST_SIMILAR)
})

test('likeness is symmetric, between 0 and 1, and the same text always meets itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string({ maxLength: 200 }), (a, b) => {
      const [own, other] = [shinglesOf(a), shinglesOf(b)]
      const likeness = jaccard(own, other)
      expect(likeness).toBe(jaccard(other, own))
      expect(likeness).toBeGreaterThanOrEqual(0)
      expect(likeness).toBeLessThanOrEqual(1)
      if (own.size > 0) expect(shares(a, a)).toBe(true)
      for (const band of bandsOf(a)) expect(BigInt.asIntN(64, band)).toBe(band)
    }),
  )
})

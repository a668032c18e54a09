import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BUILTIN_FORMS } from '../forms/builtin-forms.ts'
import { FormField, type Answers } from '../forms/form-definition.ts'
import { MINUTE } from '../shared/instant.ts'
import { LEAST_PIECES, ownPieces, SAME_MOMENT, sharedAnswers, type SentText } from './shared-answers.rules.ts'

const NOW = Date.UTC(2027, 1, 10)
const REPORT =
  'Last week I set up a validator in Frankfurt, wrote down every step, and helped four members of the Chinese group to do the same on their machines.'
const CHINESE =
  '上周我在法兰克福搭建了一个验证节点，记录了每一步操作，并帮助中文群的四位成员完成了同样的工作，还整理成了教程，方便后来的新人参考；遇到的问题和解决办法也都写在里面，欢迎大家提出意见，我会继续补充和更新这份文档。'

const words = (text: string) => ({ en: text, zh: text })
const field = (id: string, kind: string, more: object = {}) => FormField.parse({ id, kind, label: words(id), ...more })
const WHAT = [field('what', 'long-text')]
const pieces = (text: string) => ownPieces(WHAT, { what: text })
const sent = (memberId: string, text: string | ReadonlySet<string>, changes: Partial<SentText> = {}): SentText => ({
  memberId,
  submission: `SUB-${memberId}`,
  at: NOW,
  pieces: typeof text === 'string' ? pieces(text) : text,
  ...changes,
})
const later = (ms: number) => ({ at: NOW + ms })

test.each([REPORT, CHINESE])('the later of two who sent in the same long text: %s', (text) => {
  const changed = text.replace('four', 'five').replace('四', '五')
  const [ann, eve] = [sent('ann', text), sent('eve', changed, later(SAME_MOMENT + 1))]
  expect(sharedAnswers(eve, [ann])).toEqual([
    {
      memberId: 'eve',
      kind: 'shared-answers',
      subject: 'SUB-ann',
      figure: expect.toSatisfy((figure: number) => figure >= 90 && figure < 100) as number,
    },
  ])
  // Whoever was copied is looked at too, and nothing is said of them.
  expect(sharedAnswers(ann, [eve])).toEqual([])
})

test('both, when they sent in within minutes: nobody knows who copied', () => {
  const [ann, eve] = [sent('ann', REPORT), sent('eve', REPORT, later(SAME_MOMENT))]
  const about = (signals: readonly { memberId: string; subject: string }[]) =>
    signals.map(({ memberId, subject }) => `${memberId} ${subject}`)
  expect(about(sharedAnswers(eve, [ann]))).toEqual(['eve SUB-ann', 'ann SUB-eve'])
  expect(about(sharedAnswers(ann, [eve]))).toEqual(['ann SUB-eve', 'eve SUB-ann'])
})

test('nobody who repeats or mends a text of their own, also after somebody copied it', () => {
  const first = sent('ann', REPORT)
  const copy = sent('eve', REPORT, later(60 * MINUTE))
  const mended = sent('ann', `${REPORT} Twice.`, later(120 * MINUTE))
  expect(sharedAnswers(mended, [copy, first])).toEqual([])
  expect(sharedAnswers(sent('ann', REPORT, later(1)), [first])).toEqual([])
  expect(sharedAnswers(mended, [copy])).toHaveLength(1)
})

test('the first of many is named, and each of them once', () => {
  const crowd = Array.from({ length: 50 }, (_, index) => sent(`m${index}`, REPORT, later(index * 60 * MINUTE)))
  expect(sharedAnswers(sent('eve', REPORT, later(60 * 60 * MINUTE)), crowd.toReversed())).toMatchObject([
    { memberId: 'eve', subject: 'SUB-m0' },
  ])
})

test('a text of its own is not shared, however much of it is a template', () => {
  const template = 'What I did: . For whom: . How long it took: . What comes next: . Thank you for looking at this report of the week!'
  const filled = (own: string) => template.replace(': .', `: ${own}.`)
  const [ann, bob] = [
    filled('translated the guide for new members into Chinese'),
    filled('answered questions about delegation every evening'),
  ]
  expect(Math.min(pieces(ann).size, pieces(bob).size)).toBeGreaterThan(LEAST_PIECES)
  expect(sharedAnswers(sent('bob', bob), [sent('ann', ann)])).toEqual([])
})

test('what is short, chosen, counted, linked or right is no text that could be shared', () => {
  const long = 'x'.repeat(40) + REPORT
  expect(ownPieces([field('title', 'short-text')], { title: long }).size).toBe(0)
  expect(ownPieces([field('answer', 'long-text', { expected: { answers: ['yes'], points: 5 } })], { answer: long }).size).toBe(0)
  const link = `https://example.org/${REPORT.replaceAll(' ', '-')}`
  expect(pieces(`${link}\n${link}`).size).toBe(0)
  for (const { definition } of BUILTIN_FORMS) {
    const answers: Answers = Object.fromEntries(
      definition.fields.map(({ id, kind }) => [id, kind === 'choices' ? ['other'] : 'The same short answer']),
    )
    const both = ['ann', 'bob'].map((who) => sent(who, ownPieces(definition.fields, answers)))
    expect(sharedAnswers(both[1]!, [both[0]!])).toEqual([])
  }
})

test('ninety in a hundred pieces and eighty pieces are enough, and not one less', () => {
  const some = (from: number, count: number): ReadonlySet<string> =>
    new Set(Array.from({ length: count }, (_, index) => `p${from + index}`))
  const seen = (own: ReadonlySet<string>, other: ReadonlySet<string>) => sharedAnswers(sent('eve', own), [sent('ann', other)]).length > 0
  expect(seen(some(0, 100), some(0, 90))).toBe(true)
  expect(seen(some(0, 100), some(0, 89))).toBe(false)
  expect(seen(some(0, LEAST_PIECES), some(0, LEAST_PIECES))).toBe(true)
  expect(seen(some(0, LEAST_PIECES), some(0, LEAST_PIECES - 1))).toBe(false)
  expect(seen(some(0, LEAST_PIECES - 1), some(0, LEAST_PIECES))).toBe(false)
})

test('whatever was sent in when, a signal names two members, and of a pair never the one who was clearly earlier', () => {
  const some = fc.array(fc.record({ who: fc.integer({ min: 0, max: 5 }), minute: fc.integer({ min: 0, max: 60 }), other: fc.boolean() }), {
    maxLength: 12,
  })
  const texts = [pieces(REPORT), pieces(CHINESE)]
  fc.assert(
    fc.property(some, (rows) => {
      const all = rows.map(({ who, minute, other }, index) =>
        sent(`m${who}`, texts[other ? 1 : 0]!, { submission: `SUB-${index}`, at: NOW + minute * MINUTE }),
      )
      const firstOf = (memberId: string, own: ReadonlySet<string>) =>
        Math.min(...all.filter((each) => each.memberId === memberId && each.pieces === own).map(({ at }) => at))
      for (const looked of all)
        for (const { memberId, subject } of sharedAnswers(
          looked,
          all.filter((each) => each !== looked),
        )) {
          const named = all.find(({ submission }) => submission === subject)!
          expect(named.memberId).not.toBe(memberId)
          expect(firstOf(memberId, looked.pieces)).toBeGreaterThanOrEqual(firstOf(named.memberId, looked.pieces) - SAME_MOMENT)
        }
    }),
  )
})

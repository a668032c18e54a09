import { describe, expect, it } from 'vitest'
import { createSpeak } from '../adapters/speak.ts'
import { LANGUAGES, type Catalogue } from '../core/shared/text.ts'
import { listFiles } from '../test/tidy/source-files.ts'
import { CATALOGUES } from './catalogues.ts'

const placeholders = (sentence: string) =>
  [...sentence.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').toSorted((a, b) => (a < b ? -1 : 1))
const CHINESE = /\p{Script=Han}/u

async function writtenCatalogues(): Promise<Catalogue[]> {
  const files = listFiles(['.texts.ts'])
  const modules = await Promise.all(files.map(({ path }) => import(`../${path}`) as Promise<Record<string, { catalogue: Catalogue }>>))
  return modules.flatMap((module) => Object.values(module).map(({ catalogue }) => catalogue))
}

describe('the sentences of the product', () => {
  it('are all known to the one who speaks them', async () => {
    const written = await writtenCatalogues()
    const known = new Set(CATALOGUES.map(({ slice }) => slice))
    // Programs that run by themselves bring their own sentences along.
    const own = new Set(['verify', 'demo'])
    expect(written.length).toBeGreaterThan(6)
    expect(written.map(({ slice }) => slice).filter((slice) => !known.has(slice) && !own.has(slice))).toEqual([])
  })

  it('exist in every language with the same values, and none is empty or left in English', () => {
    for (const { slice, en, zh } of CATALOGUES) {
      const spoken = Object.keys(en).filter((key) => !key.endsWith('_one'))
      expect(Object.keys(zh), slice).toEqual(spoken)
      const entries = spoken.map((key) => ({ name: `${slice}.${key}`, sentence: en[key] ?? '', chinese: zh[key] ?? '' }))
      for (const [key, sentence] of Object.entries(en)) {
        if (!key.endsWith('_one')) continue
        const many = en[key.slice(0, -'_one'.length)] ?? ''
        expect(sentence, `${slice}.${key}`).not.toBe(many)
        expect(placeholders(many), `${slice}.${key}`).toEqual(expect.arrayContaining(placeholders(sentence)))
        expect(placeholders(many), `${slice}.${key}`).toContain('count')
      }
      for (const { name, sentence, chinese } of entries) {
        expect(sentence.trim(), name).not.toBe('')
        expect(placeholders(chinese), name).toEqual(placeholders(sentence))
      }
      const worded = entries.filter(
        ({ name, sentence }) => /[a-z]{3}/i.test(sentence.replace(/\{\{\w+\}\}/g, '')) && !ENGLISH_ON_PURPOSE.has(name),
      )
      for (const { name, chinese } of worded) expect(chinese, name).toMatch(CHINESE)
    }
  })

  it('are spoken of one and of many as English does, and alike in Chinese', () => {
    const speak = createSpeak(CATALOGUES)
    const style = { escape: (plain: string) => plain, instant: String }
    const rewards = (count: number) => ({ key: 'economy.statementMine', values: { amount: 1_000_000_000n, count } })
    expect(speak(rewards(1), 'en', style)).toBe('Your part: 1 PoS in 1 reward')
    expect(speak(rewards(1_234), 'en', style)).toBe('Your part: 1 PoS in 1,234 rewards')
    expect(speak(rewards(1), 'zh', style)).toBe('您的部分：1 笔奖励共 1 PoS')
  })

  it('are spoken with values written in the platform’s style', () => {
    const speak = createSpeak(CATALOGUES)
    const style = { escape: (plain: string) => plain.toUpperCase(), instant: () => 'THEN' }
    for (const language of LANGUAGES) {
      const spoken = speak(
        { key: 'checkin.granted', values: { event: 'evt-1', title: '$t(checkin.none) {{x}}', amount: 12_345_678_900n } },
        language,
        style,
      )
      expect(spoken).toContain('EVT-1')
      expect(spoken).toContain('12.34 POS')
      // A title can neither call another sentence nor be read as a placeholder.
      expect(spoken).toContain('$T(CHECKIN.NONE) {{X}}')
    }
  })
})

/** Signed by wallets, which show it as it is. */
const ENGLISH_ON_PURPOSE: ReadonlySet<string> = new Set(['wallet.statement'])

import type { Catalogue, TextValue } from '../../core/shared/text.ts'
import type { Reply } from '../../core/shared/reply.ts'

/** A value of each kind that sentences hold, by the name that it has in them; every other name is a short word. */
const VALUES: Readonly<Record<string, TextValue>> = {
  at: { at: Date.UTC(2027, 1, 3, 18) },
  opens: { at: Date.UTC(2027, 1, 3, 17, 45) },
  closes: { at: Date.UTC(2027, 1, 3, 19, 30) },
  start: { at: Date.UTC(2027, 1, 3, 18) },
  end: { at: Date.UTC(2027, 1, 3, 19) },
  now: { at: Date.UTC(2027, 1, 3, 18) },
  amount: 12_500_000_000n,
  price: 20_000_000_000n,
  balance: 42_000_000_000n,
  least: 1_000_000_000n,
  count: 3,
  number: 4,
  line: 7,
  first: 2,
  tickets: 2,
  event: 'EVT-12',
  name: 'Ann <b>@Lee</b>',
  url: { page: 'http://localhost:8080/periods/4' },
  address: '0x52908400098527886E0F7030069857D2E4169EE7',
  code: '12-7K3M-9QRT',
}

/** A reply that says just this sentence, for those that no story has met; `_one` forms are said with a count of one. */
export function remainingReplies(catalogues: readonly Catalogue[], met: ReadonlySet<string>): readonly { key: string; reply: Reply }[] {
  return catalogues.flatMap(({ slice, en }) =>
    Object.keys(en).flatMap((key) => {
      const ofOne = key.endsWith('_one')
      const spoken = `${slice}.${ofOne ? key.slice(0, -'_one'.length) : key}`
      if (!ofOne && met.has(spoken)) return []
      const sentence = en[spoken.slice(slice.length + 1)] ?? ''
      const values = Object.fromEntries([...sentence.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => [name, valueOf(name, ofOne)]))
      return [{ key: `${slice}.${key}`, reply: { audience: 'private', tone: 'info', lines: [{ key: spoken, values }] } as const }]
    }),
  )
}

const valueOf = (name: string, ofOne: boolean): TextValue => (ofOne && name === 'count' ? 1 : (VALUES[name] ?? name))

import type { Answers, FormField } from '../forms/form-definition.ts'

/** Characters in one shingle. Three tell Chinese texts apart as well as words tell English ones. */
const SHINGLE = 3
/** Bands of rows: two texts share a band with probability 1 - (1 - s^4)^16, s their similarity: 99.98 % at 0.8, 95 % at 0.64, 3 % at 0.2. */
const BANDS = 16
const ROWS = 4
/** More than forms take in one answer; the rest of a longer text is not compared. */
const MAX_TEXT = 100_000

/** From this share of common shingles on, two texts are shown as nearly the same. */
export const SIMILAR_FROM = 0.6
/** Candidates that are compared exactly, newest first. */
export const MOST_CANDIDATES = 200
/** Similar items that a reviewer is shown. */
export const MOST_SIMILAR = 5

/** The text of a submission that is compared: what was written freely, in the order of the questions. */
export function comparedText(fields: readonly Pick<FormField, 'id' | 'kind'>[], answers: Answers): string {
  return fields
    .filter(({ kind }) => kind === 'short-text' || kind === 'long-text')
    .flatMap(({ id }) => answers[id] ?? [])
    .join('\n')
}

/** What of a text is compared: full-width signs, capitals and spaces make no difference, nor do punctuation and line breaks. */
function folded(text: string): string {
  return text
    .slice(0, MAX_TEXT)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
}

/** The pieces of three characters of which a text consists, each once. A shorter text is one piece. */
export function shinglesOf(text: string): ReadonlySet<string> {
  const characters = Array.from(folded(text))
  if (characters.length <= SHINGLE) return new Set(characters.length === 0 ? [] : [characters.join('')])
  return new Set(characters.slice(SHINGLE - 1).map((_, index) => characters.slice(index, index + SHINGLE).join('')))
}

/** Shingles in common out of all, 0 to 1; two empty texts have nothing in common. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  let common = 0
  for (const shingle of small) if (large.has(shingle)) common += 1
  return a.size + b.size === common ? 0 : common / (a.size + b.size - common)
}

/**
 * Hashes under which nearly the same text is found again: two texts that share one are candidates, to be compared exactly. MinHash over shingles, cut into
 * bands; signed 64-bit numbers, none for a text without letters or digits. Kept in the database: another seed or size finds nothing that was kept before.
 */
export function bandsOf(text: string): readonly bigint[] {
  const shingles = [...shinglesOf(text)].map(hash32)
  if (shingles.length === 0) return []
  const least = SEEDS.map((seed) => shingles.reduce((min, shingle) => Math.min(min, mix(shingle ^ seed)), 0xffffffff))
  return Array.from({ length: BANDS }, (_, band) => bandHash(band, least.slice(band * ROWS, (band + 1) * ROWS)))
}

/** One for each row of the signature, from the golden ratio on. */
const SEEDS: readonly number[] = Array.from({ length: BANDS * ROWS }, (_, index) => mix(Math.imul(index + 1, 0x9e3779b9)))

/** FNV-1a. */
function hash32(text: string): number {
  let hash = 2_166_136_261
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619)
  return hash >>> 0
}

/** The finaliser of MurmurHash3: each bit of the input changes half of the output. */
function mix(value: number): number {
  let mixed = value
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** Two hashes of 32 bits over the rows and the number of the band, so that equal rows of different bands do not meet. */
function bandHash(band: number, rows: readonly number[]): bigint {
  let [high, low] = [mix(band + 1), mix(band + 0x10001)]
  for (const row of rows) {
    high = mix(high ^ row)
    low = mix(Math.imul(low, 31) ^ row)
  }
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))
}

/** A text that was sent in before. */
export interface Earlier {
  readonly subject: string
  readonly text: string
}

export interface Similar {
  readonly subject: string
  /** 0 to 1. */
  readonly likeness: number
}

/** Which of the candidates are nearly the same as a text, the likest first. */
export function mostSimilar(text: string, candidates: readonly Earlier[]): readonly Similar[] {
  const own = shinglesOf(text)
  return candidates
    .map(({ subject, text: other }) => ({ subject, likeness: jaccard(own, shinglesOf(other)) }))
    .filter(({ likeness }) => likeness >= SIMILAR_FROM)
    .toSorted((a, b) => b.likeness - a.likeness || (a.subject < b.subject ? -1 : 1))
    .slice(0, MOST_SIMILAR)
}

/** What a reader sees of a text, and what in it is alive: mentions, links, emoji. */
export interface ReadText {
  readonly text: string
  readonly live: readonly string[]
}

interface Rule {
  readonly pattern: RegExp
  /** Shown in place of the match; `inner` is read again. */
  shown(match: RegExpExecArray): { text: string } | { inner: string } | { live: string }
}

const wrapped = (match: RegExpExecArray) => ({ inner: match[1] ?? '' })
const alive = (match: RegExpExecArray) => ({ live: match[0] })

/** Discord's markdown, in the order in which its client tries the rules (from knowledge of the client; the public page "Message Formatting" gives the forms). */
const RULES: readonly Rule[] = [
  { pattern: /^```\n?([^]*?)\n?```/, shown: (match) => ({ text: match[1] ?? '' }) },
  { pattern: /^\\([^0-9A-Za-z\s])/, shown: (match) => ({ text: match[1] ?? '' }) },
  { pattern: /^`([^`\n]+)`/, shown: (match) => ({ text: match[1] ?? '' }) },
  { pattern: /^<t:(-?\d+)(?::[tTdDfFR])?>/, shown: (match) => ({ text: new Date(Number(match[1]) * 1000).toISOString() }) },
  { pattern: /^<(?:@[!&]?\d+|#\d+|a?:\w+:\d+|id:\w+|\/[^>]+:\d+|https?:[^>\s]+)>/, shown: alive },
  { pattern: /^@(?:everyone|here)/, shown: alive },
  { pattern: /^\[((?:[^\]\\]|\\.)+)\]\(\s*<?https?:[^)]+\)/, shown: alive },
  { pattern: /^https?:\/\/[^\s<]+/, shown: alive },
  { pattern: /^:(\w+):/, shown: alive },
  { pattern: /^\*\*((?:\\.|[^\\])+?)\*\*(?!\*)/s, shown: wrapped },
  { pattern: /^__((?:\\.|[^\\])+?)__(?!_)/s, shown: wrapped },
  { pattern: /^~~((?:\\.|[^\\])+?)~~/s, shown: wrapped },
  { pattern: /^\|\|((?:\\.|[^\\])+?)\|\|/s, shown: wrapped },
  { pattern: /^\*(?=\S)((?:\\.|[^\\*])+?)\*(?!\*)/s, shown: wrapped },
  { pattern: /^_((?:\\.|[^\\_])+?)_(?![\p{L}\p{N}])/su, shown: wrapped },
]

/** Reads a text as Discord's client shows it. */
export function readMarkdown(markdown: string): ReadText {
  let text = ''
  const live: string[] = []
  let at = 0
  while (at < markdown.length) {
    const rest = markdown.slice(at)
    const block = at === 0 || markdown[at - 1] === '\n' ? /^(?:#{1,3} |-# |> |[-*] )/.exec(rest)?.[0].length : undefined
    if (block !== undefined) {
      at += block
      continue
    }
    const found = RULES.map((rule) => ({ rule, match: rule.pattern.exec(rest) })).find(({ match }) => match !== null)
    if (found?.match) {
      const shown = found.rule.shown(found.match)
      if ('inner' in shown) {
        const inner = readMarkdown(shown.inner)
        text += inner.text
        live.push(...inner.live)
      } else if ('live' in shown) live.push(shown.live)
      else text += shown.text
      at += found.match[0].length
    } else {
      text += markdown[at] ?? ''
      at += 1
    }
  }
  return { text, live }
}

import { getTdjson } from 'prebuilt-tdlib'
import tdl from 'tdl'
import { z } from 'zod'

const Parsed = z.object({
  _: z.literal('formattedText'),
  text: z.string(),
  entities: z.array(z.object({ type: z.object({ _: z.string() }) })),
})

const Refusal = z.object({ _: z.literal('error'), message: z.string() })

tdl.configure({ tdjson: getTdjson(), verbosityLevel: 0 })

export interface ParsedMessage {
  /** As it is shown, without tags. */
  readonly text: string
  /** TDLib's names of what the tags made: `textEntityTypeBold`. */
  readonly markup: readonly string[]
  /** What Telegram finds by itself and makes something to press: mentions, commands, addresses. */
  readonly found: readonly string[]
}

/**
 * Reads a text in HTML mode with Telegram's own code (TDLib), as the Bot API does.
 * @throws Error in Telegram's words when it refuses the text
 */
export function parseTelegramHtml(html: string): ParsedMessage {
  const answer = tdl.execute({ _: 'parseTextEntities', text: html, parse_mode: { _: 'textParseModeHTML' } })
  const refusal = Refusal.safeParse(answer)
  if (refusal.success) throw new Error(refusal.data.message)
  const parsed = Parsed.parse(answer)
  const found = tdl.execute({ _: 'getTextEntities', text: parsed.text })
  const Entities = z.object({ entities: z.array(z.object({ offset: z.number(), length: z.number(), type: z.object({ _: z.string() }) })) })
  return {
    text: parsed.text,
    markup: parsed.entities.map(({ type }) => type._),
    found: Entities.parse(found)
      // A time of day is one too, but leads somewhere only below a video.
      .entities.filter(({ type }) => type._ !== 'textEntityTypeMediaTimestamp')
      .map(({ offset, length }) => parsed.text.slice(offset, offset + length)),
  }
}

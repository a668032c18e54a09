import { refuse, type Outcome } from '../../core/shared/refusal.ts'
import { discordTexts } from './discord.texts.ts'

const { say } = discordTexts

/** Forms and lists of members are far smaller; it bounds what a member can make us load. */
const MAX_BYTES = 1024 * 1024
const TIMEOUT_MS = 10_000

export interface Attachment {
  readonly name: string
  readonly size: number
  readonly url: string
}

/** The text of an attached file: UTF-8, wrong bytes shown as such, without a byte order mark. Never more than 1 MiB is read, whatever the size claims. */
export async function readAttachment(attachment: Attachment, field: string): Promise<Outcome<string>> {
  const { name } = attachment
  const tooLarge = refuse({
    code: 'input.file_too_large',
    kind: 'invalid',
    reason: say('fileTooLarge', { name }),
    nextStep: say('fileTooLargeNext'),
    field,
  })
  if (attachment.size > MAX_BYTES) return tooLarge
  try {
    const response = await fetch(attachment.url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (!response.ok || response.body === null) throw new Error(`answered ${response.status}`)
    const decoder = new TextDecoder()
    let bytes = 0
    let text = ''
    for await (const chunk of response.body) {
      bytes += chunk.length
      if (bytes > MAX_BYTES) return tooLarge
      text += decoder.decode(chunk, { stream: true })
    }
    return { ok: true, result: text + decoder.decode() }
  } catch {
    // Whatever it was (network, time, an expired address): the member attaches the file again.
    return refuse({
      code: 'input.file_unreachable',
      kind: 'gone',
      reason: say('fileUnreachable', { name }),
      nextStep: say('fileUnreachableNext'),
      field,
    })
  }
}

import { refuse, type Outcome } from '../../core/shared/refusal.ts'
import { discordTexts } from './discord.texts.ts'
import { loadAttachment, type Attachment, type IsAttachment } from './load-attachment.ts'

const { say } = discordTexts

/** Forms and lists of members are far smaller; it bounds what a member can make us load. */
const LIMITS = { maxBytes: 1024 * 1024, timeoutMs: 10_000 }

/** The text of an attached file: UTF-8, wrong bytes shown as such, without a byte order mark. */
export async function readAttachment(attachment: Attachment, isAttachment: IsAttachment, field: string): Promise<Outcome<string>> {
  const { name } = attachment
  const loaded = await loadAttachment(attachment, isAttachment, LIMITS)
  if (loaded === 'too-large')
    return refuse({
      code: 'input.file_too_large',
      kind: 'invalid',
      reason: say('fileTooLarge', { name }),
      nextStep: say('fileTooLargeNext'),
      field,
    })
  if (loaded === 'unreachable')
    return refuse({
      code: 'input.file_unreachable',
      kind: 'gone',
      reason: say('fileUnreachable', { name }),
      nextStep: say('fileUnreachableNext'),
      field,
    })
  return { ok: true, result: new TextDecoder().decode(loaded) }
}

import type { Refusal } from '../../core/shared/refusal.ts'
import { ApiFailure } from './api-failure.ts'
import type { IncomingFile } from './read-update.ts'
import type { TelegramApi } from './telegram-api.ts'
import { telegramTexts } from './telegram.texts.ts'

const { say } = telegramTexts

/** Of a file that a member sends. */
export const MAX_FILE_BYTES = 1_000_000

/** The text of a sent file. Bytes that are no UTF-8 become U+FFFD, a byte order mark is taken off. */
export async function readFile(
  api: TelegramApi,
  file: IncomingFile,
): Promise<{ ok: true; text: string } | { ok: false; refusal: Refusal }> {
  if ((file.size ?? 0) > MAX_FILE_BYTES) return { ok: false, refusal: tooLarge() }
  try {
    const { file_path: path } = await api.call('getFile', { file_id: file.id })
    if (path === undefined) return { ok: false, refusal: lost() }
    return { ok: true, text: new TextDecoder().decode(await api.download(path, MAX_FILE_BYTES)) }
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error
    return { ok: false, refusal: error.code === 413 || /file is too big/i.test(error.message) ? tooLarge() : lost() }
  }
}

const tooLarge = (): Refusal => ({
  code: 'file.too_large',
  kind: 'invalid',
  reason: say('fileTooLarge', { kilobytes: MAX_FILE_BYTES / 1_000 }),
  nextStep: say('fileTooLargeNext'),
})

const lost = (): Refusal => ({ code: 'file.lost', kind: 'gone', reason: say('fileLost'), nextStep: say('fileLostNext') })

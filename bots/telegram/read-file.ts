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
  const loaded = await loadFile(api, file, MAX_FILE_BYTES)
  if (typeof loaded !== 'string') return { ok: true, text: new TextDecoder().decode(loaded) }
  return { ok: false, refusal: loaded === 'too-large' ? tooLarge() : lost() }
}

/** The bytes of a sent file. Never more than `maxBytes` is read, whatever the size claims. */
export async function loadFile(api: TelegramApi, file: IncomingFile, maxBytes: number): Promise<Uint8Array | 'too-large' | 'lost'> {
  if ((file.size ?? 0) > maxBytes) return 'too-large'
  try {
    const { file_path: path } = await api.call('getFile', { file_id: file.id })
    return path === undefined ? 'lost' : await api.download(path, maxBytes)
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error
    return error.code === 413 || /file is too big/i.test(error.message) ? 'too-large' : 'lost'
  }
}

const tooLarge = (): Refusal => ({
  code: 'file.too_large',
  kind: 'invalid',
  reason: say('fileTooLarge', { kilobytes: MAX_FILE_BYTES / 1_000 }),
  nextStep: say('fileTooLargeNext'),
})

const lost = (): Refusal => ({ code: 'file.lost', kind: 'gone', reason: say('fileLost'), nextStep: say('fileLostNext') })

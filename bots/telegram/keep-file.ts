import { MAX_UPLOAD, tooLarge, unreachable } from '../../core/forms/upload.rules.ts'
import type { ChatAccount, ChatPlace } from '../../core/shared/actor.ts'
import type { Outcome } from '../../core/shared/refusal.ts'
import { loadFile } from './read-file.ts'
import type { IncomingFile } from './read-update.ts'
import type { Surface } from './surface.ts'

/** Loads a file that a member sent as an answer and keeps it; gives the answer that names it. The same message again keeps nothing more. */
export async function keepFile(
  { api, app }: Surface,
  request: { readonly account: ChatAccount; readonly place: ChatPlace; readonly key: string },
  file: IncomingFile,
): Promise<Outcome<string>> {
  const bytes = await loadFile(api, file, MAX_UPLOAD)
  if (bytes === 'too-large') return tooLarge(file.name)
  if (bytes === 'lost') return unreachable(file.name)
  return app.keepUpload({ ...request, name: file.name, bytes })
}

import { fileTypeFromBuffer } from 'file-type'
import type { DetectType } from '../../core/forms/upload.rules.ts'

/** What a file is by its bytes. A file that is broken so that it cannot be told has no kind. */
export const detectType: DetectType = async (bytes) => {
  try {
    return (await fileTypeFromBuffer(bytes))?.mime
  } catch {
    return undefined
  }
}

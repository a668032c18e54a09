import type { Payload, UploadedFile } from './api-types.ts'

/** File parts of the call by field name; `attach://name` parts too. */
export type Files = ReadonlyMap<string, UploadedFile>

/** One Bot API method: gives the `result` or throws an ApiRefusal. `gone` aborts when the caller hangs up. */
export type Method = (payload: Payload, files: Files, gone: AbortSignal) => unknown

export type MethodTable = Record<string, Method>

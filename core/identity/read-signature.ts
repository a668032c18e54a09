import { z } from 'zod'

/** A signature as a wallet shows it, with the signed text if the member pasted it too. */
export interface GivenSignature {
  readonly signature: `0x${string}`
  readonly message?: string
}

// 65 bytes of a key; a contract wallet's may be longer (EIP-1271).
const SIGNATURE = /^0x(?:[0-9a-fA-F]{2}){64,2048}$/
const Pasted = z.object({
  msg: z.string().max(5_000).optional(),
  message: z.string().max(5_000).optional(),
  sig: z.string().optional(),
  signature: z.string().optional(),
})

/**
 * Reads what members paste: the bare signature, the JSON `{"address","msg","sig"}` that many wallets show, or the signed text followed by the signature.
 * Undefined when there is no signature in it.
 */
export function readSignature(typed: string): GivenSignature | undefined {
  const text = typed.trim()
  if (text.startsWith('{')) return readJson(text)
  const parts = /^([\s\S]*?)\s*(\S+)$/.exec(text)
  const message = parts?.[1]?.trim() ?? ''
  return given(parts?.[2] ?? '', message === '' ? undefined : message)
}

function readJson(text: string): GivenSignature | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const pasted = Pasted.safeParse(value)
  if (!pasted.success) return undefined
  return given(pasted.data.sig ?? pasted.data.signature ?? '', pasted.data.msg ?? pasted.data.message)
}

function given(signature: string, message: string | undefined): GivenSignature | undefined {
  const hex = signature.startsWith('0x') ? signature : `0x${signature}`
  if (!isSignature(hex)) return undefined
  return message === undefined ? { signature: hex } : { signature: hex, message }
}

function isSignature(text: string): text is `0x${string}` {
  return SIGNATURE.test(text)
}

import { cleanLine } from '../shared/clean-line.ts'
import { refuse, type Outcome } from '../shared/refusal.ts'
import type { Text } from '../shared/text.ts'
import { uploadTexts } from './upload.texts.ts'

const { say } = uploadTexts

const MEGABYTE = 1024 * 1024
/** Of one file, in bytes. */
export const MAX_UPLOAD = 8 * MEGABYTE
/** Of all files of a member that no submission has, in bytes. */
export const MAX_UNUSED = 40 * MEGABYTE
/** Of all that a member uploads within 24 hours, in bytes. */
export const MAX_A_DAY = 80 * MEGABYTE

/** What is kept, with the endings that a name of it may have. What is text stays text, whatever it is the text of. */
const ENDINGS = {
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'application/pdf': ['pdf'],
  'text/plain': ['txt', 'md', 'csv'],
} as const
export type UploadType = keyof typeof ENDINGS

const isKnown = (type: string | undefined): type is UploadType => type !== undefined && Object.hasOwn(ENDINGS, type)
export const readUploadType = (type: string): UploadType => {
  if (!isKnown(type)) throw new Error(`no file is kept as ${type}`)
  return type
}

/** What a file is by its bytes, as a library tells it: a media type; undefined when it has no mark of any kind. */
export type DetectType = (bytes: Uint8Array) => Promise<string | undefined>

/** A file that may be kept. */
export interface SoundUpload {
  readonly name: string
  readonly mediaType: UploadType
}

/** Whether a file is kept, and as what: by its bytes alone, whatever its name or the sender claims. @param name as it came */
export async function judgeUpload(name: string, bytes: Uint8Array, detect: DetectType): Promise<Outcome<SoundUpload>> {
  const shown = cleanName(name) || 'file'
  if (bytes.length === 0) return no('empty', say('empty', { name: shown }), say('emptyNext'))
  if (bytes.length > MAX_UPLOAD) return tooLarge(name)
  const type = isPlainText(bytes) ? typeOfText(bytes) : animatedAsPlain(await detect(bytes))
  if (!isKnown(type)) return no('kind', say('kind', { name: shown }), say('kindNext'))
  if (type !== 'text/plain' && isTwoInOne(bytes, type)) return no('mixed', say('mixed', { name: shown }), say('mixedNext'))
  return { ok: true, result: { name: uploadName(name, type), mediaType: type } }
}

export function tooLarge(name: string): Outcome<never> {
  return no('too_large', say('tooLarge', { name: cleanName(name) || 'file', megabytes: MAX_UPLOAD / MEGABYTE }), say('tooLargeNext'))
}

export function unreachable(name: string): Outcome<never> {
  return no('unreachable', say('unreachable', { name: cleanName(name) || 'file' }), say('unreachableNext'))
}

export function overLimit(limit: 'full' | 'daily'): Outcome<never> {
  const megabytes = (limit === 'full' ? MAX_UNUSED : MAX_A_DAY) / MEGABYTE
  return no(limit, say(limit, { megabytes }), say(`${limit}Next`))
}

function no(code: string, reason: Text, nextStep: Text): Outcome<never> {
  return refuse({ code: `upload.${code}`, kind: code === 'full' || code === 'daily' ? 'limited' : 'invalid', reason, nextStep })
}

const MAX_NAME = 100

/** The last part of a path as one line without anything that a file system or a reader could take for something else; may be empty. */
function cleanName(given: string): string {
  const last = cleanLine(given.slice(-1_000)).split(/[/\\]/).at(-1) ?? ''
  const plain = last.replaceAll(/[<>:"|?*]/g, '').replaceAll(/^[\s.]+|[\s.]+$/g, '')
  return Array.from(plain).slice(-MAX_NAME).join('').trim()
}

/** A name whose ending says what the file is, so that nothing opens it as something else. */
export function uploadName(given: string, type: UploadType): string {
  const endings: readonly string[] = ENDINGS[type]
  const name = cleanName(given)
  const dot = name.lastIndexOf('.')
  const ending = name.slice(dot + 1).toLowerCase()
  const isFitting = dot > 0 && endings.includes(ending)
  const stem = isFitting ? name.slice(0, dot) : name
  const end = isFitting ? ending : endings[0]!
  const short = Array.from(stem)
    .slice(0, MAX_NAME - end.length - 1)
    .join('')
    .trim()
  return `${short || 'file'}.${end}`
}

/** UTF-8 without control characters other than those of lines and columns. */
function isPlainText(bytes: Uint8Array): boolean {
  try {
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    return !/[\0-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]/.test(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return false
  }
}

/** Pages and pictures that are written as text run scripts in whoever opens them. */
const MARKUP = /^\s*<(?:!doctype|\?xml|html|head|body|svg|script|iframe|style|link|meta|object|embed|math)\b/i

function typeOfText(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder().decode(bytes.subarray(0, 1_024))
  if (head.startsWith('%PDF-')) return 'application/pdf'
  return MARKUP.test(head) ? undefined : 'text/plain'
}

/** A picture that moves shows its first frame wherever only the plain kind is known. */
const animatedAsPlain = (type: string | undefined): string | undefined => (type === 'image/apng' ? 'image/png' : type)

/** As far as readers of PDF look for its mark, and browsers for a page. */
const HEAD = 1_024
/** The end record of an archive, and how far before the end of a file it may stand. */
const ARCHIVE_END = [0x50, 0x4b, 0x05, 0x06] as const
const ARCHIVE_RECORD = 22
const ARCHIVE_COMMENT = 65_535

/** Whether other programs would take it for another kind: a PDF or a page in the head of a picture, an archive behind its end. */
function isTwoInOne(bytes: Uint8Array, type: UploadType): boolean {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, HEAD))
  if (type !== 'application/pdf' && head.includes('%PDF-')) return true
  if (/<(?:script|html|svg|!doctype|\?php|body|iframe)\b/i.test(head)) return true
  return hasArchiveEnd(bytes)
}

function hasArchiveEnd(bytes: Uint8Array): boolean {
  for (let at = bytes.length - ARCHIVE_RECORD; at >= Math.max(0, bytes.length - ARCHIVE_RECORD - ARCHIVE_COMMENT); at -= 1) {
    if (ARCHIVE_END.every((byte, index) => bytes[at + index] === byte)) {
      // The record tells how long the comment behind it is: four bytes that only happen to be there do not fit.
      const comment = bytes[at + 20]! + bytes[at + 21]! * 256
      if (at + ARCHIVE_RECORD + comment <= bytes.length) return true
    }
  }
  return false
}

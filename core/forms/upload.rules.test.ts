import fc from 'fast-check'
import { expect, test } from 'vitest'
import { detectType } from '../../adapters/files/detect-type.ts'
import { EMPTY_ZIP, GIF, JPEG, PDF, PNG, SVG, WEBP, WINDOWS_PROGRAM, ZIP } from '../../test/support/sample-files.ts'
import { shownUpload, uploadIdOf, uploadReference, uploadText } from './upload.ts'
import { judgeUpload, MAX_UPLOAD, uploadName, type UploadType } from './upload.rules.ts'

const judged = async (name: string, bytes: Uint8Array | string) => {
  const found = await judgeUpload(name, typeof bytes === 'string' ? Buffer.from(bytes) : bytes, detectType)
  return found.ok ? `${found.result.mediaType} ${found.result.name}` : found.refusal.code
}

test.each<[string, Uint8Array | string, string]>([
  ['a.png', PNG, 'image/png a.png'],
  ['a.gif', GIF, 'image/gif a.gif'],
  ['a.JPEG', JPEG, 'image/jpeg a.jpeg'],
  ['a.webp', WEBP, 'image/webp a.webp'],
  ['a.pdf', PDF, 'application/pdf a.pdf'],
  ['a.pdf', '%PDF-1.4\nplain letters only', 'application/pdf a.pdf'],
  ['notes.md', '# Notes\nüber <b>x</b>', 'text/plain notes.md'],
  ['table.csv', 'a,b\r\n1,2\r\n', 'text/plain table.csv'],
  ['BM.txt', 'BM begins pictures and this text', 'text/plain BM.txt'],
])('%s is kept as what it is', async (name, bytes, kept) => {
  expect(await judged(name, bytes)).toBe(kept)
})

test.each<[string, string, Uint8Array | string, string]>([
  ['nothing', 'a.png', '', 'upload.empty'],
  ['a picture that runs scripts, called a PNG', 'a.png', SVG, 'upload.kind'],
  ['the same behind white space and a mark', 'a.png', Buffer.concat([Buffer.from('\ufeff \n'), SVG]), 'upload.kind'],
  ['the same as XML', 'a.svg', `<?xml version="1.0"?>${SVG.toString()}`, 'upload.kind'],
  ['a page called text', 'a.txt', ' <!DOCTYPE html><script>alert(1)</script>', 'upload.kind'],
  ['a page without its head', 'a.txt', '<script>alert(1)</script>', 'upload.kind'],
  ['an archive', 'a.zip', ZIP, 'upload.kind'],
  ['an archive called a picture', 'a.png', ZIP, 'upload.kind'],
  ['a program', 'a.pdf', WINDOWS_PROGRAM, 'upload.kind'],
  ['a program of Linux', 'a.txt', Buffer.from('7f454c460201010000', 'hex'), 'upload.kind'],
  ['text in another encoding', 'a.txt', Buffer.from('fffe68006900', 'hex'), 'upload.kind'],
  ['a picture with an archive behind it', 'a.png', Buffer.concat([PNG, ZIP]), 'upload.mixed'],
  ['a PDF with an archive behind it', 'a.pdf', Buffer.concat([PDF, EMPTY_ZIP]), 'upload.mixed'],
  ['a picture with a PDF in its head', 'a.gif', Buffer.concat([GIF, PDF]), 'upload.mixed'],
  ['a picture with a page in its head', 'a.gif', Buffer.concat([GIF, Buffer.from('<script>')]), 'upload.mixed'],
  ['too much', 'a.txt', 'x'.repeat(MAX_UPLOAD + 1), 'upload.too_large'],
])('%s is refused', async (_what, name, bytes, code) => {
  expect(await judged(name, bytes)).toBe(code)
})

test.each<[string, UploadType, string]>([
  ['page.html', 'text/plain', 'page.html.txt'],
  ['run.bat', 'text/plain', 'run.bat.txt'],
  ['photo.exe', 'image/png', 'photo.exe.png'],
  ['C:\\secret\\..\\a.png', 'image/png', 'a.png'],
  ['../../etc/passwd', 'text/plain', 'passwd.txt'],
  ['／etc／a.png', 'image/png', 'a.png'],
  ['a\nb\r\nSet-Cookie: x.png', 'image/png', 'a b Set-Cookie x.png'],
  ['gnp.\u202etxt.exe', 'image/png', 'gnp.txt.exe.png'],
  ['.png', 'image/png', 'png.png'],
  ['...', 'text/plain', 'file.txt'],
  ['', 'application/pdf', 'file.pdf'],
  ['报告.pdf', 'application/pdf', '报告.pdf'],
])('the name %j is kept as a name of what it is', (given, type, name) => {
  expect(uploadName(given, type)).toBe(name)
})

test('every name is one short line without signs that lead elsewhere, and cleaning it again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (given) => {
      const name = uploadName(given, 'image/png')
      expect(name).toMatch(/^[^\p{Cc}/\\<>:"|?*]{1,99}png$/u)
      expect(Array.from(name).length).toBeLessThanOrEqual(100)
      expect(uploadName(name, 'image/png')).toBe(name)
    }),
  )
})

test('an answer names one file and nothing else, and what is shown of it is read back', () => {
  const id = 'abcdefghij0123456789'
  expect(uploadIdOf(uploadReference(id))).toBe(id)
  for (const other of ['upload:', 'upload:../x', `upload:${id}x`, `https://x.org/upload:${id}`, 7, undefined])
    expect(uploadIdOf(other)).toBeUndefined()
  const shown = shownUpload(uploadText({ id, name: 'a.png', mediaType: 'image/png', size: 1_025 }))
  expect(shown).toMatchObject({ name: 'a.png', page: `/files/${id}`, isImage: true, size: { values: { kilobytes: 2 } } })
  expect(shownUpload(uploadText(undefined))).toBeUndefined()
})

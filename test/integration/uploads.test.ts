import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { forgetUploads, ownUpload } from '../../adapters/postgres/upload-store.ts'
import { MAX_A_DAY, MAX_UNUSED, MAX_UPLOAD } from '../../core/forms/upload.rules.ts'
import { DAY, HOUR } from '../../core/shared/instant.ts'
import { newKey, readPage, startFormsWorld, TRIP, words, type FormsWorld } from '../support/forms-world.ts'
import { PDF, PNG, SVG } from '../support/sample-files.ts'
import { chatter, linkAccounts } from '../support/two-chats.ts'
import type { Visitor } from '../support/web-world.ts'

let forms: FormsWorld
let proof: number

beforeAll(async () => {
  forms = await startFormsWorld()
  proof = await forms.offer({
    ...TRIP,
    title: words('Proof'),
    fields: [
      { kind: 'file', id: 'picture', label: words('Picture') },
      { kind: 'short-text', id: 'about', label: words('About'), minLength: 3 },
      { kind: 'file', id: 'more', label: words('More'), required: false },
    ],
    review: { rule: 'panel', needed: 1, panel: 1 },
    recurrence: { every: 'day', times: 20 },
  })
}, 60_000)
afterAll(() => forms?.world.stop())
beforeEach(() => {
  forms.world.clock.now += 1_000
})

interface Sent {
  readonly name: string
  readonly bytes: Uint8Array | string
  /** What the sender says that it is. */
  readonly type?: string
}

/** Sends the form of {@link proof} as a browser does, with files. */
async function fill(
  who: Visitor,
  files: Readonly<Record<string, Sent>>,
  fields: Readonly<Record<string, string>> = {},
  key = newKey(),
): Promise<{ status: number; text: string; to: string | null }> {
  const body = new FormData()
  body.set('csrf', fields['csrf'] ?? (await who.csrf('/account')))
  body.set('key', key)
  for (const asked of ['picture', 'about', 'more']) body.append('asked', asked)
  for (const [name, value] of Object.entries(fields)) body.set(name, value)
  for (const [id, { name, bytes, type = 'application/octet-stream' }] of Object.entries(files))
    body.set(`file.${id}`, new Blob([typeof bytes === 'string' ? bytes : Buffer.from(bytes)], { type }), name)
  // The visitor knows forms without files; the request itself is the same.
  const response = await fetch(`${forms.world.base}/forms/${proof}`, {
    method: 'POST',
    body,
    redirect: 'manual',
    headers: { accept: 'text/html', cookie: [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
  })
  return { status: response.status, text: await response.text(), to: response.headers.get('location') }
}

const prisma = () => forms.world.community.database.prisma
const uploadsOf = async (name: string) =>
  prisma().upload.findMany({
    where: { memberId: await forms.memberOf(name) },
    orderBy: { createdAt: 'asc' },
    select: { id: true, name: true, mediaType: true, size: true },
  })
const answersOf = async (name: string) =>
  (await prisma().formDraft.findUnique({ where: { form_memberId: { form: proof, memberId: await forms.memberOf(name) } } }))?.answers
async function restart(name: string): Promise<Visitor> {
  const memberId = await forms.memberOf(name)
  await prisma().formDraft.deleteMany({ where: { memberId } })
  await prisma().upload.deleteMany({ where: { memberId, uses: { none: {} } } })
  return forms.as(name)
}
async function sendIn(name: string, file: Sent): Promise<{ number: number; id: string }> {
  const who = await restart(name)
  expect((await fill(who, { picture: file }, { 'a.about': 'What I saw' })).to).toBe(`/forms/${proof}/send`)
  const seen = /name="seen" value="(\d+)"/.exec(await readPage(who, `/forms/${proof}/send`))![1]!
  const { text } = await forms.post(who, `/forms/${proof}/send`, { seen })
  const number = Number(/SUB-(\d+)/.exec(text)?.[1])
  const [use] = await prisma().uploadUse.findMany({ where: { submission: number } })
  return { number, id: use!.upload }
}

describe('a file on the page of a form', () => {
  test('is kept, shown by name and size, stays when the form is saved again, and goes when it is taken out', async () => {
    const ann = await restart('ann')
    expect(await readPage(ann, `/forms/${proof}`)).not.toContain('enctype')
    const first = await fill(ann, { picture: { name: 'C:\\x\\screen.png', bytes: PNG } }, { 'a.about': 'ab' })
    expect(first.status).toBe(422)
    const [kept] = await uploadsOf('ann')
    expect(kept).toMatchObject({ name: 'screen.png', mediaType: 'image/png', size: PNG.length })
    const page = await readPage(ann, `/forms/${proof}`)
    expect(page).toContain('enctype="multipart/form-data"')
    expect(page).toContain(`<a href="/files/${kept!.id}" target="_blank" rel="noopener"><bdi>screen.png</bdi></a> (1 KB)`)
    const again = await fill(ann, {}, { 'a.about': 'What I saw', 'kept.picture': `upload:${kept!.id}` })
    expect(again.to).toBe(`/forms/${proof}/send`)
    expect(await readPage(ann, `/forms/${proof}/send`)).toContain('<bdi>screen.png</bdi></a> (1 KB)')
    // The same draft in a chat has the address of the page.
    expect((await forms.world.community.say('ann', `form fill FRM-${proof}`)).text).toContain(
      `screen.png (1 KB): ${forms.world.base}/files/${kept!.id}`,
    )
    await fill(ann, {}, { 'a.about': 'What I saw', 'kept.picture': `upload:${kept!.id}`, 'drop.picture': 'yes' })
    expect(await answersOf('ann')).toMatchObject({ picture: '' })
    await fill(ann, {}, { 'a.about': 'What I saw', 'a.picture': 'https://example.org/a.png' })
    expect(await answersOf('ann')).toMatchObject({ picture: 'https://example.org/a.png' })
  })

  test('the same form sent twice keeps one file', async () => {
    const bob = await restart('bob')
    const key = newKey()
    for (let tries = 0; tries < 2; tries += 1) await fill(bob, { picture: { name: 'a.png', bytes: PNG } }, { 'a.about': 'abc' }, key)
    expect(await uploadsOf('bob')).toHaveLength(1)
  })

  test.each<[string, Sent, string, string]>([
    ['a picture that runs scripts', { name: 'a.png', bytes: SVG, type: 'image/png' }, 'is of no kind that I take', 'goes as a link'],
    ['a page', { name: 'a.txt', bytes: '<html><script>1</script>', type: 'text/plain' }, 'is of no kind that I take', 'goes as a link'],
    ['nothing', { name: 'a.png', bytes: '' }, 'is empty', 'upload it again'],
    ['nine megabytes', { name: 'a.txt', bytes: 'x'.repeat(9 * 1024 * 1024) }, 'larger than 8 MB', 'give the link instead'],
  ])('%s is refused with what to do, and what else was typed is kept', async (_what, file, reason, next) => {
    const lin = await restart('lin')
    const { status, text } = await fill(lin, { picture: file }, { 'a.about': 'Kept all the same' })
    expect(status).toBe(422)
    expect(text).toContain(reason)
    expect(text).toContain(next)
    expect(text).toContain('value="Kept all the same"')
    expect(await uploadsOf('lin')).toEqual([])
    expect(await answersOf('lin')).toMatchObject({ about: 'Kept all the same' })
  })

  test('a hundred megabytes are refused by what they claim to be, with a page that says what is kept', async () => {
    const lin = await restart('lin')
    await fill(lin, {}, { 'a.about': 'Saved before' })
    const { status, text } = await fill(lin, { picture: { name: 'a.mp4', bytes: Buffer.alloc(100 * 1024 * 1024) } }, { 'a.about': 'Lost' })
    expect(status).toBe(413)
    expect(text).toContain('your draft is as you last saved it')
    expect(await answersOf('lin')).toMatchObject({ about: 'Saved before' })
  })

  test('files without the session’s own token, of strangers and in broken bodies do nothing', async () => {
    const bob = await restart('bob')
    expect((await fill(bob, { picture: { name: 'a.png', bytes: PNG } }, { csrf: 'x' })).status).toBe(403)
    expect((await fill(forms.world.browser(), { picture: { name: 'a.png', bytes: PNG } })).to).toMatch(/^\/signin/)
    for (const type of ['multipart/form-data', 'multipart/form-data; boundary=x']) {
      const response = await bob.post(`/forms/${proof}`, new URLSearchParams({ csrf: await bob.csrf('/account') }), {
        'content-type': type,
      })
      expect(response.status).toBe(400)
    }
    expect(await uploadsOf('bob')).toEqual([])
    expect(forms.world.logged()).not.toContain('bug')
  })

  test('what another member uploaded is no answer, typed or sent back', async () => {
    const { id } = await sendIn('ann', { name: 'a.png', bytes: PNG })
    const bob = await restart('bob')
    for (const fields of [
      { 'a.picture': `upload:${id}` },
      { 'kept.picture': `upload:${id}` },
      { 'a.picture': 'upload:00000000000000000000' },
    ]) {
      const { status, text } = await fill(bob, {}, { 'a.about': 'What I saw', ...fields })
      expect(status).toBe(422)
      expect(text).toContain('is not among those that you uploaded')
    }
  })
})

describe('the page of a file', () => {
  test('is there for who uploaded it and for reviewers, to nobody else', async () => {
    const { number, id } = await sendIn('ann', { name: 'seen by ann 报告.png', bytes: PNG })
    const path = `/files/${id}`
    const own = await (await forms.as('ann')).get(path)
    expect(Object.fromEntries(own.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'private, no-store',
      'content-disposition': `inline; filename="seen by ann __.png"; filename*=UTF-8''seen%20by%20ann%20%E6%8A%A5%E5%91%8A.png`,
    })
    expect(Buffer.from(await own.arrayBuffer())).toEqual(PNG)
    const hui = await forms.as('hui')
    const reviewed = await hui.get(path)
    expect(reviewed.status).toBe(200)
    // Judged blind, the name of a file tells no more than the answers.
    expect(reviewed.headers.get('content-disposition')).not.toContain('ann')
    expect(await prisma().submissionLink.count({ where: { submission: number } })).toBe(0)
    const desk = await readPage(hui, `/desk/SUB-${number}`)
    expect(desk).toContain(`<img class="upload" src="${path}" alt="seen by ▇▇▇ 报告.png"`)
    expect(desk).not.toContain('seen by ann')
    expect((await forms.world.community.say('hui', `review show SUB-${number}`)).text).toContain(
      `seen by ▇▇▇ 报告.png (1 KB): ${forms.world.base}${path}`,
    )
    const [foreign, unknown] = await Promise.all(
      [path, '/files/00000000000000000000', '/files/%2e%2e'].slice(0, 2).map(async (each) => (await forms.as('bob')).get(each)),
    )
    expect([foreign!.status, unknown!.status]).toEqual([404, 404])
    const plain = (text: string) => text.replaceAll(/[0-9a-f-]{36}|\/files\/\w+/g, '')
    expect(plain(await foreign!.text())).toBe(plain(await unknown!.text()))
    expect((await forms.world.browser().get(path)).headers.get('location')).toBe(`/signin?to=${encodeURIComponent(path)}`)
    expect(await readPage(await forms.as('ann'), `/submissions/${number}`)).toContain('<bdi>seen by ann 报告.png</bdi></a> (1 KB)')
    expect((await forms.world.community.say('ann', `submission show SUB-${number}`)).text).toContain(`${forms.world.base}${path}`)
  })

  test('before it is sent in nobody but its member reads it; all but pictures is saved, never shown', async () => {
    const ann = await restart('ann')
    await fill(ann, {
      picture: { name: 'x.pdf', bytes: PDF },
      more: { name: 'page.html', bytes: 'Hello <script>alert(1)</script>', type: 'text/html' },
    })
    const [pdf, text] = (await uploadsOf('ann'))
      .filter(({ mediaType }) => mediaType !== 'image/png')
      .toSorted((a, b) => (a.name < b.name ? 1 : -1))
    expect((await (await forms.as('hui')).get(`/files/${pdf!.id}`)).status).toBe(404)
    const opened = await ann.get(`/files/${pdf!.id}`)
    expect([opened.headers.get('content-type'), opened.headers.get('content-disposition')]).toEqual([
      'application/pdf',
      `attachment; filename="x.pdf"; filename*=UTF-8''x.pdf`,
    ])
    const written = await ann.get(`/files/${text!.id}`)
    expect([written.headers.get('content-type'), written.headers.get('content-disposition')]).toEqual([
      'text/plain; charset=utf-8',
      `attachment; filename="page.html.txt"; filename*=UTF-8''page.html.txt`,
    ])
  })
})

describe('limits', () => {
  const keep = (name: string, bytes: Uint8Array, key = newKey()) =>
    forms.world.app.keepUpload({
      account: { platform: 'console', userId: name, name },
      place: { kind: 'private', chatId: name },
      key,
      name: 'a.txt',
      bytes,
    })
  const big = () => Buffer.from(randomBytes(MAX_UPLOAD / 2).toString('hex'))

  test('files of a member that come at once do not pass the sum together; one key is one file, and nobody else’s', async () => {
    await restart('lin')
    const kept = await Promise.all(Array.from({ length: MAX_UNUSED / MAX_UPLOAD + 3 }, () => keep('lin', big())))
    expect(kept.map((one) => (one.ok ? 'kept' : one.refusal.code)).toSorted()).toEqual([
      ...Array.from({ length: MAX_UNUSED / MAX_UPLOAD }, () => 'kept'),
      ...Array.from({ length: 3 }, () => 'upload.full'),
    ])
    await restart('bob')
    const key = newKey()
    const same = await Promise.all([keep('bob', PNG, key), keep('bob', PNG, key)])
    expect(same[0]).toEqual(same[1])
    expect(await uploadsOf('bob')).toHaveLength(1)
    expect(await keep('ann', PNG, key)).toMatchObject({ ok: false, refusal: { code: 'command.key_reused' } })
    // What nothing has makes room after an hour.
    forms.world.clock.now += HOUR + 1_000
    expect(await keep('lin', big())).toMatchObject({ ok: true })
    expect(await uploadsOf('lin')).toHaveLength(1)
  }, 60_000)

  test('what submissions have counts for the day all the same', async () => {
    await restart('lin')
    const memberId = await forms.memberOf('lin')
    const { number } = await sendIn('lin', { name: 'a.png', bytes: PNG })
    const codes: string[] = []
    for (let uploaded = 0; uploaded < MAX_A_DAY; uploaded += MAX_UPLOAD) {
      const kept = await keep('lin', big())
      codes.push(kept.ok ? 'kept' : kept.refusal.code)
      await prisma()
        .$executeRaw`INSERT INTO upload_use SELECT id, ${number} FROM upload WHERE member_id = ${memberId} ON CONFLICT DO NOTHING`
    }
    // The small one that came first is too much.
    expect(codes).toEqual([...Array.from({ length: MAX_A_DAY / MAX_UPLOAD - 1 }, () => 'kept'), 'upload.daily'])
    forms.world.clock.now += DAY
    expect(await keep('lin', PNG)).toMatchObject({ ok: true })
  }, 60_000)

  test('a file that nothing has had for a month is forgotten; one of a draft or a submission is not', async () => {
    const { id } = await sendIn('ann', { name: 'sent.png', bytes: PNG })
    const bob = await restart('bob')
    await fill(bob, { picture: { name: 'draft.png', bytes: PNG }, more: { name: 'left.png', bytes: PNG } }, { 'a.about': 'abc' })
    await fill(bob, {}, { 'a.about': 'abc', 'kept.picture': ((await answersOf('bob')) as { picture: string }).picture, 'drop.more': 'yes' })
    const { database } = forms.world.community
    expect(await forgetUploads(database, forms.world.clock.now + 29 * DAY)).toBe(0)
    await forgetUploads(database, forms.world.clock.now + 31 * DAY)
    expect((await uploadsOf('bob')).map(({ name }) => name)).toEqual(['draft.png'])
    expect((await uploadsOf('ann')).map((one) => one.id)).toContain(id)
  })

  test('the database itself keeps nothing larger, of another kind or of another size than it says', async () => {
    const memberId = await forms.memberOf('ann')
    const sound = {
      id: 'a'.repeat(20),
      key: 'k',
      memberId,
      name: 'a.png',
      mediaType: 'image/png',
      size: 3,
      sha256: createHash('sha256').update('abc').digest(),
      bytes: Buffer.from('abc'),
      createdAt: new Date(),
    }
    const refused = [
      { size: 4 },
      { size: 0, bytes: Buffer.alloc(0) },
      { mediaType: 'image/svg+xml' },
      { name: 'a\nb' },
      { name: 'a/b' },
      { id: 'x' },
      { size: MAX_UPLOAD + 1, bytes: Buffer.alloc(MAX_UPLOAD + 1) },
    ]
    for (const wrong of refused)
      await expect(prisma().upload.create({ data: { ...sound, ...wrong } })).rejects.toThrow(/upload_(?:size|type|name|id_form)/)
  })
})

test('files of two linked accounts are those of one member, in their draft too, and go back when the link is undone', async () => {
  const { community, app } = forms.world
  const there = chatter(community, 'telegram', 'Mina there')
  const here = chatter(community, 'discord', 'Mina')
  for (const who of [there, here]) await who.say('start')
  const kept = await app.keepUpload({
    account: here.account,
    place: { kind: 'private', chatId: here.account.userId },
    key: newKey(),
    name: 'a.png',
    bytes: PNG,
  })
  const answer = kept.ok ? kept.result : ''
  await here.say(`form fill FRM-${proof}`)
  expect((await here.say(`form answer FRM-${proof} ${answer}`)).reply.code).toBeUndefined()
  const [merged, survivor] = [await here.memberId(), await there.memberId()]
  const isOf = async (memberId: string) => (await ownUpload(prisma(), memberId, answer.slice('upload:'.length))) !== undefined
  expect([await isOf(merged), await isOf(survivor)]).toEqual([true, false])
  await linkAccounts(here, there)
  expect([await isOf(merged), await isOf(survivor)]).toEqual([false, true])
  expect((await there.say(`form fill FRM-${proof} question:picture`)).text).toContain('a.png')
  await forgetUploads(community.database, forms.world.clock.now + 31 * DAY)
  expect(await isOf(survivor)).toBe(true)
  await here.press(await here.say('unlink'))
  expect([await isOf(merged), await isOf(survivor)]).toEqual([true, false])
})

test('a member gets a list of their files, and takes them along when they go', async () => {
  const { number, id } = await sendIn('lin', { name: 'mine.png', bytes: PNG })
  const { community } = forms.world
  const exported = (await community.say('lin', 'privacy export')).reply.file!.content
  expect(JSON.parse(exported)).toMatchObject({
    uploads: expect.arrayContaining([
      {
        page: `/files/${id}`,
        name: 'mine.png',
        media_type: 'image/png',
        size: PNG.length,
        sha256: createHash('sha256').update(PNG).digest('hex'),
        created_at: expect.any(String),
      },
    ]),
  })
  const lines = await prisma().auditLine.findMany({
    where: { memberId: await forms.memberOf('lin') },
    select: { input: true, reply: true },
  })
  expect(JSON.stringify(lines)).not.toContain(PNG.toString('base64').slice(0, 20))
  const asked = await community.say('lin', 'privacy delete')
  await community.press('lin', asked, 'Erase for ever')
  expect(await prisma().upload.count({ where: { id } })).toBe(0)
  expect(await prisma().uploadUse.count({ where: { submission: number } })).toBe(0)
  expect((await (await forms.as('hui')).get(`/files/${id}`)).status).toBe(404)
})

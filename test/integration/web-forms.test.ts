import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newKey, readPage, startFormsWorld, TRIP, words, type FormsWorld } from '../support/forms-world.ts'
import type { Visitor } from '../support/web-world.ts'

let forms: FormsWorld
let trip: number
let ann: Visitor

beforeAll(async () => {
  forms = await startFormsWorld()
  trip = await forms.offer(TRIP)
  ann = await forms.as('ann')
}, 60_000)
afterAll(() => forms?.world.stop())
beforeEach(() => {
  forms.world.clock.now += 1_000
})

const draftOf = async (name: string, form: number) =>
  forms.world.community.database.prisma.formDraft.findUnique({ where: { form_memberId: { form, memberId: await forms.memberOf(name) } } })

function answered(answers: Readonly<Record<string, string | readonly string[]>>): URLSearchParams {
  const body = new URLSearchParams()
  for (const [id, value] of Object.entries(answers)) {
    body.append('asked', id)
    for (const each of [value].flat()) body.append(`a.${id}`, each)
  }
  return body
}

describe('who may', () => {
  test('a stranger is led to the sign-in and back; campaigns need none', async () => {
    const stranger = forms.world.browser()
    for (const path of ['/forms', `/forms/${trip}`, '/submissions', '/submissions/12', '/campaigns/propose', '/forms/new']) {
      const response = await stranger.get(path)
      expect([response.status, response.headers.get('location')]).toEqual([303, `/signin?to=${encodeURIComponent(path)}`])
    }
    expect((await stranger.get('/campaigns')).status).toBe(200)
    expect((await stranger.get('/campaigns/999')).status).toBe(404)
  })

  test('a form without the session’s own token does nothing', async () => {
    const bob = await forms.as('bob')
    for (const csrf of ['', 'x', await ann.csrf('/account')])
      for (const path of [`/forms/${trip}/begin`, `/forms/${trip}`, `/forms/${trip}/send`, '/campaigns/propose', '/submissions/1/withdraw'])
        expect((await forms.post(bob, path, { csrf, key: newKey(), seen: '1' })).status).toBe(403)
    expect(await draftOf('bob', trip)).toBeNull()
  })

  test('only a chair edits, exports and opens forms', async () => {
    for (const path of ['/forms/new', `/forms/${trip}/edit`, `/forms/${trip}/export`]) expect((await ann.get(path)).status).toBe(403)
    expect((await forms.post(ann, '/forms/new', { do: 'publish' })).status).toBe(403)
    expect((await forms.post(ann, `/forms/${trip}/close`)).text).toContain('class="answer refused"')
    expect(await readPage(ann, '/forms')).not.toContain('/edit')
    expect((await (await forms.as('hui')).get(`/forms/${trip}/edit`)).status).toBe(200)
  })

  test('a form that is not offered yet is there for its keepers alone', async () => {
    const made = await forms.world.community.say('hui', `form import ${JSON.stringify({ ...TRIP, title: words('Secret') })}`)
    const number = Number(/FRM-(\d+)/.exec(made.text)?.[1])
    expect((await ann.get(`/forms/${number}`)).status).toBe(404)
    expect(await readPage(await forms.as('hui'), `/forms/${number}`)).toContain('Secret')
  })
})

describe('filling in', () => {
  test('a wrong answer is named at its place, everything typed stays, and the rest is asked when its condition holds', async () => {
    expect(await readPage(ann, '/forms')).toContain('Trip report')
    expect(await readPage(ann, '/forms')).toContain('You may send it in 3 more times.')
    const begun = await forms.post(ann, `/forms/${trip}/begin`)
    expect([begun.status, begun.to]).toEqual([303, `/forms/${trip}`])
    const first = await readPage(ann, `/forms/${trip}`)
    expect(first).toMatch(/data-question="days"[^>]*hidden disabled/)
    const wrong = await forms.post(ann, `/forms/${trip}`, answered({ place: 'Ox', again: '' }))
    expect(wrong.status).toBe(422)
    expect(wrong.text).toContain('The answer to “Where” is too short. It has 2 characters; at least 3 are needed.')
    expect(wrong.text).toMatch(/id="q-place"[^>]*aria-describedby="q-place-wrong q-place-help"[^>]*aria-invalid="true"/)
    expect(wrong.text).toContain('value="Ox"')
    const more = await forms.post(ann, `/forms/${trip}`, answered({ place: 'Oxford', again: 'yes' }))
    expect(more.status).toBe(200)
    expect(more.text).toMatch(/data-question="days"(?![^>]*hidden)[^>]*>/)
    const all = await forms.post(ann, `/forms/${trip}`, answered({ place: 'Oxford', again: 'yes', days: '12' }))
    expect([all.status, all.to]).toEqual([303, `/forms/${trip}/send`])
  })

  test('what was seen is sent, once, however often the form comes', async () => {
    const summary = await readPage(ann, `/forms/${trip}/send`)
    expect(summary).toContain('Oxford')
    const seen = /name="seen" value="(\d+)"/.exec(summary)![1]!
    // Changed in a chat meanwhile: shown again instead of sent.
    await forms.world.community.say('ann', `form fill FRM-${trip} place`)
    const key = newKey()
    const late = await forms.post(ann, `/forms/${trip}/send`, { seen, key: newKey() })
    expect(late.status).toBe(409)
    const again = /name="seen" value="(\d+)"/.exec(await readPage(ann, `/forms/${trip}/send`))![1]!
    const one = await forms.post(ann, `/forms/${trip}/send`, { seen: again, key })
    expect(one.text).toContain('counts. Thank you!')
    expect((await forms.post(ann, `/forms/${trip}/send`, { seen: again, key })).text).toContain('counts. Thank you!')
    expect(await forms.world.community.database.prisma.submission.count({ where: { form: trip } })).toBe(1)
    expect(await readPage(ann, '/submissions')).toContain('Trip report')
  })

  test('one draft for chats and the web, both ways', async () => {
    const { community } = forms.world
    await community.say('bob', `form fill FRM-${trip}`)
    await community.say('bob', 'Lisbon')
    const bob = await forms.as('bob')
    expect(await readPage(bob, '/forms')).toContain(`Go on with FRM-${trip}`)
    expect(await readPage(bob, `/forms/${trip}`)).toContain('value="Lisbon"')
    await forms.post(bob, `/forms/${trip}`, answered({ place: 'Porto', again: 'no' }))
    expect((await community.say('bob', `form fill FRM-${trip}`)).text).toContain('Porto')
    // Another member sees nothing of it.
    expect(await readPage(await forms.as('lin'), `/forms/${trip}`)).not.toContain('Porto')
  })

  test('what is typed for a draft that is gone begins another one', async () => {
    const bob = await forms.as('bob')
    await forms.world.community.say('bob', `form discard FRM-${trip}`)
    const saved = await forms.post(bob, `/forms/${trip}`, answered({ place: 'Faro', again: 'no' }))
    expect(saved.to).toBe(`/forms/${trip}/send`)
    expect((await draftOf('bob', trip))?.answers).toMatchObject({ place: 'Faro' })
  })

  test('a form that was closed meanwhile says so, and shows what was typed', async () => {
    const number = await forms.offer({ ...TRIP, title: words('Short-lived') })
    await forms.world.community.say('hui', `form close FRM-${number}`)
    const answer = await forms.post(ann, `/forms/${number}`, answered({ place: 'Utrecht', again: 'no' }))
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('was closed')
    expect(answer.text).toContain('value="Utrecht"')
  })

  test('several options, a long text with its first line break, and hostile answers come back as they were typed', async () => {
    const number = await forms.offer({
      ...TRIP,
      title: words('<img src=x onerror=alert(1)>'),
      intro: words('"><script>alert(1)</script>'),
      fields: [
        {
          kind: 'choices',
          id: 'chains',
          label: words('<b>Chains</b>'),
          options: [
            { value: 'a', label: words('"><script>') },
            { value: 'b', label: words('B') },
          ],
          most: 1,
        },
        { kind: 'long-text', id: 'body', label: words('Body'), minLength: 500 },
        { kind: 'file', id: 'file', label: words('File'), required: false },
      ],
    })
    await forms.post(ann, `/forms/${number}/begin`)
    const hostile = '\n</textarea><script>alert(1)</script> \u{202e}'
    const { text, status } = await forms.post(
      ann,
      `/forms/${number}`,
      answered({ chains: ['a', 'b'], body: hostile, file: 'javascript:alert(1)', __proto__: 'x', constructor: 'y' }),
    )
    expect(status).toBe(422)
    expect(text).not.toMatch(/<script>|<img|<b>/)
    expect(text).toContain('>\n\n&lt;/textarea&gt;&lt;script&gt;')
    expect(text.match(/\schecked\s+aria/g)).toHaveLength(2)
    expect(text).toContain('Choose at most 1.')
    expect(text).toContain('or give a link that reviewers can open')
    expect(text).toContain('value="javascript:alert(1)"')
    expect(text).not.toContain('href="javascript')
    expect(await readPage(ann, '/forms')).not.toContain('<img')
  })

  test('an answer that is far too long is named and bounded', async () => {
    const number = await forms.offer({ ...TRIP, title: words('Long') })
    await forms.post(ann, `/forms/${number}/begin`)
    const { status, text } = await forms.post(ann, `/forms/${number}`, answered({ place: 'x'.repeat(50_000), again: 'no' }))
    expect(status).toBe(422)
    expect(text).toContain('is too long')
    const huge = await forms.post(ann, `/forms/${number}`, answered({ place: 'x'.repeat(2_000_000) }))
    expect(huge.status).toBe(413)
  })
})

describe('submissions', () => {
  const reviewed = {
    ...TRIP,
    title: words('Reviewed'),
    review: { rule: 'panel', needed: 1, panel: 1 },
    reward: { kind: 'form-submission' },
  }

  async function sendIn(name: string): Promise<{ who: Visitor; number: number }> {
    const form = await forms.offer(reviewed)
    const who = await forms.as(name)
    await forms.post(who, `/forms/${form}`, answered({ place: 'Rome', again: 'no' }))
    const seen = /name="seen" value="(\d+)"/.exec(await readPage(who, `/forms/${form}/send`))![1]!
    const { text } = await forms.post(who, `/forms/${form}/send`, { seen })
    return { who, number: Number(/SUB-(\d+)/.exec(text)![1]) }
  }

  test('another member’s is as if it were not there, and cannot be taken back', async () => {
    const { who, number } = await sendIn('ann')
    const bob = await forms.as('bob')
    expect((await bob.get(`/submissions/${number}`)).status).toBe(404)
    expect((await forms.post(bob, `/submissions/${number}/withdraw`)).status).toBe(404)
    expect(await readPage(who, `/submissions/${number}`)).toContain('Rome')
    const taken = await forms.post(who, `/submissions/${number}/withdraw`)
    expect(taken.text).toContain('was taken back')
    expect(await readPage(who, `/submissions/${number}`)).not.toContain('/withdraw')
  })

  test('returned with a reason, mended, rejected, appealed: each step is on its page', async () => {
    const { community } = forms.world
    const { who, number } = await sendIn('bob')
    const subject = `SUB-${number}`
    expect((await community.say('hui', `review return ${subject} Name the <b>hotel</b>`)).text).toContain(subject)
    const returned = await readPage(who, `/submissions/${number}`)
    expect(returned).toContain('Name the &lt;b&gt;hotel&lt;/b&gt;')
    expect(returned).toContain('returned for changes')
    const form = Number(/action="\/forms\/(\d+)\/begin"/.exec(returned)![1])
    expect((await forms.post(who, `/forms/${form}/begin`, { submission: subject })).to).toBe(`/forms/${form}`)
    expect(await readPage(who, `/forms/${form}`)).toContain('This was returned to you')
    await forms.post(who, `/forms/${form}`, answered({ place: 'Rome, Hotel Sole', again: 'no' }))
    const seen = /name="seen" value="(\d+)"/.exec(await readPage(who, `/forms/${form}/send`))![1]!
    expect((await forms.post(who, `/forms/${form}/send`, { seen })).text).toContain(subject)
    const mended = await readPage(who, `/submissions/${number}`)
    expect(mended).toContain('Revision 2')
    expect(mended).toContain('Rome, Hotel Sole')
    await community.say('hui', `review reject ${subject} An advertisement`)
    expect(await readPage(who, `/submissions/${number}`)).toContain('An advertisement')
    // A browser leaves out the first line break alone; a second one would stand before what is typed.
    expect(await readPage(who, `/submissions/${number}`)).toMatch(/<textarea\s+id="appeal"[^>]*>\n<\/textarea>/)
    const empty = await forms.post(who, `/submissions/${number}/appeal`, { reason: ' ' })
    expect(empty.status).toBe(422)
    expect(empty.text).toMatch(/id="appeal"[^>]*aria-describedby="said appeal-hint"/)
    expect((await forms.post(who, `/submissions/${number}/appeal`, { reason: 'It is none.' })).status).toBe(200)
    expect(await readPage(who, `/submissions/${number}`)).not.toContain('id="appeal"')
  })
})

describe('campaigns', () => {
  const proposal = {
    title: 'Translate <i>it</i>',
    summary: 'Into Chinese.\nAll of it.',
    budget: '500',
    reward: '5',
    most: '',
    start: '',
    end: '+20d',
  }

  test('a refused proposal names its field and keeps the rest; a good one is public at once', async () => {
    const wrong = await forms.post(ann, '/campaigns/propose', { ...proposal, budget: 'lots' })
    expect(wrong.status).toBe(422)
    expect(wrong.text).toMatch(/id="budget"[^>]*aria-describedby="said budget-hint"[^>]*aria-invalid="true"/)
    expect(wrong.text).toContain('value="Translate &lt;i&gt;it&lt;/i&gt;"')
    expect(wrong.text).toContain('Into Chinese.\nAll of it.')
    // Without its zone a time of day is read differently by everybody.
    expect(wrong.text).toContain('in your time zone (UTC)')
    const done = await forms.post(ann, '/campaigns/propose', proposal)
    expect(done.text).toContain('is proposed')
    const stranger = forms.world.browser()
    const list = await readPage(stranger, '/campaigns')
    expect(list).toContain('Translate &lt;i&gt;it&lt;/i&gt;')
    const number = /href="\/campaigns\/(\d+)"/.exec(list)![1]!
    const shown = await readPage(stranger, `/campaigns/${number}`)
    expect(shown).toContain('500 PoS of 500 PoS left')
    expect(shown).toContain('ann')
    expect(shown).not.toContain('Take part')
    await forms.world.community.database.prisma.campaign.update({ where: { number: Number(number) }, data: { status: 'approved' } })
    expect(await readPage(stranger, `/campaigns/${number}`)).toMatch(/href="\/forms\/\d+"[^>]*>Take part/)
  })

  test('a returned proposal is changed and sent again by its team, as it stands and with the same refusals; nobody else is offered it', async () => {
    const { prisma } = forms.world.community.database
    const before = await prisma.campaign.count()
    await forms.post(ann, '/campaigns/propose', { ...proposal, most: '7.5' })
    const { number } = await prisma.campaign.findFirstOrThrow({ orderBy: { number: 'desc' } })
    const path = `/campaigns/${number}`
    expect(await readPage(ann, path)).toContain('Change the proposal')
    await prisma.reviewItem.updateMany({
      where: { subject: `CMP-${number}` },
      data: { state: 'decided', outcome: 'returned', decidedAt: new Date() },
    })
    await prisma.campaign.update({ where: { number }, data: { status: 'returned' } })
    expect(await readPage(ann, path)).toMatch(new RegExp(`href="${path}/edit"[^>]*>Change and send again`))
    const bob = await forms.as('bob')
    for (const who of [bob, forms.world.browser()]) expect(await readPage(who, path)).not.toContain('/edit')
    expect((await bob.get(`${path}/edit`)).status).toBe(403)
    expect((await forms.post(bob, `${path}/edit`, proposal)).text).toContain('campaign.not_team')
    const shown = await readPage(ann, `${path}/edit`)
    for (const value of ['Translate &lt;i&gt;it&lt;/i&gt;', '500', '5', '7.5']) expect(shown).toContain(`value="${value}"`)
    expect(shown).toContain('Into Chinese.\nAll of it.')
    const end = /value="(\d{4}-\d\d-\d\d \d\d:\d\d)" +id="end"/.exec(shown)![1]!
    const wrong = await forms.post(ann, `${path}/edit`, { ...proposal, end, budget: 'lots' })
    expect(wrong.status).toBe(422)
    expect(wrong.text).toMatch(/id="budget"[^>]*aria-invalid="true"/)
    expect(wrong.text).toContain(`action="${path}/edit"`)
    const sent = await forms.post(ann, `${path}/edit`, { ...proposal, end, summary: 'Into Chinese, page by page.' })
    expect(sent.text).toContain('is changed')
    expect(await readPage(ann, path)).toContain('page by page')
    expect(await prisma.reviewItem.count({ where: { subject: `CMP-${number}`, state: 'open', revision: 2 } })).toBe(1)
    expect(await prisma.campaign.findUniqueOrThrow({ where: { number } })).toMatchObject({ status: 'proposed', revision: 2 })
    expect(await prisma.campaign.count()).toBe(before + 1)
    await prisma.campaign.update({ where: { number }, data: { status: 'approved' } })
    expect((await ann.get(`${path}/edit`)).status).toBe(409)
  })
})

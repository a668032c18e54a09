import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedForms } from '../../adapters/postgres/form-desk.ts'
import { BUILTIN_FORMS } from '../../core/forms/builtin-forms.ts'
import { startCommunity, type Community } from '../support/community.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let community: Community
beforeAll(async () => {
  community = await startCommunity(GENESIS)
  await seedForms(community.database, BUILTIN_FORMS, GENESIS)
  for (const who of ['op', 'ann', 'bob']) await community.say(who, 'start')
})
afterAll(() => community.close())

test('a survey is filled in by typing and pressing, sent in, and paid at once', async () => {
  expect((await community.say('ann', 'form list')).text).toContain('FRM-3 PoS and staking survey · pays 5 PoS')
  const shown = await community.say('ann', 'form show FRM-3')
  const begun = await community.press('ann', shown, 'Fill in')
  expect(begun.reply.question).toMatchObject({ number: 1, count: 3 })
  const asked = await community.say('ann', 'yes')
  const one = await community.press('ann', asked, 'Tezos')
  const two = await community.press('ann', one, 'IoTeX')
  const how = await community.press('ann', two, 'Done')
  const last = await community.press('ann', how, 'By who runs it')
  const summary = await community.press('ann', last, 'Skip')
  expect(summary.text).toContain('On which chains: Tezos, IoTeX')
  const sent = await community.press('ann', summary, 'Send in')
  expect(sent.text).toContain('SUB-1 (PoS and staking survey) counts. You earned 5 PoS.')
  expect((await community.say('ann', 'balance')).text).toContain('5 PoS')
  expect((await community.say('ann', 'inbox')).text).toContain('SUB-1 (PoS and staking survey) counts.')
  expect((await community.say('ann', 'form fill FRM-3')).text).toContain('form.limit')
  expect((await community.say('ann', 'submission show SUB-1')).text).toContain('approved')
  expect((await community.say('bob', 'submission show SUB-1')).text).toContain('submission.unknown')
})

import { seedForms } from '../../adapters/postgres/form-desk.ts'
import { BUILTIN_FORMS } from '../../core/forms/builtin-forms.ts'
import type { Community } from '../support/community.ts'
import type { Press, Say } from './say.ts'

const words = (en: string, zh: string) => ({ en, zh })
const QUIZ = {
  title: words('Staking quiz', '质押小测验'),
  intro: words('Two questions about staking.', '两道关于质押的问题。'),
  fields: [
    {
      kind: 'choice',
      id: 'slash',
      label: words('What is slashing?', '什么是罚没？'),
      options: [
        { value: 'loss', label: words('Stake is taken away', '质押被扣除') },
        { value: 'yield', label: words('Yield is paid', '发放收益') },
      ],
      expected: { answers: ['loss'], points: 2 },
    },
  ],
  passMark: 2,
  window: { opensAt: '2027-01-01T00:00:00Z', closesAt: '2028-01-01T00:00:00Z' },
  recurrence: { every: 'month', times: 2 },
  reward: { kind: 'none' },
  review: { rule: 'none' },
}

/** Forms from the file to the submission. */
export async function formsTour(community: Community, say: Say, press: Press): Promise<void> {
  await say('ann', 'form list')
  await seedForms(community.database, BUILTIN_FORMS, community.clock.now)
  for (const line of ['form list', 'form show FRM-1', 'form show FRM-4', 'form show FRM-99', 'form fill FRM-1', 'submission list'])
    await say('ann', line)
  for (const line of [
    'form answer FRM-1 x',
    'form answer FRM-1 North node',
    'form answer FRM-1 somebody',
    'form answer FRM-1 1',
    'form answer FRM-1 IoTeX',
    'form skip FRM-1',
    'form back FRM-1',
    'form questions FRM-1',
    'form pause FRM-1',
    'form page FRM-1 {"node":"tz1","address":"0x12","site":"http://10.0.0.1","about":"short"}',
    'form page FRM-1 {',
    'form send FRM-1',
    'form discard FRM-1',
    'form discard FRM-1',
  ])
    await say('ann', line)
  const survey = await say('eve', 'form fill FRM-3')
  const chains = await press('eve', survey, 'Yes')
  const one = await press('eve', chains, 'Tezos')
  const how = await press('eve', one, 'Done')
  const wish = await press('eve', how, 'By its uptime')
  const summary = await press('eve', wish, 'Skip')
  await press('eve', summary, 'Send in')
  await say('eve', 'form fill FRM-3')
  for (const line of [
    `form import ${JSON.stringify({ ...QUIZ, passMark: 9, fields: [...QUIZ.fields, QUIZ.fields[0]] })}`,
    'form import {',
    `form import ${JSON.stringify(QUIZ)}`,
    'form show FRM-5',
    'form open FRM-5',
    'form open FRM-5',
    'form export FRM-5',
    `form import ${JSON.stringify(QUIZ)} replaces:FRM-5`,
    `form import ${JSON.stringify({ ...QUIZ, passMark: 1 })} replaces:FRM-5`,
    'form list',
  ])
    await say('op', line)
  for (const answer of ['yield', 'loss']) {
    await say('eve', 'form fill FRM-5')
    await press('eve', await say('eve', `form answer FRM-5 ${answer}`), 'Send in')
  }
  await say('op', 'form close FRM-5')
  await say('eve', 'form fill FRM-5')
  const content = await say('eve', 'form fill FRM-4')
  if (content.reply.question === undefined) throw new Error('the content form asks nothing')
  await say(
    'eve',
    'form page FRM-4 {"title":"Guide","kind":"article","link":"https://guide.example/1","file":"","about":"How I chose a node, and why.","own":"yes"}',
  )
  await press('eve', await say('eve', 'form send FRM-4'), 'Send in')
  const list = await say('eve', 'submission list')
  const latest = /SUB-\d+/.exec(list.text)?.[0] ?? ''
  for (const line of [
    `submission show ${latest}`,
    `submission withdraw ${latest}`,
    `submission withdraw ${latest}`,
    'submission show SUB-999',
  ])
    await say('eve', line)
}

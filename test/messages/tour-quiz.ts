import { HOUR, MINUTE } from '../../core/shared/instant.ts'
import type { Community } from '../support/community.ts'
import type { Press, Say } from './say.ts'

const words = (en: string, zh: string) => ({ en, zh })
const QUIZ = {
  title: words('What we heard', '我们听到了什么'),
  intro: words('One question about the talk.', '关于演讲的一道题。'),
  fields: [
    {
      kind: 'yes-no',
      id: 'risk',
      label: words('Can stake be lost?', '质押可能损失吗？'),
      expected: { answers: ['yes'], points: 1 },
    },
  ],
  passMark: 1,
  reward: { kind: 'none' },
  review: { rule: 'none' },
}

/** An event with a quiz, from its making to its numbers. */
export async function quizTour(community: Community, say: Say, press: Press): Promise<void> {
  const { text } = await say('op', `form import ${JSON.stringify(QUIZ)}`)
  const form = /FRM-\d+/.exec(text)?.[0] ?? ''
  for (const rest of [
    `quiz:${form}`,
    'quiz:FRM-999',
    'evidence:quiz',
    `evidence:codes quiz:${form}`,
    'quiz:FRM-4',
    'quiz:FRM-5',
    'quiz:FRM-3',
  ])
    await say('hana', `event create Class start:now ${rest}`)
  await say('op', `form open ${form}`)
  const made = await say('hana', `event create Class start:+1h quiz:${form}`)
  const event = /EVT-\d+/.exec(made.text)?.[0] ?? ''
  await say('ann', `checkin ${event}`)
  community.clock.now += HOUR
  await say('hana', `event codes ${event}`)
  await say('eve', `checkin ${event.slice(4)}-AAAA-AAAA`)
  const card = await say('eve', `event show ${event}`)
  const failed = await press('eve', await press('eve', card, 'Take the quiz'), 'No')
  await press('eve', failed, 'Send in')
  await say('eve', `checkin ${event}`)
  community.clock.now += 10 * MINUTE
  const passed = await press('eve', await say('eve', `checkin ${event}`), 'Yes')
  await say('eve', `form send ${form}`)
  await press('eve', passed, 'Send in')
  await say('eve', `checkin ${event}`)
  for (let tries = 0; tries < 2; tries += 1) {
    await press('bob', await press('bob', await say('bob', `checkin ${event}`), 'No'), 'Send in')
    community.clock.now += 10 * MINUTE
  }
  await say('bob', `checkin ${event}`)
  await say('op', `form close ${form}`)
  await say('ann', `checkin ${event}`)
  await say('hana', `event show ${event}`)
  await say('hana', `event close ${event}`)
}

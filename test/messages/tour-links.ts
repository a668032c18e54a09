import type { Answer } from '../../core/shared/dispatch.ts'
import { DAY, MINUTE } from '../../core/shared/instant.ts'
import type { Community } from '../support/community.ts'
import { chatter, type Chatter } from '../support/two-chats.ts'

type Keep = <Kept extends Answer>(who: string, typed: string, answer: Kept) => Kept

/** One person becomes one member, two again, and in the end nobody. */
export async function linking(community: Community, keep: Keep): Promise<void> {
  const [here, there] = [chatter(community, 'discord', 'mia'), chatter(community, 'telegram', 'mia_t')]
  const say = async (who: Chatter, line: string) => keep(who.account.name, line, await who.say(line))
  const press = async (who: Chatter, answer: Answer) => keep(who.account.name, '[first button]', await who.press(answer))
  const fromOperator = async (line: string) => (await community.say('op', line)).reply.verbatim ?? ''
  for (const who of [here, there]) await say(who, 'start')
  await fromOperator('event create Two chats start:now minutes:30')
  const { number } = await community.database.prisma.event.findFirstOrThrow({ orderBy: { number: 'desc' } })
  for (const who of [here, there]) await say(who, `checkin ${await fromOperator(`event codes EVT-${number}`)}`)

  const code = (await say(here, 'link')).reply.verbatim ?? ''
  await say(here, `link ${code}`)
  for (const wrong of ['link hello', 'link AAAA-AAAA']) await say(there, wrong)
  await say(chatter(community, 'discord', 'twin'), `link ${code}`)
  await say(there, 'unlink')
  await press(there, await say(there, `link ${code}`))
  await say(chatter(community, 'telegram', 'late'), `link ${code}`)
  await say(here, 'inbox')
  await say(here, 'history')
  await press(here, await say(here, 'unlink'))

  const another = (await say(here, 'link')).reply.verbatim ?? ''
  community.clock.now += 10 * MINUTE
  await say(there, `link ${another}`)
  for (let tried = 0; tried < 5; tried += 1) await there.say('link BBBB-BBBB')
  await say(there, 'link CCCC-CCCC')
  community.clock.now += 10 * MINUTE
  await press(there, await there.say(`link ${(await here.say('link')).reply.verbatim ?? ''}`))
  await say(here, 'privacy delete')
  community.clock.now += 14 * DAY
  await say(here, 'unlink')
  await say(here, 'privacy export')
  await press(here, await say(here, 'privacy delete'))
}

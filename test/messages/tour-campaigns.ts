import { DAY } from '../../core/shared/instant.ts'
import type { Community } from '../support/community.ts'
import type { Press, Say } from './say.ts'

/** A team proposes, changes and withdraws; another campaign is approved, and ends. */
export async function campaigning({ database, clock }: Community, say: Say, press: Press): Promise<void> {
  await say('bob', 'campaign list')
  for (const line of [
    'campaign propose title:Posters budget:50 reward:20 end:-1d summary:Posters for the lake',
    'campaign propose title:Posters budget:5 reward:20 end:+20d summary:Posters for the lake',
    'campaign propose title:Posters budget:99000000 reward:20 end:+20d summary:Posters for the lake',
    'campaign propose title:Posters budget:500 reward:20 most:10 end:+20d summary:Posters for the lake',
    'campaign propose title:Posters budget:500 reward:20 end:+200d summary:Posters for the lake',
    'campaign propose title:Posters budget:500 reward:20 start:+200d end:+210d summary:Posters for the lake',
    'campaign propose title:Posters budget:500 reward:20 start:+9d end:+8d summary:Posters for the lake',
    'campaign propose title:Posters budget:500 reward:20 end:+20d summary:Posters for the lake, in every café.',
    'campaign team CMP-1 @eve',
    'campaign team CMP-1 @eve',
    'campaign leave CMP-1 @eve',
    'campaign leave CMP-1 @eve',
    'campaign leave CMP-1 @bob',
    'campaign propose title:Posters budget:600 reward:20 most:40 end:+20d campaign:CMP-1 summary:Posters for the lake, in every café and school.',
    'campaign show CMP-1',
    'campaign show CMP-99',
    'campaign list',
    'campaign budget CMP-1 700',
  ])
    await say('bob', line)
  await say('cyd', 'campaign end CMP-1')
  await say('op', 'campaign budget CMP-1 700')
  await say('bob', 'campaign end CMP-1')
  await say('bob', 'campaign end CMP-1')
  await say('bob', 'campaign propose title:Translations budget:500 reward:20 end:+20d summary:Guides in more languages.')
  for (let more = 0; more < 5; more += 1)
    await say('bob', `campaign propose title:More budget:500 reward:20 end:+20d summary:Number ${more}`)
  const { prisma } = database
  await prisma.campaign.update({ where: { number: 2 }, data: { status: 'approved', granted: 100n * 10n ** 9n } })
  await prisma.reviewItem.updateMany({ where: { subject: 'CMP-2' }, data: { state: 'withdrawn', decidedAt: new Date(clock.now) } })
  const shown = await say('bob', 'campaign show CMP-2')
  await press('bob', shown, 'Take part')
  for (const line of ['campaign budget CMP-2 50', 'campaign budget CMP-2 700']) await say('op', line)
  await say('bob', `campaign propose title:Again budget:500 reward:20 end:+${20 * DAY}d campaign:CMP-2 summary:Other words`)
  await say('bob', 'campaign propose title:Again budget:500 reward:20 end:+20d campaign:CMP-2 summary:Other words')
  await say('bob', 'campaign end CMP-2')
}

import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { choiceField, paragraphsField } from '../shared/field.ts'
import { done, refuse, type Outcome, type Refusal } from '../shared/refusal.ts'
import type { BroadcastPort } from './announce.port.ts'
import { announceTexts } from './announce.texts.ts'
import { broadcastCode, TOPICS, type Topic } from './announce.types.ts'
import { TOPIC_NAMES } from './topic-names.ts'

const { say } = announceTexts

/** One message on either platform, with room for its frame. */
const MAX_BODY = 1_500
const MAX_LINES = 40

interface Drafted {
  readonly number: number
  readonly topic: Topic
  readonly body: string
  readonly chats: number
}

export const announceSendCommand = defineCommand({
  name: ['announce', 'send'],
  summary: say('sendSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input: z.object({
    text: paragraphsField(say('text'), { max: MAX_BODY, maxLines: MAX_LINES }),
    topic: choiceField(say('topic'), TOPICS, TOPIC_NAMES).optional(),
  }),
  async run({ actor, now, port }: Run<BroadcastPort>, { text, topic = 'news' }): Promise<Outcome<Drafted>> {
    const chats = await reachOf(port, topic)
    if (chats === 0) return { ok: false, refusal: noReach(topic) }
    const number = await port.draft({ topic, body: text, writtenBy: actor.memberId, writtenAt: now })
    return done({ number, topic, body: text, chats })
  },
  render: ({ number, topic, body, chats }) => ({
    audience: 'private',
    tone: 'info',
    title: say('previewTitle', { code: broadcastCode(number) }),
    // The text comes last: everything below the rule is what goes out.
    lines: [say('reach', { count: chats, topic: say(`topic_${topic}`) }), say('rule'), say('body', { body })],
    buttons: [
      {
        label: say('buttonSend'),
        command: 'announce confirm',
        input: { broadcast: broadcastCode(number) },
        allowed: 'owner',
        once: true,
        style: 'primary',
      },
    ],
  }),
})

/** How many chats follow a topic. */
export async function reachOf(port: BroadcastPort, topic: Topic): Promise<number> {
  return (await port.routes()).filter((route) => route.topic === topic).length
}

export function noReach(topic: Topic): Refusal {
  return {
    code: 'announce.no_reach',
    kind: 'conflict',
    reason: say('noReach', { topic: say(`topic_${topic}`) }),
    nextStep: say('noReachNext', { name: topic }),
  }
}

export function noBroadcast(number: number) {
  const reason = say('noBroadcast', { code: broadcastCode(number) })
  return refuse({ code: 'announce.unknown', kind: 'not_found', reason, nextStep: say('noBroadcastNext') })
}

import { matches, type Source, type Suggestion } from '../shared/suggest.ts'
import { announceTexts } from './announce.texts.ts'
import {
  broadcastCode,
  deliveryCode,
  routeCode,
  targetText,
  type Broadcast,
  type Route,
  type Topic,
  type Trouble,
} from './announce.types.ts'
import { rhythmText } from './rhythm-text.ts'

const { say, catalogue } = announceTexts

/** As many of the latest are looked through; older ones may be typed. */
const MOST_SEARCHED = 200
/** Enough of a text to know it by. */
const BEGINNING = 60

/** What is shown to operators while they type; newest first where it has an age. */
export interface AnnounceHints {
  routes(): Promise<readonly Route[]>
  broadcasts(which: 'draft' | 'sent', limit: number): Promise<readonly Broadcast[]>
  troubles(limit: number): Promise<readonly Trouble[]>
}

/** Offers routes by code, topic in either language, or chat. */
export function routeSource(find: AnnounceHints): Source {
  return async ({ typed }) =>
    (await find.routes())
      .filter(({ number, topic, target }) => matches(typed, routeCode(number), ...topicWords(topic), targetText(target)))
      .map((route): Suggestion => {
        const code = routeCode(route.number)
        const chat = targetText(route.target)
        return { value: code, label: say('routeLine', { code, topic: say(`topic_${route.topic}`), chat, when: rhythmText(route) }) }
      })
}

/** Offers what operators wrote by code, topic or words. */
export function broadcastSource(find: AnnounceHints, which: 'draft' | 'sent'): Source {
  return async ({ typed }) =>
    (await find.broadcasts(which, MOST_SEARCHED))
      .filter(({ number, topic, body }) => matches(typed, broadcastCode(number), ...topicWords(topic), body))
      .map(({ number, topic, body }): Suggestion => {
        const code = broadcastCode(number)
        return { value: code, label: say('broadcastLine', { code, topic: say(`topic_${topic}`), beginning: beginningOf(body) }) }
      })
}

/** Offers messages that went wrong by code, chat or reason. */
export function troubleSource(find: AnnounceHints): Source {
  return async ({ typed }) =>
    (await find.troubles(MOST_SEARCHED))
      .filter(({ delivery, where, reason }) => matches(typed, deliveryCode(delivery), where, reason))
      .map(({ delivery, where, reason, isUnknown }): Suggestion => {
        const code = deliveryCode(delivery)
        return { value: code, label: say('troubleLine', { code, state: say(isUnknown ? 'stateUnknown' : 'stateFailed'), where, reason }) }
      })
}

const topicWords = (topic: Topic): string[] => [catalogue.en[`topic_${topic}`] ?? topic, catalogue.zh[`topic_${topic}`] ?? topic]

function beginningOf(body: string): string {
  const signs = Array.from(body.replaceAll(/\n+/g, ' '))
  return signs.length <= BEGINNING ? signs.join('') : `${signs.slice(0, BEGINNING - 1).join('')}…`
}

import type { Text } from '../shared/text.ts'
import { announceTexts } from './announce.texts.ts'
import type { Topic } from './announce.types.ts'

const { say } = announceTexts

/** What topics are called where people pick them. */
export const TOPIC_NAMES: Readonly<Record<Topic, Text>> = {
  news: say('topic_news'),
  events: say('topic_events'),
  statements: say('topic_statements'),
  reviews: say('topic_reviews'),
  proposals: say('topic_proposals'),
  votes: say('topic_votes'),
  validators: say('topic_validators'),
  mining: say('topic_mining'),
  operators: say('topic_operators'),
}

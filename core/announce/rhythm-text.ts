import type { Text } from '../shared/text.ts'
import { announceTexts } from './announce.texts.ts'
import type { Rhythm } from './announce.types.ts'

const { say } = announceTexts

/** When a chat is spoken to, as one sentence part. */
export function rhythmText({ digestHour, rollUp, quiet }: Rhythm): Text {
  const when = digestHour !== undefined ? say('daily', { hour: digestHour }) : say(rollUp ? 'hourly' : 'atOnce')
  return quiet === undefined ? when : say('exceptQuiet', { when, from: clock(quiet.from), until: clock(quiet.until) })
}

const clock = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

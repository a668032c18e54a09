import type { Announcement } from '../announce/announce.types.ts'
import { holdTexts } from './hold.texts.ts'

const { say } = holdTexts

/** What those who follow the committee's work are told: that something waits, never about whom. */
export function holdAnnounced(what: 'hold' | 'appeal'): Announcement {
  const line = say(what === 'hold' ? 'announced' : 'announcedAppeal')
  return { topic: 'reviews', subject: 'holds', reply: { audience: 'public', tone: 'info', lines: [line] } }
}

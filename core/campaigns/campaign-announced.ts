import type { Announcement } from '../announce/announce.types.ts'
import { campaignCode, formCode } from '../forms/form-definition.ts'
import { campaignTexts } from './campaign.texts.ts'
import type { Campaign } from './campaign.types.ts'

const { say } = campaignTexts

/** That it runs, or that it is over; to those who follow events. */
export function campaignAnnounced(what: 'started' | 'ended', campaign: Campaign): Announcement {
  const { number, title, lowest, highest, endsAt, form, granted, budget, sent } = campaign
  const code = campaignCode(number)
  const line =
    what === 'started'
      ? say('announced', { campaign: code, title, lowest, highest, end: { at: endsAt }, form: formCode(form) })
      : say('announcedEnd', { campaign: code, title, granted, budget, count: sent })
  return { topic: 'events', subject: code, reply: { audience: 'public', tone: 'info', lines: [line] } }
}

import { campaignCode } from '../forms/form-definition.ts'
import { matches, MAX_SUGGESTIONS, type Source } from '../shared/suggest.ts'
import { campaignTexts } from './campaign.texts.ts'
import type { Campaign } from './campaign.types.ts'

const { say } = campaignTexts
/** Far more than run at a time; of these, those that are meant are offered. */
const MOST_SEARCHED = 100

/** Offers campaigns by code or title. */
export function campaignSource(read: (limit: number) => Promise<{ readonly shown: readonly Campaign[] }>): Source {
  return async ({ typed }) => {
    const { shown } = await read(MOST_SEARCHED)
    return shown
      .filter(({ number, title }) => matches(typed, campaignCode(number), title))
      .slice(0, MAX_SUGGESTIONS)
      .map(({ number, title }) => ({ value: campaignCode(number), label: say('showTitle', { campaign: campaignCode(number), title }) }))
  }
}

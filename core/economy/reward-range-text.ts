import type { TextValue } from '../shared/text.ts'
import type { RewardRange } from './reward-table.rules.ts'
import { rewardTableTexts } from './reward-table.texts.ts'

/** `10 PoS`, or `20 PoS to 500 PoS` where reviewers choose. */
export function rangeText({ lowest, highest }: RewardRange): TextValue {
  return lowest === highest ? lowest : rewardTableTexts.say('range', { lowest, highest })
}

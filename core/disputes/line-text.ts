import { attendanceTexts } from '../attendance/attendance.texts.ts'
import { REWARD_KINDS } from '../economy/reward-table.rules.ts'
import { rewardTableTexts } from '../economy/reward-table.texts.ts'
import type { Text } from '../shared/text.ts'
import { disputeTexts } from './dispute.texts.ts'
import type { DisputableLine } from './dispute.types.ts'

const { say } = disputeTexts

/** What a line was given for, and how that was proved. */
export function whatText({ kind, reference, attendance }: DisputableLine): Text {
  if (attendance !== undefined) {
    const evidence = attendanceTexts.say(`evidence_${attendance.evidence}`)
    return say('eventWhat', { reference, title: attendance.title, evidence })
  }
  const known = REWARD_KINDS.find((each) => each === kind)
  return known === undefined ? say('plainWhat', { reference }) : say('kindWhat', { reference, kind: rewardTableTexts.say(`kind_${known}`) })
}

import { z } from 'zod'
import { eventCode } from '../core/attendance/attendance.types.ts'
import type { CheckInDecision } from '../core/attendance/check-in.rules.ts'
import { readCheckInCode } from '../core/attendance/check-in-code.ts'
import { defineCommand } from '../core/shared/command.ts'
import { textField } from '../core/shared/field.ts'
import type { Reply } from '../core/shared/reply.ts'
import { defineTexts } from '../core/shared/text.ts'
import type { CheckInItem, CheckInResult } from '../adapters/postgres/check-in-store.ts'
import { hmac } from './check-in-scene.ts'

const { say } = defineTexts(
  'bench',
  {
    summary: 'Check in',
    code: 'code',
    done: 'You are checked in to {{title}} ({{event}}).',
    reward: 'Reward',
    refused: 'Refused: {{reason}}',
    next: 'Try again.',
  },
  { summary: '签到', code: '签到码', done: '您已签到：{{title}}（{{event}}）。', reward: '奖励', refused: '被拒绝：{{reason}}', next: '请重试。' },
)

const CODE_KEY = new Uint8Array(32).fill(7)

/** A check-in as a member sends it, with as much text as the product's own command has. */
export const checkInCommand = defineCommand({
  name: ['checkin'],
  summary: say('summary'),
  access: 'member',
  effect: 'grouped',
  audience: 'private',
  input: z.object({ code: textField(say('code'), { max: 40 }) }),
  async run({ actor, now, key, port }: { actor: { memberId: string }; now: number; key: string; port: CheckInPort }, { code }) {
    const read = readCheckInCode(code)
    if (read?.event === undefined) return { ok: false as const, refusal: refusal('unreadable') }
    const checkIn = {
      memberId: actor.memberId,
      event: read.event,
      evidence: 'code' as const,
      code: read.code,
      codeHash: hmac(CODE_KEY, `${read.event}:${read.code}`),
      at: now,
    }
    const result = await port({
      checkIn,
      key,
      auditLine: (decision) => auditLineOf(checkIn, key, code, decision),
    })
    if ('replayed' in result) return { ok: true as const, result: result.replayed }
    if (!result.decision.ok) return { ok: false as const, refusal: refusal(result.decision.refusal) }
    return { ok: true as const, result: replyOf(result.decision) }
  },
  render: (reply: Reply) => reply,
})

export type CheckInPort = (item: CheckInItem) => Promise<CheckInResult>

export function auditLineOf(
  checkIn: { memberId: string; at: number },
  key: string,
  code: string,
  decision: CheckInDecision & { ok: true },
): ReturnType<CheckInItem['auditLine']> {
  return { key, memberId: checkIn.memberId, command: 'checkin', input: JSON.stringify({ code }), reply: replyOf(decision), at: checkIn.at }
}

function replyOf({ event, amount }: CheckInDecision & { ok: true }): Reply {
  return {
    audience: 'private',
    tone: 'done',
    lines: [say('done', { title: event.title, event: eventCode(event.number) })],
    fields: [{ label: say('reward'), value: amount }],
  }
}

function refusal(reason: string) {
  return { code: `bench.${reason}`, kind: 'invalid' as const, reason: say('refused', { reason }), nextStep: say('next') }
}

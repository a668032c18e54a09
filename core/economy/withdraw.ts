import { z } from 'zod'
import type { Amount } from '../shared/amount.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { amountField } from '../shared/field.ts'
import type { Instant } from '../shared/instant.ts'
import { memberAccount } from '../ledger/ledger.types.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { Text } from '../shared/text.ts'
import type { WithdrawPort } from './economy.port.ts'
import { economyTexts } from './economy.texts.ts'
import { MAX_WITHDRAWAL, MIN_WITHDRAWAL, withdrawalProblem } from './withdraw.rules.ts'

const { say } = economyTexts

interface Withdrawn {
  readonly amount: Amount
  readonly address: string
  readonly waitsUntil: Instant | undefined
  readonly isHalted: boolean
  readonly isHeld: boolean
}

export const withdrawCommand = defineCommand({
  name: ['withdraw'],
  summary: say('withdrawSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ amount: amountField(say('amount')) }),
  async run({ actor, now, newId, port }: Run<WithdrawPort>, { amount }): Promise<Outcome<Withdrawn>> {
    const wallet = await port.walletOf(actor.memberId)
    if (wallet === undefined)
      return refuse({ code: 'withdraw.no_wallet', kind: 'conflict', reason: say('noWalletReason'), nextStep: say('noWalletNext') })
    const { withdrawable } = await port.lockedBalance(actor.memberId, now)
    const problem = withdrawalProblem(amount, withdrawable)
    if (problem !== undefined) return refuseAmount(problem, amount, withdrawable)
    const id = newId()
    const posted = await port.ledger.post({
      id: `withdrawal:${id}`,
      debit: memberAccount(actor.memberId),
      credit: 'leaving',
      amount,
      kind: 'withdrawal',
      reference: wallet.address,
      period: 0,
      at: now,
    })
    if (posted !== 'posted') return refuseAmount('too_much', amount, withdrawable)
    await port.saveWithdrawal({ id, memberId: actor.memberId, address: wallet.address, amount, requestedAt: now })
    const waitsUntil = wallet.payoutFrom > now ? wallet.payoutFrom : undefined
    const isHalted = await port.arePayoutsHalted()
    return done({ amount, address: wallet.address, waitsUntil, isHalted, isHeld: await port.isHeld(actor.memberId) })
  },
  render: (withdrawn) => ({
    audience: 'private',
    tone: 'done',
    lines: [say('withdrawn', { amount: withdrawn.amount, address: withdrawn.address }), whenPaid(withdrawn)],
  }),
})

function whenPaid({ waitsUntil, isHalted, isHeld }: Withdrawn): Text {
  if (isHeld) return say('held')
  if (isHalted) return say('halted')
  return waitsUntil === undefined ? say('withdrawnNext') : say('withdrawnFrom', { at: { at: waitsUntil } })
}

function refuseAmount(problem: 'too_little' | 'too_large' | 'too_much', amount: Amount, withdrawable: Amount): Outcome<never> {
  if (problem === 'too_little')
    return refuse({
      code: 'withdraw.too_little',
      kind: 'invalid',
      reason: say('tooLittle', { min: MIN_WITHDRAWAL }),
      nextStep: say('tooLittleNext'),
      field: 'amount',
    })
  if (problem === 'too_large')
    return refuse({
      code: 'withdraw.too_large',
      kind: 'invalid',
      reason: say('tooLarge', { max: MAX_WITHDRAWAL }),
      nextStep: say('tooLargeNext'),
      field: 'amount',
    })
  return refuse({
    code: 'withdraw.too_much',
    kind: 'conflict',
    reason: say('tooMuch', { amount, withdrawable }),
    nextStep: say('tooMuchNext'),
    field: 'amount',
  })
}

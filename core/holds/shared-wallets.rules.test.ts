import fc from 'fast-check'
import { expect, test } from 'vitest'
import { flowsOf, LEAST_TRANSFER, SHARED_BY, SHARED_BY_MOST, walletSignals } from './shared-wallets.rules.ts'

const address = (number: number) => `0x${number.toString(16).padStart(40, '0')}`
const members = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`)
const signals = (count: number) => walletSignals([{ address: address(0xabcdef), members: members(count) }])

test('five members and more are named, with a short address, and neither four nor as many as an exchange has', () => {
  expect(signals(SHARED_BY)).toHaveLength(5)
  expect(signals(SHARED_BY)[0]).toEqual({ memberId: 'm0', kind: 'shared-wallet', subject: '0x0000…cdef', figure: 5 })
  expect(signals(SHARED_BY_MOST)).toHaveLength(SHARED_BY_MOST)
  expect([signals(SHARED_BY - 1), signals(SHARED_BY_MOST + 1)]).toEqual([[], []])
})

test('every flow is told by a transfer that is no dust, between a wallet that was asked for and an address that is not ours, each once', () => {
  const place = fc.integer({ min: 0, max: 6 }).map(address)
  const amount = fc.constantFrom(0n, LEAST_TRANSFER - 1n, LEAST_TRANSFER, 10n * LEAST_TRANSFER)
  const [wallets, ours] = [new Set([0, 1, 2].map(address)), new Set([5, 6].map(address))]
  fc.assert(
    fc.property(fc.array(fc.record({ from: place, to: place, amount }), { maxLength: 30 }), (transfers) => {
      const flows = flowsOf(wallets, transfers, ours).map(({ wallet, other, direction }) => `${wallet} ${direction} ${other}`)
      const expected = [...wallets].flatMap((wallet) =>
        Array.from({ length: 7 }, (_, index) => address(index)).flatMap((other) => {
          const went = (from: string, to: string) =>
            other !== wallet &&
            !ours.has(other) &&
            transfers.some((each) => each.from === from && each.to === to && each.amount >= LEAST_TRANSFER)
          return [...(went(wallet, other) ? [`${wallet} out ${other}`] : []), ...(went(other, wallet) ? [`${wallet} in ${other}`] : [])]
        }),
      )
      expect(flows.toSorted()).toEqual(expected.toSorted())
    }),
  )
})

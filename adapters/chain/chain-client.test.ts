import { BaseError, HttpRequestError } from 'viem'
import { expect, test } from 'vitest'
import { chainFault } from './chain-client.ts'

const HTTP = new HttpRequestError({ url: 'https://rpc.example.org/secret-key', details: 'no route to https://rpc.example.org/secret-key' })

test.each([
  ['with details', HTTP, 'reading a block: HTTP request failed. (no route to the node)'],
  ['without any', new BaseError('Block not found.'), 'reading a block: Block not found.'],
])('an error of viem %s becomes a fault that may pass and tells no address', (_name, error, message) => {
  const fault = chainFault(error, 'reading a block')
  expect(fault).toMatchObject({ source: 'chain', retryable: true, message, cause: undefined })
})

test('any other error stays what it is', () => {
  const bug = new TypeError('no such thing')
  expect(chainFault(bug, 'reading a block')).toBe(bug)
})

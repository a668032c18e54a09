import { describe, expect, it } from 'vitest'
import { readSignature } from './read-signature.ts'

const SIGNATURE = `0x${'1b'.repeat(65)}`

describe('reading a pasted signature', () => {
  it.each([
    ['bare', SIGNATURE, { signature: SIGNATURE }],
    ['without 0x, with spaces around', `  ${SIGNATURE.slice(2)} \n`, { signature: SIGNATURE }],
    ['after the signed text', `first line\n\nsecond\n${SIGNATURE}`, { signature: SIGNATURE, message: 'first line\n\nsecond' }],
    [
      'as JSON with msg and sig',
      JSON.stringify({ address: '0x', msg: 'm', sig: SIGNATURE, version: '3' }),
      { signature: SIGNATURE, message: 'm' },
    ],
    ['as JSON with message and signature', JSON.stringify({ message: 'm', signature: SIGNATURE }), { signature: SIGNATURE, message: 'm' }],
  ])('%s', (_name, typed, expected) => {
    expect(readSignature(typed)).toEqual(expected)
  })

  it.each([['0x12'], ['hello world'], ['{"sig":'], ['{"sig":"0x12"}'], ['{"sig":5}'], [`${SIGNATURE}zz`], [`0x${'1b'.repeat(2_049)}`]])(
    'refuses %s',
    (typed) => {
      expect(readSignature(typed)).toBeUndefined()
    },
  )
})

import { describe, expect, test } from 'vitest'
import { returnPath } from './return-path.ts'
import { cookieName, cookieOptions } from './authenticate.ts'

test('the cookie is of this host alone wherever https is used', () => {
  const https = { publicOrigin: 'https://pos.example.org' }
  expect([cookieName(https, 'session'), cookieOptions(https)]).toEqual([
    '__Host-session',
    { path: '/', httpOnly: true, sameSite: 'lax', secure: true },
  ])
  const here = { publicOrigin: 'http://localhost:8080' }
  expect([cookieName(here, 'session'), cookieOptions(here).secure]).toEqual(['session', false])
})

describe('after signing in one is led', () => {
  test.each(['/account', '/wallet/link', '/review/items/SUB-12?filter=open&page=2', '/forms'])('back to %s', (path) => {
    expect(returnPath(path)).toBe(path)
  })
  test.each([
    undefined,
    '',
    'account',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/account',
    '/account/../../x',
    '/account%2f..',
    '/account?to=https://evil.example',
    '/account\n',
    '/signin',
    '/api/v1/supply',
    '/account#x',
    `/account/${'a'.repeat(61)}`,
  ])('to the account instead of %j', (path) => {
    expect(returnPath(path)).toBe('/account')
  })
})

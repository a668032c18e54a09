import { expect, test } from 'vitest'
import type { Actor, ChatAccount } from './actor.ts'
import { Fault } from './fault.ts'
import { createLanguageOf } from './language-of.ts'

const ann: ChatAccount = { platform: 'discord', userId: '7', name: 'Ann', locale: 'en-US' }
const place = { kind: 'private', chatId: '7' } as const
const known: Actor = { memberId: 'm', name: 'Ann', roles: new Set(), language: 'zh', timeZone: 'UTC', blocked: false, account: ann, place }

test('is what the member chose; what the client says of a stranger, and while the database is away; a bug is not hidden', async () => {
  expect(await createLanguageOf(() => Promise.resolve(known))(ann, place)).toBe('zh')
  expect(await createLanguageOf(() => Promise.resolve(undefined))(ann, place)).toBe('en')
  expect(await createLanguageOf(() => Promise.resolve(undefined))({ ...ann, locale: 'zh-TW' }, place)).toBe('zh')
  const away = createLanguageOf(() => Promise.reject(new Fault('database', 'away', { retryable: true })))
  expect(await away(ann, place)).toBe('en')
  await expect(createLanguageOf(() => Promise.reject(new Error('bug')))(ann, place)).rejects.toThrow('bug')
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { decryptKeystore, encryptKeystore, readKeystore } from './keystore.ts'

// The test vectors of the Web3 Secret Storage Definition, version 3.
const id = '3198bc9c-6672-5ab3-d995-4942343ae5b6'
const KEY = '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d'
const SCRYPT = {
  version: 3,
  id,
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '83dbcc02d8ccb40e466191a123791e0e' },
    ciphertext: 'd172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c',
    kdf: 'scrypt',
    kdfparams: { dklen: 32, n: 262_144, r: 1, p: 8, salt: 'ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19' },
    mac: '2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097',
  },
}
const PBKDF2 = {
  version: 3,
  id,
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
    ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
    kdf: 'pbkdf2',
    kdfparams: { c: 262_144, dklen: 32, prf: 'hmac-sha256', salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd' },
    mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
  },
}
const folder = mkdtempSync(join(tmpdir(), 'wepos-keystore-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  ['scrypt', SCRYPT],
  ['pbkdf2', PBKDF2],
])('opens the published %s vector', async (_kdf, content) => {
  expect(await decryptKeystore(content, 'testpassword')).toBe(KEY)
})

test('what it encrypts it opens again from a file, and two keystores of one key share nothing', async () => {
  const [first, second] = await Promise.all([encryptKeystore(KEY, 'pässword ✓', 1_024), encryptKeystore(KEY, 'pässword ✓', 1_024)])
  expect(first.crypto.ciphertext).not.toBe(second.crypto.ciphertext)
  expect(first.address).toBe('008aeeda4d805471df9b2a5b0f38a0c3bcba786b')
  expect(JSON.stringify(first)).not.toContain(KEY.slice(2))
  const path = join(folder, 'key.json')
  writeFileSync(path, JSON.stringify(first))
  expect(await readKeystore(path, 'pässword ✓')).toBe(KEY)
  await expect(readKeystore(path, 'password')).rejects.toMatchObject({ code: 'keystore_wrong_password', exitCode: 78 })
})

test('a changed ciphertext does not open with the right password', async () => {
  const made = await encryptKeystore(KEY, 'x', 1_024)
  const [first] = made.crypto.ciphertext
  made.crypto.ciphertext = `${first === '0' ? '1' : '0'}${made.crypto.ciphertext.slice(1)}`
  await expect(decryptKeystore(made, 'x')).rejects.toMatchObject({ code: 'keystore_wrong_password' })
})

test.each<[string, unknown]>([
  ['version 1', { ...SCRYPT, version: 1 }],
  ['another cipher', { ...SCRYPT, crypto: { ...SCRYPT.crypto, cipher: 'aes-256-gcm' } }],
  ['a cost without bound', { ...SCRYPT, crypto: { ...SCRYPT.crypto, kdfparams: { ...SCRYPT.crypto.kdfparams, n: 2 ** 40 } } }],
  ['a cost that is no power of two', { ...SCRYPT, crypto: { ...SCRYPT.crypto, kdfparams: { ...SCRYPT.crypto.kdfparams, n: 1_000 } } }],
  ['a bare private key', KEY],
])('%s is refused as unreadable', async (_what, content) => {
  await expect(decryptKeystore(content, 'testpassword')).rejects.toMatchObject({ code: 'keystore_unreadable' })
})

test('a missing file and one that is not JSON are named, and neither fault tells the password', async () => {
  const path = join(folder, 'text.json')
  writeFileSync(path, 'key')
  await expect(readKeystore(path, 'hidden')).rejects.toMatchObject({ code: 'keystore_unreadable', message: expect.stringContaining(path) })
  await expect(readKeystore(join(folder, 'none.json'), 'hidden')).rejects.toSatisfy(
    (fault: unknown) => !JSON.stringify(fault).includes('hidden'),
  )
})

import { createCipheriv, createDecipheriv, pbkdf2, randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { bytesToHex, type Hex, hexToBytes, keccak256 } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { z } from 'zod'
import { StartFault } from '../process/start-fault.ts'

const hexText = z.string().regex(/^(0x)?([0-9a-fA-F]{2})+$/)
const scryptParams = z.object({
  dklen: z.literal(32),
  n: z.number().int().min(2).max(1_048_576),
  r: z.number().int().min(1).max(32),
  p: z.number().int().min(1).max(32),
  salt: hexText,
})
const pbkdf2Params = z.object({
  dklen: z.literal(32),
  c: z.number().int().min(1).max(10_000_000),
  prf: z.literal('hmac-sha256'),
  salt: hexText,
})
const cryptoShape = { cipher: z.literal('aes-128-ctr'), cipherparams: z.object({ iv: hexText }), ciphertext: hexText, mac: hexText }
const keystore = z.object({
  version: z.literal(3),
  id: z.string().optional(),
  address: z.string().optional(),
  crypto: z.discriminatedUnion('kdf', [
    z.object({ ...cryptoShape, kdf: z.literal('scrypt'), kdfparams: scryptParams }),
    z.object({ ...cryptoShape, kdf: z.literal('pbkdf2'), kdfparams: pbkdf2Params }),
  ]),
})

/** A keystore file, version 3 (https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage). Hexadecimal without 0x. */
export type Keystore = z.infer<typeof keystore>

/** Memory one derivation may take; geth's standard (n = 262144, r = 8) takes 256 MiB. */
const MAX_MEMORY = 1_100_000_000
const deriveScrypt = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt)
const derivePbkdf2 = promisify(pbkdf2)
const bytes = (hex: string) => Buffer.from(hex.replace(/^0x/, ''), 'hex')
const macOf = (derived: Buffer, ciphertext: Buffer) =>
  Buffer.from(hexToBytes(keccak256(Buffer.concat([derived.subarray(16, 32), ciphertext]))))

/**
 * The private key (0x-hex, 32 bytes) in the keystore file at `path`. Takes a second or so, on purpose.
 * @throws StartFault `keystore_unreadable` (no file, no right, not a version 3 keystore) or `keystore_wrong_password`.
 */
export async function readKeystore(path: string, password: string): Promise<Hex> {
  let content: unknown
  try {
    content = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw unreadable(path, cause instanceof SyntaxError ? 'it is not JSON' : String(cause instanceof Error ? cause.message : cause), cause)
  }
  return decryptKeystore(content, password, path)
}

/**
 * Decrypts a parsed keystore; `name` is what faults call it.
 * @throws StartFault as `readKeystore`.
 */
export async function decryptKeystore(content: unknown, password: string, name = 'the keystore'): Promise<Hex> {
  const parsed = keystore.safeParse(content)
  if (!parsed.success) throw unreadable(name, z.prettifyError(parsed.error).replaceAll('\n', ' '), parsed.error)
  const { crypto } = parsed.data
  const ciphertext = bytes(crypto.ciphertext)
  let derived: Buffer
  try {
    derived = await derive(crypto, password)
  } catch (cause) {
    throw unreadable(name, `its key derivation does not run (${String(cause)})`, cause)
  }
  const mac = macOf(derived, ciphertext)
  const stored = bytes(crypto.mac)
  if (mac.length !== stored.length || !timingSafeEqual(mac, stored)) {
    throw new StartFault({
      code: 'keystore_wrong_password',
      message: `The password does not open ${name}, or the file was changed.`,
      nextStep:
        'Correct KEYSTORE_PASSWORD (or the file that KEYSTORE_PASSWORD_FILE names: a line break at its end does no harm), or restore the keystore from its backup.',
      exitCode: 78,
    })
  }
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), bytes(crypto.cipherparams.iv))
  const key = Buffer.concat([decipher.update(ciphertext), decipher.final()])
  if (key.length !== 32) throw unreadable(name, `it holds ${key.length} bytes, and a private key has 32`)
  return bytesToHex(key)
}

/** Encrypts a private key into a keystore that geth, Foundry and wallets open too. `n` is the scrypt cost; anything below the default is for tests. */
export async function encryptKeystore(privateKey: Hex, password: string, n = 262_144): Promise<Keystore> {
  const kdfparams = { dklen: 32 as const, n, r: 8, p: 1, salt: randomBytes(32).toString('hex') }
  const derived = await derive({ kdf: 'scrypt', kdfparams }, password)
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv)
  const ciphertext = Buffer.concat([cipher.update(hexToBytes(privateKey, { size: 32 })), cipher.final()])
  return {
    version: 3,
    id: randomUUID(),
    address: privateKeyToAddress(privateKey).slice(2).toLowerCase(),
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: iv.toString('hex') },
      ciphertext: ciphertext.toString('hex'),
      kdf: 'scrypt',
      kdfparams,
      mac: macOf(derived, ciphertext).toString('hex'),
    },
  }
}

async function derive(
  from: { kdf: 'scrypt'; kdfparams: z.infer<typeof scryptParams> } | { kdf: 'pbkdf2'; kdfparams: z.infer<typeof pbkdf2Params> },
  password: string,
): Promise<Buffer> {
  if (from.kdf === 'pbkdf2') return derivePbkdf2(password, bytes(from.kdfparams.salt), from.kdfparams.c, 32, 'sha256')
  const { n, r, p, salt } = from.kdfparams
  // Some early wallets (and the published test vector) use r = 1 with a cost that RFC 7914 allows from r = 2 on only, and OpenSSL refuses it.
  if (n >= 2 ** (16 * r)) {
    const { scrypt: scryptOfAnyCost } = await import('hash-wasm')
    const options = { costFactor: n, blockSize: r, parallelism: p, hashLength: 32, outputType: 'binary' } as const
    return Buffer.from(await scryptOfAnyCost({ password, salt: bytes(salt), ...options }))
  }
  return deriveScrypt(password, bytes(salt), 32, { N: n, r, p, maxmem: MAX_MEMORY })
}

function unreadable(name: string, problem: string, cause?: unknown): StartFault {
  return new StartFault({
    code: 'keystore_unreadable',
    message: `${name} cannot be used as a keystore: ${problem}`,
    nextStep:
      'Check SIGNER_KEYSTORE, PAYER_KEYSTORE and RELAYER_KEYSTORE: each names a keystore file of version 3, as `cast wallet import` or geth makes it.',
    exitCode: 78,
    cause,
  })
}

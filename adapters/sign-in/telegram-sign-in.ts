import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { TelegramProof, TelegramSignIn } from '../../core/identity/sign-in.port.ts'
import {
  checkString,
  freshSince,
  initAccount,
  loginAccount,
  PROOF_LIFETIME_MS,
  readInitFields,
  readLoginFields,
  type SignedFields,
} from '../../core/identity/telegram-login.rules.ts'
import type { ChatAccount } from '../../core/shared/actor.ts'
import type { Instant } from '../../core/shared/instant.ts'

/** Checks what Telegram says about who is there. The login page and Mini Apps sign with different keys, so that one is never taken for the other. */
export function createTelegramSignIn(token: string): TelegramSignIn {
  const loginKey = createHash('sha256').update(token).digest()
  const miniAppKey = createHmac('sha256', 'WebAppData').update(token).digest()
  return {
    botId: token.split(':')[0] ?? '',
    readLogin: (data, now) => prove(readLoginFields(data), loginKey, loginAccount, now),
    readInitData: (initData, now) => prove(readInitFields(initData), miniAppKey, initAccount, now),
  }
}

function prove(
  signed: SignedFields | undefined,
  key: Buffer,
  accountIn: (signed: SignedFields) => ChatAccount | undefined,
  now: Instant,
): TelegramProof | 'wrong' | 'old' {
  if (signed === undefined) return 'wrong'
  const expected = createHmac('sha256', key).update(checkString(signed)).digest()
  if (!timingSafeEqual(expected, Buffer.from(signed.hash, 'hex'))) return 'wrong'
  const since = freshSince(signed, now)
  if (since === undefined) return 'old'
  const account = accountIn(signed)
  return account === undefined ? 'wrong' : { account, hash: signed.hash, until: since + PROOF_LIFETIME_MS }
}

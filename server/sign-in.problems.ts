import type { Text } from '../core/shared/text.ts'
import type { Problem } from './problem.ts'
import { signInTexts } from './sign-in.texts.ts'

const { say } = signInTexts

const problem = (code: string, status: number, title: Text, nextStep: Text) => (): Problem => ({ code, status, title, nextStep })

/** Why somebody is not signed in, or a page links no wallet. */
export const signInProblems = {
  expired: problem('signin.expired', 410, say('expired'), say('again')),
  denied: problem('signin.denied', 403, say('denied'), say('deniedNext')),
  discordRefused: problem('signin.discord_refused', 403, say('discordRefused'), say('again')),
  telegramWrong: problem('signin.telegram_wrong', 403, say('telegramWrong'), say('again')),
  telegramOld: problem('signin.telegram_old', 410, say('telegramOld'), say('again')),
  wayOff: problem('signin.way_off', 404, say('wayOff'), say('again')),
  address: problem('signin.address', 422, say('address'), say('addressNext')),
  signature: problem('signin.bad_signature', 403, say('signature'), say('signatureNext')),
  walletUnknown: problem('signin.wallet_unknown', 403, say('walletUnknown'), say('walletUnknownNext')),
  linkNobody: problem('wallet.page_expired', 410, say('linkNobody'), say('linkNobodyNext')),
  linkExpired: problem('wallet.text_expired', 410, say('linkExpired'), say('linkExpiredNext')),
} as const

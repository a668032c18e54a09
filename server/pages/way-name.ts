import type { SignInWay } from '../../core/identity/session.port.ts'
import type { Platform } from '../../core/shared/actor.ts'
import type { TextValue } from '../../core/shared/text.ts'
import { signInTexts } from '../sign-in.texts.ts'

const { say } = signInTexts

const NAMES: Readonly<Record<Platform | SignInWay, TextValue>> = {
  discord: 'Discord',
  telegram: 'Telegram',
  wallet: say('way_wallet'),
  console: say('sandbox'),
  persona: say('sandbox'),
}

/** What people call a platform, or a way to sign in. */
export function wayName(way: Platform | SignInWay): TextValue {
  return NAMES[way]
}

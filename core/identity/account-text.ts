import type { Platform } from '../shared/actor.ts'
import { listText } from '../shared/list-text.ts'
import type { Text, TextValue } from '../shared/text.ts'
import type { Side } from './link.port.ts'
import { linkTexts } from './link.texts.ts'

const { say } = linkTexts

const NAMES = { discord: 'Discord', telegram: 'Telegram' } as const
const platformName = (platform: Platform): TextValue => (platform === 'console' ? say('terminal') : NAMES[platform])

/** Chat accounts by name and platform, as their owner knows them. */
export function accountsText(accounts: Side['accounts']): Text {
  return listText(accounts.map(({ platform, name }) => say('account', { name, platform: platformName(platform) })))
}

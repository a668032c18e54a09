import { listText } from '../shared/list-text.ts'
import type { Text } from '../shared/text.ts'
import type { Side } from './link.port.ts'
import { linkTexts } from './link.texts.ts'

const { say } = linkTexts

/** Chat accounts by name and platform, as their owner knows them. */
export function accountsText(accounts: Side['accounts']): Text {
  return listText(accounts.map(({ platform, name }) => say('account', { name, platform: say(`platform_${platform}`) })))
}

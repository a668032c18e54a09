import type { BotCommand, BotCommandScope } from '@grammyjs/types'
import type { ChatApp, CommandDefinition } from '../../core/shared/chat-app.ts'
import type { Language } from '../../core/shared/text.ts'
import { ApiFailure } from './api-failure.ts'
import { pieces } from './page.ts'
import type { TelegramApi } from './telegram-api.ts'
import { exactStyle } from './writing-style.ts'

const MOST_COMMANDS = 100
const MAX_DESCRIPTION = 256

/** What people see when they type `/`: one menu for private chats and one for groups, in each language; English for everyone else. */
export interface Menu {
  readonly scope: BotCommandScope
  /** Two letters; none for the menu of all languages that have no own. */
  readonly languageCode?: 'zh'
  readonly commands: readonly BotCommand[]
}

const LANGUAGES: readonly { language: Language; code?: 'zh' }[] = [{ language: 'en' }, { language: 'zh', code: 'zh' }]

export function menusOf({ commands, speak }: Pick<ChatApp, 'commands' | 'speak'>): Menu[] {
  const forMembers = commands.filter((command) => command.access === 'member')
  const scopes: { scope: BotCommandScope; shown: readonly CommandDefinition[] }[] = [
    { scope: { type: 'all_private_chats' }, shown: forMembers },
    // Answers for one person alone do not belong into a group.
    { scope: { type: 'all_group_chats' }, shown: forMembers.filter((command) => command.audience === 'public') },
  ]
  return scopes.flatMap(({ scope, shown }) =>
    LANGUAGES.map(({ language, code }) => ({
      scope,
      ...(code === undefined ? {} : { languageCode: code }),
      commands: shown
        .flatMap((command) => menuCommand(command, speak(command.summary, language, exactStyle('UTC'))))
        .slice(0, MOST_COMMANDS),
    })),
  )
}

/** Nothing for a name that Telegram cannot show; it can still be typed. */
function menuCommand({ name }: CommandDefinition, summary: string): BotCommand[] {
  const command = name.join('_').toLowerCase()
  const description = pieces(summary.replace(/\s+/g, ' ').trim(), MAX_DESCRIPTION)[0]
  return /^[a-z0-9_]{1,32}$/.test(command) && description !== undefined ? [{ command, description }] : []
}

/** Sets the menus that differ from what is set. A failure is logged only: commands work without a menu. */
export async function setMenus(api: TelegramApi, app: Pick<ChatApp, 'commands' | 'speak' | 'log'>): Promise<void> {
  for (const { scope, languageCode, commands } of menusOf(app)) {
    const where = { scope, ...(languageCode === undefined ? {} : { language_code: languageCode }) }
    try {
      const now = await api.call('getMyCommands', where)
      if (isSame(now, commands)) continue
      if (commands.length === 0) await api.call('deleteMyCommands', where)
      else await api.call('setMyCommands', { commands, ...where })
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      app.log.warn(
        { scope: scope.type, language: languageCode ?? 'en', reason: error.message },
        'a menu of commands could not be set on Telegram',
      )
    }
  }
}

const isSame = (some: readonly BotCommand[], others: readonly BotCommand[]): boolean =>
  some.length === others.length &&
  some.every(({ command, description }, index) => command === others[index]?.command && description === others[index]?.description)

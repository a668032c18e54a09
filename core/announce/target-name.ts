import type { PostTarget } from '../shared/chat-app.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { Text } from '../shared/text.ts'
import { announceTexts } from './announce.texts.ts'
import { targetText } from './announce.types.ts'

const { say } = announceTexts

/** A target as operators read it: a channel of Discord by its name, where that can be shown. */
export function targetName(target: PostTarget): Text {
  const { platform, chatId, threadId } = target
  if (platform !== 'discord') return sharedTexts.say('plain', { text: targetText(target) })
  return say('targetOnDiscord', { chat: { mention: 'channel', id: threadId ?? chatId } })
}

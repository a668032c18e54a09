// The process beside the worker: both chat platforms with 100 chats each, held to the platforms' own limits, and what arrived there.
import { startDiscordFake } from '../test/support/discord/discord-fake.ts'
import { visibleText } from '../test/support/discord/conversation.ts'
import { startTelegramFake } from '../test/support/telegram/telegram-fake.ts'
import { channelAt, CHATS_EACH, groupAt, GUILD, type Arrived, type FromChats, type ToChats } from './announce-scene.ts'

const discord = await startDiscordFake({ now: Date.now, rateLimits: true, timeoutMs: 900_000 })
const telegram = await startTelegramFake({ floodLimits: true })
discord.addGuild({ id: GUILD, name: 'Community' })
for (let index = 0; index < CHATS_EACH; index += 1) {
  discord.addChannel({ id: channelAt(index), name: `channel-${index}` })
  telegram.addGroup({ id: groupAt(index), title: `Group ${index}` })
}
/** The stand-in keeps its last 10,000 requests: counted as they come. */
let limitedOnDiscord = 0
let seen = 0
discord
  .until('the end of the bench', () => {
    for (let index = discord.requests.length - 1; index >= 0 && discord.requests[index]!.number > seen; index -= 1)
      if (discord.requests[index]!.status === 429) limitedOnDiscord += 1
    seen = discord.requests.at(-1)?.number ?? 0
    return false
  })
  .catch(() => undefined)

process.on('disconnect', () => process.exit())
process.on('message', (message: ToChats) => void obey(message))
tell({ discord: { apiUrl: discord.apiUrl, token: discord.token }, telegram: { apiUrl: telegram.apiRoot, token: telegram.token } })

function tell(message: FromChats): void {
  process.send!(message)
}

async function obey(message: ToChats): Promise<void> {
  if (message === 'count') return tell({ arrived: arrived() })
  await discord.close()
  await telegram.close()
  process.disconnect()
}

function arrived(): Arrived {
  const each = Array.from({ length: CHATS_EACH }, (_, index) => index)
  return {
    chats: [
      ...each.map((index) => discord.messages(channelAt(index)).map((found) => numberIn(visibleText(found)))),
      ...each.map((index) => telegram.messages(groupAt(index)).map(({ text }) => numberIn(text))),
    ],
    limited: { discord: limitedOnDiscord, telegram: telegram.requests.filter(({ code }) => code === 429).length },
    violations: [...discord.violations, ...telegram.violations].map((violation) => JSON.stringify(violation)),
  }
}

const numberIn = (text: string): number => Number(/\d+/.exec(text)?.[0] ?? Number.NaN)

import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { startDiscordFake } from '../../test/support/discord/discord-fake.ts'
import { createSampleApp } from '../../test/support/sample-app.ts'
import { discordTexts } from './discord.texts.ts'
import { startDiscordBot } from './start-discord-bot.ts'

const GUILD = '200000000000000001'
const BOB = '300000000000000002'
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Between the bot and Discord: everything gets through, but the answers to the first `count` callbacks are lost on their way back. */
async function lossyLine(apiUrl: string, count: number): Promise<string> {
  let left = count
  const server = createServer((incoming, outgoing) => {
    const target = new URL(incoming.url ?? '/', apiUrl)
    const forwarded = request(target, { method: incoming.method, headers: { ...incoming.headers, host: target.host } }, (answer) => {
      if (incoming.url?.includes('/callback') === true && left > 0) {
        left -= 1
        answer.resume().on('end', () => incoming.socket.destroy())
        return
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(forwarded)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/api`
}

async function start(lost: number) {
  const fake = await startDiscordFake({ timeoutMs: 20_000 })
  ends.push(() => fake.close())
  fake.addGuild({ id: GUILD, name: 'House' })
  fake.addChannel({ name: 'general' })
  fake.addMember({ userId: BOB, name: 'Bob' })
  const app = createSampleApp({ catalogues: [discordTexts.catalogue] })
  const bot = await startDiscordBot({ app, token: fake.token, apiUrl: await lossyLine(fake.apiUrl, lost) })
  ends.push(() => bot.stop())
  return { fake, app }
}

test('goes on when Discord took the deferral and only its answer was lost', async () => {
  const { fake, app } = await start(1)
  const talk = await fake.slash({ user: BOB, path: ['pos', 'note', 'add'], options: { text: 'kept' } })
  expect(talk.messages).toHaveLength(1)
  expect(app.data.notes.map(({ text }) => text)).toEqual(['kept'])
  expect(fake.requests.filter(({ code }) => code === 40060)).toHaveLength(1)
})

test('lets a second delivery come to nothing as before', async () => {
  const { fake, app } = await start(0)
  const talk = await fake.slash({ user: BOB, path: ['pos', 'note', 'add'], options: { text: 'once' } })
  const refused = fake.waitForRequest({ code: 40060 })
  fake.redeliver(talk.interaction)
  await refused
  await fake.heard()
  expect(app.data.notes.map(({ text }) => text)).toEqual(['once'])
  expect(talk.messages).toHaveLength(1)
})

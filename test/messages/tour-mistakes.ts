import type { Say } from './say.ts'

/** What goes wrong in typing. */
export async function mistakes(say: Say): Promise<void> {
  for (const typed of ['0', '-1', '1.0000000001', '1e3', '１２', 'ten', '1,5', '']) await say('bob', `withdraw ${typed}`)
  for (const line of ['dance', 'balance please', 'event create x colour:red', 'event list now', 'checkin', 'language', '', '🙂'])
    await say('bob', line)
}

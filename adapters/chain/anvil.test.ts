import { expect, test } from 'vitest'
import { processFacts } from '../process/local-process.ts'
import { startAnvil } from './anvil.ts'

test('the process is told of before it answers, so that whoever is killed in between leaves a trace of it', async () => {
  const told: number[] = []
  const starting = startAnvil({
    chainId: 31_337,
    onSpawn({ pid }) {
      told.push(pid)
      process.kill(pid, 'SIGKILL')
    },
  })
  await expect(starting).rejects.toMatchObject({ code: 'anvil_did_not_start' })
  expect(told).toHaveLength(1)
  expect(processFacts(told[0]!)).toBeUndefined()
})

import { firstWeek, outcome, type ChatStage } from './chat-story.ts'

/** Plays the story to its end and gives what came of it. `killed`: the product is killed and started again between every two steps. */
export async function playFirstWeek(stage: ChatStage, { killed }: { killed: boolean }): Promise<object> {
  const { steps, wallet } = firstWeek(stage)
  for (const [index, step] of steps.entries()) {
    try {
      if (!killed || index === 0) await step.run()
      else await afterKill(stage, step.isChat && stage.keepsMessages && index % 2 === 0, () => step.run())
    } catch (error) {
      throw new Error(`“${step.name}” failed:\n${stage.product.output().slice(-4_000)}`, { cause: error })
    }
  }
  // Whatever the jobs still have to do is done.
  await stage.product.skip('hour')
  return outcome(stage.product, wallet)
}

/** Either the last action comes again, as after a crash before it was confirmed, or the next one is sent while nobody hears. */
async function afterKill(stage: ChatStage, isSentMeanwhile: boolean, run: () => Promise<void>): Promise<void> {
  await stage.product.kill()
  stage.lineLost()
  if (isSentMeanwhile) {
    await Promise.all([stage.product.start(), run()])
    return
  }
  await stage.product.start()
  await stage.redeliver()
  await run()
}

import { firstWeek, outcome, type ChatStage } from './chat-story.ts'

/** Plays the story to its end and gives what came of it. `killed`: the product is killed and started again after every step that changed something. */
export async function playFirstWeek(stage: ChatStage, { killed }: { killed: boolean }): Promise<object> {
  const { steps, wallet } = firstWeek(stage)
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1]
    try {
      if (!killed || before === undefined || before.kind === 'read') await step.run()
      else if (stage.keepsMessages && step.kind === 'write' && index % 2 === 0) await whileDown(stage, () => step.run())
      else {
        await stage.product.kill()
        stage.lineLost()
        await stage.product.start()
        if (before.kind === 'write') await stage.redeliver()
        await step.run()
      }
    } catch (error) {
      throw new Error(`“${step.name}” failed:\n${stage.product.output().slice(-4_000)}`, { cause: error })
    }
  }
  // Whatever the jobs still have to do is done.
  await stage.product.skip('hour')
  return outcome(stage.product, wallet)
}

/** What is sent while nobody hears is heard after the start. */
async function whileDown(stage: ChatStage, run: () => Promise<void>): Promise<void> {
  await stage.product.kill()
  stage.lineLost()
  await Promise.all([stage.product.start(), run()])
}

import type { Answers, FormDefinition } from './form-definition.ts'

/** The words of a submission by which another that says nearly the same is found: what was written freely, in the order of the form. */
export function comparedText({ fields }: Pick<FormDefinition, 'fields'>, answers: Answers): string {
  const written = fields.flatMap(({ id, kind }) => {
    const answer = kind === 'short-text' || kind === 'long-text' || kind === 'link' || kind === 'file' ? answers[id] : undefined
    return typeof answer === 'string' ? [answer] : []
  })
  return written.join('\n')
}

import type { CommandDefinition, Prompt } from './chat-app.ts'
import { commandName } from './command.ts'
import { fieldMeta, type FieldMeta } from './field.ts'

/** The field that a question asks for; undefined when its command has no such field (any more). */
export function fieldOf(
  commands: readonly CommandDefinition[],
  { command, field }: Pick<Prompt, 'command' | 'field'>,
): FieldMeta | undefined {
  const shape = commands.find((each) => commandName(each) === command)?.input.shape
  const schema = shape !== undefined && Object.hasOwn(shape, field) ? shape[field] : undefined
  return schema === undefined ? undefined : fieldMeta(schema)
}

/** Whether the question waits for days, also while other commands are given. */
export const isPatient = (commands: readonly CommandDefinition[], prompt: Pick<Prompt, 'command' | 'field'>): boolean =>
  fieldOf(commands, prompt)?.patient === true

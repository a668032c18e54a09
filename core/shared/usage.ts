import { z } from 'zod'
import { fieldMeta } from './field.ts'

/** One input field of a command as surfaces show it, in declared order. */
export interface FieldUse {
  readonly name: string
  readonly required: boolean
  /** Filled in by buttons and links alone. */
  readonly carried: boolean
}

export function fieldUses(input: z.ZodObject): readonly FieldUse[] {
  return Object.entries(input.shape).map(([name, schema]) => ({
    name,
    required: isRequired(schema),
    carried: fieldMeta(schema)?.carried === true,
  }))
}

function isRequired(schema: z.core.$ZodType): boolean {
  return !(schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
}

/** How to type a command: `event create title start [minutes]`. */
export function usageOf(command: { readonly name: readonly string[]; readonly input: z.ZodObject }): string {
  const fields = fieldUses(command.input)
    .filter((field) => !field.carried)
    .map(({ name, required }) => (required ? name : `[${name}]`))
  return [...command.name, ...fields].join(' ')
}

/** The field that takes the rest of a typed line, if the command has one. */
export function restField(input: z.ZodObject): string | undefined {
  return Object.entries(input.shape).find(([, schema]) => fieldMeta(schema)?.takesRest === true)?.[0]
}

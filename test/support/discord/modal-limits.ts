import { ComponentType } from 'discord-api-types/v10'
import { isJson, type Json, lengthOf, listOf, textOf } from './json.ts'
import { checkSelect, everyComponent, Problems } from './message-limits.ts'
import type { FormProblem } from './refuse.ts'

const MAX_PARTS = 5

/** Limits of a modal that the OpenAPI document does not state (developers/components/reference "Modal"). Paths start at `data`. */
export function modalProblems(modal: Json): FormProblem[] {
  const problems = new Problems()
  const root = ['data', 'components']
  const parts = listOf(modal['components'])
  if (parts.length === 0 || parts.length > MAX_PARTS)
    problems.add(root, 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${MAX_PARTS} in length.`)
  const customIds = new Set<string>()
  for (const { component, path } of everyComponent(parts, root)) {
    const customId = component['custom_id']
    if (typeof customId === 'string') {
      if (customIds.has(customId))
        problems.add([...path, 'custom_id'], 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated')
      customIds.add(customId)
    }
    if (component['type'] === ComponentType.TextInput) checkTextInput(problems, component, path)
    if (isJson(component) && Array.isArray(component['options'])) checkSelect(problems, component, path)
  }
  return problems.list
}

function checkTextInput(problems: Problems, input: Json, path: readonly (string | number)[]): void {
  const inLabel = path.at(-1) === 'component'
  const labelled = textOf(input['label']) !== ''
  if (inLabel && labelled) problems.add([...path, 'label'], 'TEXT_INPUT_LABEL_NOT_ALLOWED', 'The label belongs to the Label component')
  if (!inLabel && !labelled) problems.add([...path, 'label'], 'BASE_TYPE_REQUIRED', 'This field is required')
  const min = typeof input['min_length'] === 'number' ? input['min_length'] : 0
  const max = typeof input['max_length'] === 'number' ? input['max_length'] : 4000
  if (max < 1 || min > max) problems.add([...path, 'min_length'], 'TEXT_INPUT_COMPONENT_INVALID_RANGE', 'min_length is above max_length')
  const preset = lengthOf(input['value'])
  if (preset > max || (preset > 0 && preset < min))
    problems.add([...path, 'value'], 'BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`)
}

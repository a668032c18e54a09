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
    if (isJson(component) && Array.isArray(component['options'])) checkModalSelect(problems, component, path)
    if (component['type'] === ComponentType.FileUpload) checkCounts(problems, component, path)
  }
  return problems.list
}

function checkModalSelect(problems: Problems, select: Json, path: readonly (string | number)[]): void {
  checkSelect(problems, select, path)
  checkCounts(problems, select, path)
  if (select['disabled'] === true)
    problems.add([...path, 'disabled'], 'COMPONENT_DISABLED_NOT_ALLOWED', 'A select of a modal cannot be disabled')
  const preset = listOf(select['options']).filter((option) => option['default'] === true).length
  if (preset > countOf(select['max_values']))
    problems.add([...path, 'options'], 'SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES', 'More options are chosen than max_values')
}

const countOf = (value: unknown): number => (typeof value === 'number' ? value : 1)

/** What must be answered takes at least one value (developers/components/reference, "String Select" and "File Upload": `required`). */
function checkCounts(problems: Problems, component: Json, path: readonly (string | number)[]): void {
  const [min, max] = [countOf(component['min_values']), countOf(component['max_values'])]
  if (min > max) problems.add([...path, 'min_values'], 'SELECT_COMPONENT_INVALID_RANGE', 'min_values is above max_values')
  if (min === 0 && component['required'] !== false)
    problems.add([...path, 'required'], 'SELECT_COMPONENT_REQUIRED_WITHOUT_VALUES', 'What is required takes at least one value')
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

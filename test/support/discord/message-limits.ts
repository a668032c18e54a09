import { ButtonStyle, ComponentType, MessageFlags } from 'discord-api-types/v10'
import { isJson, type Json, lengthOf, listOf, textOf } from './json.ts'
import type { FormProblem } from './refuse.ts'

/** Where a message body arrives; each place takes its own flags. */
export type MessageUse = 'create' | 'edit' | 'reply' | 'defer' | 'follow-up' | 'webhook-edit' | 'component-update'

/** Flags a bot may set (developers/resources/message, developers/interactions/receiving-and-responding). */
const SETTABLE: Record<MessageUse, number> = {
  create: MessageFlags.SuppressEmbeds | MessageFlags.SuppressNotifications | MessageFlags.IsVoiceMessage | MessageFlags.IsComponentsV2,
  edit: MessageFlags.SuppressEmbeds | MessageFlags.IsComponentsV2,
  reply:
    MessageFlags.SuppressEmbeds |
    MessageFlags.Ephemeral |
    MessageFlags.SuppressNotifications |
    MessageFlags.IsVoiceMessage |
    MessageFlags.IsComponentsV2,
  defer: MessageFlags.Ephemeral,
  'follow-up': MessageFlags.SuppressEmbeds | MessageFlags.Ephemeral | MessageFlags.SuppressNotifications | MessageFlags.IsComponentsV2,
  'webhook-edit': MessageFlags.SuppressEmbeds | MessageFlags.IsComponentsV2,
  'component-update': MessageFlags.SuppressEmbeds | MessageFlags.IsComponentsV2,
}

const MAX_CONTENT = 2000
const MAX_EMBED_TEXT = 6000
const MAX_ROWS = 5
const MAX_V2_COMPONENTS = 40
const MAX_V2_TEXT = 4000
const ROW_WIDTH = 5

/** Collects problems under a path. */
export class Problems {
  readonly list: FormProblem[] = []
  add(path: readonly (string | number)[], code: string, message: string): void {
    this.list.push({ path: path.map(String), code, message })
  }
}

/** A component with the path to it, found at any depth. */
export function* everyComponent(
  components: unknown,
  path: readonly (string | number)[],
): Generator<{ component: Json; path: (string | number)[] }> {
  for (const [index, component] of listOf(components).entries()) {
    const here = [...path, index]
    yield { component, path: here }
    yield* everyComponent(component['components'], [...here, 'components'])
    for (const single of ['accessory', 'component']) {
      const inner = component[single]
      if (!isJson(inner)) continue
      yield { component: inner, path: [...here, single] }
    }
  }
}

/**
 * Limits of a message that the OpenAPI document does not state.
 * @param wasV2 whether the message being edited already has the Components V2 flag, which cannot be taken back
 * @param fileNames names of the files that came with the request or are kept
 */
export function messageProblems(body: Json, use: MessageUse, wasV2: boolean, fileNames: ReadonlySet<string>): FormProblem[] {
  const problems = new Problems()
  const flags = typeof body['flags'] === 'number' ? body['flags'] : 0
  const unknown = flags & ~SETTABLE[use]
  if (unknown !== 0) problems.add(['flags'], 'MESSAGE_FLAGS_INVALID', `flag bits ${unknown} cannot be set here`)
  if (lengthOf(body['content']) > MAX_CONTENT) {
    problems.add(['content'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_CONTENT} or fewer in length.`)
  }
  checkEmbeds(problems, listOf(body['embeds']))
  if (wasV2 || (flags & MessageFlags.IsComponentsV2) !== 0) checkV2(problems, body, fileNames)
  else checkRows(problems, body)
  checkComponents(problems, body['components'])
  return problems.list
}

function checkEmbeds(problems: Problems, embeds: readonly Json[]): void {
  let total = 0
  for (const [index, embed] of embeds.entries()) {
    const author = isJson(embed['author']) ? embed['author'] : {}
    const footer = isJson(embed['footer']) ? embed['footer'] : {}
    total += lengthOf(embed['title']) + lengthOf(embed['description']) + lengthOf(author['name']) + lengthOf(footer['text'])
    for (const [position, field] of listOf(embed['fields']).entries()) {
      total += lengthOf(field['name']) + lengthOf(field['value'])
      for (const key of ['name', 'value']) {
        if (textOf(field[key]).trim() !== '') continue
        problems.add(['embeds', index, 'fields', position, key], 'BASE_TYPE_REQUIRED', 'This field is required')
      }
    }
    const parts = ['title', 'description', 'fields', 'image', 'thumbnail', 'author', 'footer', 'video', 'url', 'timestamp']
    if (!parts.some((key) => embed[key] !== undefined && embed[key] !== null && embed[key] !== '')) {
      problems.add(['embeds', index], 'EMBED_EMPTY', 'An embed needs something to show')
    }
  }
  if (total > MAX_EMBED_TEXT) {
    problems.add(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', `Embed size exceeds maximum size of ${MAX_EMBED_TEXT}`)
  }
}

function checkV2(problems: Problems, body: Json, fileNames: ReadonlySet<string>): void {
  const empty = (value: unknown): boolean =>
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  for (const key of ['content', 'embeds', 'sticker_ids', 'poll']) {
    if (empty(body[key])) continue
    problems.add(
      [key],
      'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
      `The '${key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
    )
  }
  const all = [...everyComponent(body['components'], ['components'])]
  if (all.length > MAX_V2_COMPONENTS) {
    problems.add(['components'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_V2_COMPONENTS} or fewer components in total.`)
  }
  const text = all.reduce(
    (sum, { component }) => sum + (component['type'] === ComponentType.TextDisplay ? lengthOf(component['content']) : 0),
    0,
  )
  if (text > MAX_V2_TEXT) {
    problems.add(
      ['components'],
      'COMPONENT_MAX_TOTAL_TEXT_SIZE_EXCEEDED',
      `The total text of a message must be ${MAX_V2_TEXT} or fewer characters.`,
    )
  }
  for (const { component, path } of all) {
    if (component['type'] === ComponentType.TextDisplay && textOf(component['content']).trim() === '') {
      problems.add([...path, 'content'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 4000 in length.')
    }
    const media = [component['media'], component['file'], ...listOf(component['items']).map((item) => item['media'])].filter(isJson)
    for (const { url } of media) {
      const name = /^attachment:\/\/(.*)$/.exec(textOf(url))?.[1]
      if (name === undefined || fileNames.has(name)) continue
      problems.add(path, 'REFERENCED_ATTACHMENT_NOT_FOUND', `The referenced attachment ${name} was not found`)
    }
  }
}

function checkRows(problems: Problems, body: Json): void {
  const rows = listOf(body['components'])
  if (rows.length > MAX_ROWS) problems.add(['components'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_ROWS} or fewer in length.`)
  for (const [index, row] of rows.entries()) {
    if (row['type'] !== ComponentType.ActionRow) {
      problems.add(['components', index, 'type'], 'UNION_TYPE_CHOICES', 'Value of field "type" must be one of (1,).')
    }
  }
}

const SELECTS: ReadonlySet<unknown> = new Set([
  ComponentType.StringSelect,
  ComponentType.UserSelect,
  ComponentType.RoleSelect,
  ComponentType.MentionableSelect,
  ComponentType.ChannelSelect,
])

/** Rules of buttons, rows and selects that hold in messages of both kinds. */
function checkComponents(problems: Problems, components: unknown): void {
  const customIds = new Set<string>()
  const ids = new Set<unknown>()
  for (const { component, path } of everyComponent(components, ['components'])) {
    const customId = component['custom_id']
    if (typeof customId === 'string') {
      if (customIds.has(customId))
        problems.add([...path, 'custom_id'], 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated')
      customIds.add(customId)
    }
    const id = component['id']
    if (typeof id === 'number' && id !== 0) {
      if (ids.has(id)) problems.add([...path, 'id'], 'COMPONENT_ID_DUPLICATED', 'Component id cannot be duplicated')
      ids.add(id)
    }
    if (component['type'] === ComponentType.ActionRow) checkRow(problems, listOf(component['components']), path)
    if (component['type'] === ComponentType.Button) checkButton(problems, component, path)
    if (SELECTS.has(component['type'])) checkSelect(problems, component, path)
  }
}

function checkRow(problems: Problems, parts: readonly Json[], path: readonly (string | number)[]): void {
  const width = parts.reduce((sum, part) => sum + (SELECTS.has(part['type']) ? ROW_WIDTH : 1), 0)
  if (parts.length === 0 || width > ROW_WIDTH) {
    problems.add([...path, 'components'], 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'The specified component exceeds the maximum width')
  }
}

function checkButton(problems: Problems, button: Json, path: readonly (string | number)[]): void {
  const link = button['style'] === ButtonStyle.Link
  const premium = button['style'] === ButtonStyle.Premium
  const wanted = link ? 'url' : premium ? 'sku_id' : 'custom_id'
  for (const key of ['url', 'sku_id', 'custom_id']) {
    const given = typeof button[key] === 'string' && button[key] !== ''
    if (key === wanted && !given) problems.add([...path, key], 'BUTTON_COMPONENT_FIELD_REQUIRED', `A ${key} is required here`)
    if (key !== wanted && given)
      problems.add([...path, key], 'BUTTON_COMPONENT_FIELD_EXCLUSIVE', `A ${key} and a ${wanted} cannot both be specified`)
  }
  if (!premium && textOf(button['label']) === '' && !isJson(button['emoji'])) {
    problems.add([...path, 'label'], 'BUTTON_COMPONENT_INVALID_LABEL', 'A button needs a label or an emoji')
  }
}

/** Also used for the selects of a modal. */
export function checkSelect(problems: Problems, select: Json, path: readonly (string | number)[]): void {
  const options = listOf(select['options'])
  const min = typeof select['min_values'] === 'number' ? select['min_values'] : 1
  const max = typeof select['max_values'] === 'number' ? select['max_values'] : 1
  if (min > max) problems.add([...path, 'min_values'], 'SELECT_COMPONENT_INVALID_RANGE', 'min_values is above max_values')
  if (select['type'] !== ComponentType.StringSelect) return
  if (options.length === 0) problems.add([...path, 'options'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 25 in length.')
  if (max > options.length)
    problems.add([...path, 'max_values'], 'SELECT_COMPONENT_INVALID_RANGE', 'max_values is above the number of options')
  if (new Set(options.map((option) => option['value'])).size !== options.length) {
    problems.add([...path, 'options'], 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED', 'The specified option value is already used')
  }
}

import { codeField, type SuggestSource } from '../shared/field.ts'
import { formTexts } from './form.texts.ts'

/** The form of a command, such as `FRM-2`. */
export const whichForm = (suggest?: SuggestSource) => codeField(formTexts.say('form'), 'FRM', suggest)

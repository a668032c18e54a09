import { permitTexts } from '../core/settlement/permit-deposit.texts.ts'
import type { Catalogue } from '../core/shared/text.ts'
import { depositTexts } from './pages/deposit.texts.ts'
import { deskTexts } from './pages/desk.texts.ts'
import { formEditTexts } from './pages/form-edit.texts.ts'
import { formPageTexts } from './pages/form-pages.texts.ts'
import { pageTexts } from './pages/page.texts.ts'
import { sandboxTexts } from './pages/sandbox.texts.ts'
import { problemTexts } from './problem.texts.ts'
import { signInTexts } from './sign-in.texts.ts'

/** What the server says; the composed app's `speak` must know these. */
export const SERVER_CATALOGUES: readonly Catalogue[] = [
  pageTexts.catalogue,
  sandboxTexts.catalogue,
  depositTexts.catalogue,
  permitTexts.catalogue,
  problemTexts.catalogue,
  signInTexts.catalogue,
  deskTexts.catalogue,
  formPageTexts.catalogue,
  formEditTexts.catalogue,
]

import i18next from 'i18next'
import { shortAmountRoundedDown } from '../core/shared/amount.ts'
import type { Speak } from '../core/shared/speak.ts'
import { isText, type Catalogue, type Language, type TextValue } from '../core/shared/text.ts'

/**
 * Builds the one `Speak` of the process from the catalogues of all slices. Values are written by the platform's style, never by i18next's own escaping.
 * @param publicOrigin where our own pages are, without a slash at the end
 */
export function createSpeak(catalogues: readonly Catalogue[], publicOrigin = ''): Speak {
  const bundle = (language: Language) =>
    Object.fromEntries(
      catalogues.flatMap(({ slice, [language]: sentences }) =>
        Object.entries(sentences).map(([key, sentence]) => [`${slice}.${key}`, sentence]),
      ),
    )
  const instance = i18next.createInstance()
  void instance.init({
    lng: 'en',
    fallbackLng: false,
    keySeparator: false,
    nsSeparator: false,
    initAsync: false,
    resources: { en: { translation: bundle('en') }, zh: { translation: bundle('zh') } },
    interpolation: { escapeValue: false, skipOnVariables: true },
    returnEmptyString: false,
  })
  const translate = { en: instance.getFixedT('en'), zh: instance.getFixedT('zh') }

  const speak: Speak = (value: TextValue, language, style) => {
    if (typeof value === 'string') return style.escape(value)
    if (typeof value === 'number')
      return style.escape(value.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-US', { maximumFractionDigits: 0 }))
    if (typeof value === 'bigint') return style.escape(`${shortAmountRoundedDown(value)} PoS`)
    if ('at' in value) return style.instant(value.at)
    if ('en' in value) return style.escape(value[language])
    if ('page' in value) {
      const address = value.page.startsWith('/') ? `${publicOrigin}${value.page}` : value.page
      return style.page?.(address) ?? style.escape(address)
    }
    if (!isText(value)) return style.mention?.(value) ?? style.escape(value.id)
    const written = Object.fromEntries(Object.entries(value.values).map(([name, inner]) => [name, speak(inner, language, style)]))
    const ofOne = `${value.key}_one`
    const key = language === 'en' && value.values.count === 1 && instance.exists(ofOne, { lng: 'en' }) ? ofOne : value.key
    return translate[language](key, written)
  }
  return speak
}

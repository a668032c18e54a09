import type { Text } from '../../core/shared/text.ts'
import { ASSETS } from './assets.ts'
import { html, type Html } from './html.ts'
import { pageTexts } from './page.texts.ts'
import type { Reader } from './reader.ts'

const { say } = pageTexts

export interface Page {
  readonly title: Text
  /** For previews of links and search. */
  readonly description?: Text
  readonly body: Html
  readonly section?: 'supply' | 'periods' | 'leaderboard' | 'forms' | 'campaigns' | 'desk' | 'sandbox' | 'account'
  readonly scripts?: readonly { readonly path: string }[]
  /** Uses the width of the window: the chat does, text does not. */
  readonly wide?: boolean
}

/** A whole page: head with previews, navigation, content, footer. */
export function layout(reader: Reader, page: Page): Html {
  const title = reader.plain(page.title)
  const description = reader.plain(page.description ?? say('description'))
  const other = reader.language === 'en' ? 'zh' : 'en'
  return html`<!doctype html>
    <html lang="${reader.language === 'zh' ? 'zh-CN' : 'en'}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · WePoS</title>
        <meta name="description" content="${description}" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#faf8f3" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#121614" media="(prefers-color-scheme: dark)" />
        <meta property="og:site_name" content="WePoS" />
        <meta property="og:type" content="website" />
        <meta property="og:title" content="${title}" />
        <meta property="og:description" content="${description}" />
        <meta property="og:url" content="${reader.origin}${reader.address}" />
        <meta property="og:locale" content="${reader.language === 'zh' ? 'zh_CN' : 'en_GB'}" />
        <meta name="twitter:card" content="summary" />
        <link rel="canonical" href="${reader.origin}${reader.address}" />
        <link rel="alternate" hreflang="en" href="${inLanguage(reader, 'en')}" />
        <link rel="alternate" hreflang="zh-CN" href="${inLanguage(reader, 'zh')}" />
        <link rel="icon" href="${ASSETS.icon.path}" type="image/svg+xml" />
        <link rel="stylesheet" href="${ASSETS.style.path}" />
        ${[ASSETS.localTime, ...(page.scripts ?? [])].map(({ path }) => html`<script src="${path}" defer></script>`)}
      </head>
      <body>
        <a class="skip" href="#content">${reader.say(say('skip'))}</a>
        <header class="top">
          <a class="brand" href="/"
            ><svg viewBox="0 0 32 32" aria-hidden="true">
              <circle class="ring" cx="16" cy="16" r="12" />
              <path class="leaf" d="M16 24c0-8 2-12 8-14-1 8-3 12-8 14Zm0 0c0-5-2-8-6-9 0 5 2 8 6 9Z" /></svg
            >WePoS</a
          >
          <nav aria-label="${reader.plain(say('nav'))}">${navigation(reader, page.section)}</nav>
          <a
            class="language"
            href="${inLanguage(reader, other)}"
            lang="${other === 'zh' ? 'zh-CN' : 'en'}"
            hreflang="${other === 'zh' ? 'zh-CN' : 'en'}"
            >${reader.say(say('otherLanguage'))}</a
          >
        </header>
        <main id="content" tabindex="-1" ${page.wide === true && html` class="wide"`}>${page.body}</main>
        <footer><p>${reader.say(say('footer'))}</p></footer>
      </body>
    </html> `
}

function navigation(reader: Reader, section: Page['section']): Html[] {
  const links = [
    { name: 'supply', href: '/' },
    { name: 'periods', href: '/periods' },
    { name: 'leaderboard', href: '/leaderboard' },
    ...(reader.isReviewer ? [{ name: 'desk', href: '/desk' } as const] : []),
    { name: 'forms', href: '/forms' },
    { name: 'campaigns', href: '/campaigns' },
    ...(reader.hasSandbox ? [{ name: 'sandbox', href: '/sandbox' } as const] : []),
    { name: 'api', href: '/docs' },
    { name: 'account', href: '/account' },
  ] as const
  return links.map(
    ({ name, href }) => html`<a href="${href}" ${name === section && html` aria-current="page"`}>${reader.say(say(name))}</a>`,
  )
}

function inLanguage(reader: Reader, language: string): string {
  return `${reader.address}${reader.address.includes('?') ? '&' : '?'}lang=${language}`
}

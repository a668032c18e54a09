import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** What pages load. Its address holds a hash of its content, so it may be kept for ever. */
export interface Asset {
  readonly path: string
  readonly mediaType: string
  readonly content: Buffer
}

/** One asset of one or more files of the folder `assets`, in order. */
function asset(name: string, mediaType: string, files: readonly string[] = [name]): Asset {
  const content = Buffer.concat(files.map((file) => readFileSync(new URL(`./assets/${file}`, import.meta.url))))
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
  return { path: `/assets/${name.replace('.', `.${hash}.`)}`, mediaType, content }
}

/** Read once, when the server starts. */
export const ASSETS = {
  style: asset('wepos.css', 'text/css; charset=utf-8', ['base.css', 'figures.css', 'sandbox.css', 'deposit.css', 'desk.css', 'forms.css']),
  icon: asset('icon.svg', 'image/svg+xml'),
  localTime: asset('local-time.js', 'text/javascript; charset=utf-8'),
  deposit: asset('deposit.js', 'text/javascript; charset=utf-8', ['wallets.js', 'deposit.js']),
  signText: asset('sign-text.js', 'text/javascript; charset=utf-8', ['wallets.js', 'sign-text.js']),
  telegramSignIn: asset('telegram-sign-in.js', 'text/javascript; charset=utf-8'),
  desk: asset('desk.js', 'text/javascript; charset=utf-8'),
  formFill: asset('form-fill.js', 'text/javascript; charset=utf-8'),
  formFile: asset('form-file.js', 'text/javascript; charset=utf-8'),
  sandbox: asset('sandbox.js', 'text/javascript; charset=utf-8'),
} as const

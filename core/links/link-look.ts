import { DAY, MINUTE, type Instant } from '../shared/instant.ts'
import type { Text } from '../shared/text.ts'
import type { CheckLink } from './link.port.ts'
import type { LinkState } from './link.rules.ts'
import { linkLookTexts } from './link-look.texts.ts'

const { say } = linkLookTexts

/** Of one submission so many links are looked at; a reviewer opens the others by hand. */
export const MOST_LINKS = 5
/** While a panel sits, a link is looked at again after so long. */
export const LOOKED_AGAIN_MS = 7 * DAY
/** Whoever takes links has looked by then, or has died. */
export const TAKEN_MS = 10 * MINUTE
/** Links that one run takes, and how many of them at a time. */
export const MOST_TAKEN = 20
const AT_ONCE = 4

/** What was found behind a link, and when. */
export interface LinkLook {
  readonly state: LinkState
  readonly at: Instant
}

/** A link that is to be looked at. */
export interface DueLink {
  readonly submission: number
  readonly link: string
}

export interface LinkLooksPort {
  /** Links of what panels judge, each for this caller alone until {@link TAKEN_MS} are over. */
  take(limit: number, now: Instant): Promise<readonly DueLink[]>
  /** Keeps what was found. What was answered anew meanwhile, or erased, keeps nothing. */
  keep(link: DueLink, look: LinkLook): Promise<void>
}

/** Looks at the links that are due, a few at a time; gives how many. */
export async function lookAtLinks(port: LinkLooksPort, check: CheckLink, now: Instant): Promise<number> {
  const due = await port.take(MOST_TAKEN, now)
  const left = due.values()
  const lookOn = async (): Promise<void> => {
    for (const one of left) await port.keep(one, { state: await check(one.link), at: now })
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lookOn))
  return due.length
}

/** What a reviewer reads of it. @param cover takes names out of the title, which is text of a stranger */
export function lookText({ state, at: instant }: LinkLook, cover: (text: string) => string): Text {
  const at = { at: instant }
  switch (state.kind) {
    case 'answers':
      // A page that is not there, or not for strangers, has a title all the same.
      if (state.status >= 400) return say('error', { at, status: String(state.status) })
      return state.title === undefined ? say('untitled', { at }) : say('titled', { at, title: cover(state.title) })
    case 'moved':
      return say('moved', { at })
    case 'refused':
      return say('refused')
    default:
      return state.why === 'name' ? say('unknown', { at }) : say('silent', { at })
  }
}

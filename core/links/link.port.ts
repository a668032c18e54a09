import type { LinkState } from './link.rules.ts'

/** Looks whether a page is behind a link, for whoever reviews it. Never rejects: what goes wrong is an answer. Takes five seconds at most. */
export type CheckLink = (link: string) => Promise<LinkState>

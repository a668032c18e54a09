/** Pages to which the sign-in may lead back, by the first word of their path; anything else leads to the account. */
const RETURN_TO: ReadonlySet<string> = new Set(['account', 'wallet', 'deposit', 'desk', 'forms', 'files', 'submissions', 'campaigns'])
const FALLBACK = '/account'
/** Plain words only: no other host, no scheme, no escapes, no dots that climb. */
const FORM = /^\/([a-z]+)(?:\/[\w-]{1,60}){0,4}(?:\?[\w=&-]{0,200})?$/

/** Where to go after signing in: `wanted` if it is one of our own pages, else the account (ASVS 3.7.2). */
export function returnPath(wanted: string | undefined): string {
  const first = wanted === undefined ? undefined : FORM.exec(wanted)?.[1]
  return wanted !== undefined && first !== undefined && RETURN_TO.has(first) ? wanted : FALLBACK
}

import type { Instant } from '../shared/instant.ts'
import { fold, matches, MAX_SUGGESTIONS, type Source, type Suggestion } from '../shared/suggest.ts'
import type { Language } from '../shared/text.ts'
import { knownZone, zoneOffset } from '../shared/zone.ts'
import { identityTexts } from './identity.texts.ts'

const { say } = identityTexts
const MINUTE_MS = 60_000
/** Offered first while nothing is typed: one well-known city for most offsets of the world. */
const COMMON = [
  'UTC',
  'Asia/Shanghai',
  'Asia/Hong_Kong',
  'Asia/Taipei',
  'Asia/Singapore',
  'Asia/Tokyo',
  'Asia/Seoul',
  'Asia/Dubai',
  'Asia/Bangkok',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Moscow',
  'Africa/Lagos',
  'Africa/Johannesburg',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'Australia/Sydney',
  'Pacific/Auckland',
] as const

/** IANA zones by name, by city, or by what people call them in their language (`中国`, `Central European`). @param zones all names that are known */
export function zoneSource(zones: readonly string[]): Source {
  const index: Partial<Record<Language, ReadonlyMap<string, string>>> = {}
  return ({ actor, typed, now }) => {
    // What a zone is called takes a while to find out for all of them, and changes with no release of ours.
    const names = (index[actor.language] ??= new Map(zones.map((zone) => [zone, zoneName(zone, actor.language, now)])))
    const exact = knownZone(typed.replaceAll(' ', '_'))
    const found = typed === '' ? [actor.timeZone, ...COMMON] : zones.filter((zone) => isMeant(typed, zone, names.get(zone) ?? ''))
    return [...new Set([...(exact === undefined ? [] : [exact]), ...found])]
      .slice(0, MAX_SUGGESTIONS)
      .map((zone) => suggestion(zone, names.get(zone) ?? zoneName(zone, actor.language, now), now))
  }
}

function isMeant(typed: string, zone: string, name: string): boolean {
  return matches(typed, zone.replaceAll('_', ' '), zone, fold(name))
}

function suggestion(zone: string, name: string, now: Instant): Suggestion {
  return { value: zone, label: say('timezoneSuggestion', { zone, name, offset: offsetText(zoneOffset(zone, now)) }) }
}

function zoneName(zone: string, language: Language, now: Instant): string {
  const format = new Intl.DateTimeFormat(language, { timeZone: zone, timeZoneName: 'longGeneric' })
  return format.formatToParts(now).find(({ type }) => type === 'timeZoneName')?.value ?? zone
}

/** `UTC+05:30` */
function offsetText(offsetMs: number): string {
  const minutes = Math.abs(Math.round(offsetMs / MINUTE_MS))
  const two = (value: number) => String(value).padStart(2, '0')
  return `UTC${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

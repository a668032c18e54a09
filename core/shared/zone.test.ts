import { describe, expect, it } from 'vitest'
import { HOUR } from './instant.ts'
import { knownZone, zoneOffset } from './zone.ts'

describe('time zones', () => {
  it('are known by their names, in any case, and by nothing else', () => {
    expect(knownZone('europe/berlin')).toBe('Europe/Berlin')
    expect(knownZone('Asia/Shanghai')).toBe('Asia/Shanghai')
    expect(knownZone('+02:00')).toBeUndefined()
    expect(knownZone('Mars/Base')).toBeUndefined()
    expect(knownZone('../etc')).toBeUndefined()
  })
  it('have the offset of their instant, daylight saving included', () => {
    expect(zoneOffset('Europe/Berlin', Date.UTC(2027, 0, 1))).toBe(HOUR)
    expect(zoneOffset('Europe/Berlin', Date.UTC(2027, 6, 1) + 123)).toBe(2 * HOUR)
    expect(zoneOffset('Asia/Kathmandu', Date.UTC(2027, 0, 1))).toBe(5.75 * HOUR)
    expect(zoneOffset('America/New_York', Date.UTC(2027, 0, 1))).toBe(-5 * HOUR)
  })
})

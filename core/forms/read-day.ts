const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const EARLIEST_YEAR = 1900
const LATEST_YEAR = 2199

/**
 * Reads a day as people type it: 2027-02-03, 2027/2/3, 2027年2月3日, 3.2.2027, 3 Feb 2027, February 3, 2027. `unclear` for 3/2/2027, whose first number may be
 * the day or the month: nothing is guessed. The value is `2027-02-03`.
 */
export function readDay(text: string): string | undefined {
  const plain = text.trim().toLowerCase()
  const yearFirst = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$/.exec(plain)
  if (yearFirst !== null) return dayOf(yearFirst[1], yearFirst[2], yearFirst[3])
  const dotted = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/.exec(plain)
  if (dotted !== null) return dayOf(dotted[3], dotted[2], dotted[1])
  const named = /^(\d{1,2})(?:st|nd|rd|th)?\.?\s+([a-z]{3,9})\.?,?\s+(\d{4})$/.exec(plain)
  if (named !== null) return dayOf(named[3], monthOf(named[2]), named[1])
  const monthFirst = /^([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$/.exec(plain)
  if (monthFirst !== null) return dayOf(monthFirst[3], monthOf(monthFirst[1]), monthFirst[2])
  const slashed = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/.exec(plain)
  if (slashed === null) return undefined
  const [, first, second, year] = slashed
  if (Number(first) > 12) return dayOf(year, second, first)
  if (Number(second) > 12 || first === second) return dayOf(year, first, second)
  return 'unclear'
}

const monthOf = (name = ''): string => String(MONTHS.indexOf(name.slice(0, 3)) + 1)

function dayOf(year = '', month = '', day = ''): string | undefined {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  if (y < EARLIEST_YEAR || y > LATEST_YEAR || m < 1 || m > 12) return undefined
  const written = `${year}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`
  const at = new Date(Date.UTC(y, m - 1, d))
  return at.getUTCMonth() === m - 1 && at.getUTCDate() === d ? written : undefined
}

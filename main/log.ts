import { pino } from 'pino'
import type { Log } from '../core/shared/chat-app.ts'

/** JSON lines on standard error, so that what a terminal chat prints stays apart. Fields that could carry a secret are blanked whatever they hold. */
export function createLog(level: string): Log {
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['token', 'password', 'privateKey', 'signature', '*.token', '*.password'], censor: '[secret]' },
    },
    pino.destination({ fd: 2, sync: false }),
  )
  return {
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
  }
}

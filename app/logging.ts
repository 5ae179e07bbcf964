import { type Logger, pino } from 'pino'
import type { Config } from './config/config.ts'

/** The log levels of the reference server, in pino's words. */
const levels = { critical: 'fatal', error: 'error', warning: 'warn', info: 'info', debug: 'debug' } as const

/**
 * Lines are written when there are this many bytes of them, or this many milliseconds later: a write for each line costs
 * more than the line. A process that ends writes the rest, one that is killed loses it.
 */
const buffer = { minLength: 4096, periodicFlush: 50 } as const

/** One JSON object a line on standard output. */
export function openLog(level: Config['logLevel']): Logger {
  const output = pino.destination({ dest: 1, sync: false, ...buffer })
  return pino({ level: levels[level], base: null, timestamp: pino.stdTimeFunctions.isoTime }, output)
}

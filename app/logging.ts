import { type Logger, pino } from 'pino'
import type { Config } from './config/config.ts'

/** The log levels of the reference server, in pino's words. */
const levels = { critical: 'fatal', error: 'error', warning: 'warn', info: 'info', debug: 'debug' } as const

/** One JSON object a line on standard output. */
export function openLog(level: Config['logLevel']): Logger {
  return pino({ level: levels[level], base: null, timestamp: pino.stdTimeFunctions.isoTime })
}

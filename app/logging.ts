import { isatty } from 'node:tty'
import { isoTime } from '@keyhold/core'
import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from './config/config.ts'
import { LineBuffer } from './line-buffer.ts'
import { prettyLine } from './pretty-log.ts'

/** The log levels of the reference server, in pino's words. */
const levels = { critical: 'fatal', error: 'error', warning: 'warn', info: 'info', debug: 'debug' } as const

const standardOutput = 1

/** What goes into a pipe at once, and not between the lines of other processes (POSIX, `PIPE_BUF` on Linux): bytes. */
const atomicWrite = 4096

/**
 * One JSON object a line on standard output, or one line for a person to read: `auto` gives that to a terminal. Its owner
 * flushes it when the process ends.
 *
 * @param worker which of several processes writes there; every line says it
 */
export function openLog(level: Config['logLevel'], format: Config['logFormat'], worker?: number): Logger {
  const base = worker === undefined ? null : { worker }
  const options = { level: levels[level], base, timestamp: () => `,"time":"${isoTime(Date.now())}"` }
  const isPretty = format === 'pretty' || (format === 'auto' && isatty(standardOutput))
  const output = pino.destination({ fd: standardOutput, sync: true })
  return pino(options, isPretty ? pretty(output) : new LineBuffer(output, worker && atomicWrite))
}

function pretty(output: DestinationStream): DestinationStream {
  return { write: line => output.write(prettyLine(line)) }
}

import type { ServerOptions } from '@keyhold/app'

type Log = NonNullable<ServerOptions['log']>

export interface LogEntry {
  readonly level: string
  readonly args: readonly unknown[]
}

/** A log that keeps what it is given, from the lowest level up. */
export function recordingLog(): { readonly log: Log; readonly entries: LogEntry[] } {
  const entries: LogEntry[] = []
  const write =
    (level: string) =>
    (...args: unknown[]) => {
      entries.push({ level, args })
    }
  const log: Log = {
    level: 'trace',
    fatal: write('fatal'),
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    trace: write('trace'),
    silent: () => undefined,
    child: () => log,
  }
  return { log, entries }
}

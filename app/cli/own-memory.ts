import { readFileSync } from 'node:fs'

/**
 * How many bytes the process has in memory that are no file's (proc(5), `RssAnon`). The pages of the embedded store are its
 * file's: as many as there is room for stay in memory, and the kernel drops them when others need it. Where the system
 * does not tell the two apart: all that it has.
 */
export function ownMemory(): number {
  const [, kibibytes] = /^RssAnon:\s+(\d+) kB$/m.exec(processStatus()) ?? []
  return kibibytes === undefined ? process.memoryUsage.rss() : Number(kibibytes) * 1024
}

function processStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8')
  } catch {
    return ''
  }
}

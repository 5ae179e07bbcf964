import type { LogFault } from '@keyhold/core'

/** What is wrong with a log, and where, in a line. */
export function faultText({ kind, chain, seq, to, line, record }: LogFault): string {
  const entry = `entry ${seq} of chain ${chain}`
  switch (kind) {
    case 'missing':
      return seq === to ? `MISSING: ${entry}` : `MISSING: entries ${seq} to ${to} of chain ${chain}`
    case 'changed':
      return `CHANGED: ${entry} is not the one that was written`
    case 'reordered':
      return `REORDERED: ${entry} stands behind an older one`
    case 'repeated':
      return `REPEATED: ${entry}`
    case 'unsigned':
      return `NOT SIGNED: the signature of ${entry} does not hold`
    case 'unreadable':
      return line === undefined ? 'UNREADABLE: what was kept is no signed head' : `UNREADABLE: line ${line} is no entry`
    case 'damaged':
      return `DAMAGED: the record ${record} of the store is not what was written`
  }
}

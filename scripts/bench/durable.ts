import { join } from 'node:path'
import { open } from 'lmdb'
import type { Bench } from './bench.ts'
import { quotient, spreadOf } from './rounds.ts'
import type { Estimate, Spread } from './statistics.ts'
import { createKey } from './variants.ts'

/** What it costs that a key is on the disk before its creation is answered. */
export interface DurableRow {
  readonly connections: number
  /** Microseconds of processor time per created key: in the embedded store, and in memory. */
  readonly durable: Spread
  readonly memory: Spread
  /** Durable / memory. */
  readonly cost: Estimate
  /** Records that one commit wrote, on average over the whole measurement: LMDB calls fdatasync once for each commit. */
  readonly rowsPerCommit: number
  readonly targets: { readonly cost: number; readonly rowsPerCommit: number }
}

/** Of the rows that are under way at once this part is to share a flush. */
const grouped = 0.8

/** Creates keys over so many connections. @param connections 16 or 64, for which there are targets */
export async function measureDurable(bench: Bench, connections: number): Promise<DurableRow> {
  const { random } = bench
  const operation = { ...createKey('ED25519'), connections }
  const directory = await bench.newDirectory()
  const memory = await bench.start('service-server', operation, { settings: { KMS_DATABASE_TYPE: 'memory' } })
  const durable = await bench.start('service-server', operation, { directory })
  const counts = readCounts(join(directory, 'data'))
  try {
    const before = counts.now()
    const { sliceTime } = bench.extent
    // Writers find together after a while: the beginning of a turn is to be a small part of it.
    const longer = sliceTime === undefined ? {} : { sliceTime: 8 * sliceTime }
    const rounds = await bench.measure({ durable, memory }, longer)
    const after = counts.now()
    return {
      connections,
      durable: spreadOf(rounds, 'durable', random),
      memory: spreadOf(rounds, 'memory', random),
      cost: quotient(rounds, 'durable', 'memory', random),
      rowsPerCommit: (after.rows - before.rows) / (after.commits - before.commits),
      targets: { cost: connections < 64 ? 1.5 : 1.1, rowsPerCommit: grouped * connections },
    }
  } finally {
    await counts.close()
  }
}

/** What the store itself counts, read by another process: its rows and its commits. */
function readCounts(path: string) {
  const database = open<Uint8Array, Uint8Array>({ path, readOnly: true, encoding: 'binary', keyEncoding: 'binary' })
  return {
    now() {
      // Otherwise a reader keeps the moment at which it has read last.
      database.resetReadTxn()
      const { entryCount, lastTxnId } = database.getStats() as { entryCount: number; lastTxnId: number }
      return { rows: entryCount, commits: lastTxnId }
    },
    close: () => database.close(),
  }
}

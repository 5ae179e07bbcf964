import { Bench, type Extent, type Round } from './bench.ts'
import { type DurableRow, measureDurable } from './durable.ts'
import type { Ed25519Name, Measured } from './measured.ts'
import type { Peer } from './peer.ts'
import { measurePeer, type PeerRow } from './peers.ts'
import { overhead, quotient, spreadOf } from './rounds.ts'
import type { Estimate, Spread } from './statistics.ts'
import { type Targets, targetsOf } from './targets.ts'
import type { Operation } from './variants.ts'

export interface RunOptions extends Extent {
  readonly rows: readonly Measured[]
  /** Connections at which durable creation is measured. */
  readonly durable?: readonly number[]
  readonly peers?: readonly Peer[]
  /** By which implementations this service is compared with peers. */
  readonly ed25519: readonly Ed25519Name[]
  readonly seed: number
}

/** What is said of each row, and what it was measured with. */
export interface Subject {
  readonly operation: string
  readonly keyType: string
  readonly proof: Operation['proof']
  /** Absent where nothing is Ed25519. */
  readonly ed25519?: string
}

export interface Row extends Subject {
  /** Microseconds of processor time per answer. */
  readonly floor: Spread
  readonly real: Spread
  /** Floor / real. */
  readonly efficiency: Estimate
  /** (Real - floor) / echo. */
  readonly overhead: Estimate
  readonly targets: Targets
  readonly rounds: readonly Round<'floor' | 'real'>[]
}

/** The parts of a report, by what stands in each row of them. */
export interface Sections {
  readonly rows: Row
  readonly durable: DurableRow
  readonly peers: PeerRow
}

export type Report = { readonly [S in keyof Sections]: readonly Sections[S][] } & {
  /** Microseconds. */
  readonly echo: Spread
  /** The echo in another process / the echo: what two equal things differ by in this run. */
  readonly twin: Estimate
}

/** Hears of each row when it is known. */
export type OnRow = <S extends keyof Sections>(section: S, row: Sections[S]) => void

/**
 * Measures the processor time per answer: of each operation against its floor and the bare echo, of durable creations
 * against those in memory, and of peers against this service. The variants are processes of their own that take turns in
 * short slices, in a random order in each round, so that whatever else the machine does meets all of them alike.
 */
export async function run(options: RunOptions, onRow: OnRow = () => {}): Promise<Report> {
  const bench = await Bench.open(options, options.seed)
  try {
    const rows: Row[] = []
    const durable: DurableRow[] = []
    const peers: PeerRow[] = []
    for (const measured of options.rows) {
      const row = await measureRow(bench, measured)
      rows.push(row)
      onRow('rows', row)
    }
    for (const connections of options.durable ?? []) {
      const row = await measureDurable(bench, connections)
      durable.push(row)
      onRow('durable', row)
    }
    for (const peer of options.peers ?? []) {
      for await (const row of measurePeer(bench, peer, options.ed25519)) {
        peers.push(row)
        onRow('peers', row)
      }
    }
    const { echoes, random } = bench
    const echo = spreadOf(echoes, 'echo', random)
    return { rows, durable, peers, echo, twin: quotient(echoes, 'twin', 'echo', random) }
  } finally {
    await bench.close()
  }
}

async function measureRow(bench: Bench, { operation, ed25519 }: Measured): Promise<Row> {
  const { random } = bench
  const options = { settings: { KMS_ED25519: ed25519 ?? 'auto' } }
  const [floor, real] = await Promise.all([
    bench.start('floor-server', operation, options),
    bench.start('service-server', operation, options),
  ])
  const { extent } = bench
  // What nobody judges need not be known as well.
  const count = operation.judged ? extent.rounds : Math.ceil(extent.rounds / 4)
  const rounds = await bench.measure({ floor, real }, { rounds: count })
  const { name, keyType, proof } = operation
  return {
    operation: name,
    keyType,
    proof,
    ...(ed25519 && { ed25519 }),
    floor: spreadOf(rounds, 'floor', random),
    real: spreadOf(rounds, 'real', random),
    efficiency: quotient(rounds, 'floor', 'real', random),
    overhead: overhead(rounds, random),
    targets: targetsOf(operation, ed25519),
    rounds,
  }
}

import type { Bench, Round, Settings } from './bench.ts'
import type { Proof } from './caller.ts'
import { Load } from './load.ts'
import { type Ed25519Name, measured } from './measured.ts'
import { openbaoWork } from './openbao-peer.ts'
import type { Peer, PeerKind } from './peer.ts'
import { meterOf, processListeningAt } from './process-meter.ts'
import { quotient, spreadOf } from './rounds.ts'
import { type Estimate, mean, type Spread } from './statistics.ts'
import { trustblocWork } from './trustbloc-peer.ts'
import { Variant } from './variant.ts'
import type { Metered } from './variant-process.ts'
import { operations } from './variants.ts'

/** The peers whose API is known. */
export const peerKinds: ReadonlyMap<string, PeerKind> = new Map([
  ['openbao', openbaoWork],
  ['trustbloc', trustblocWork],
])

export interface PeerRow {
  readonly peer: string
  readonly operation: string
  readonly keyType: string
  readonly proof: Proof
  readonly ed25519?: string
  /** What is compared: processor time, or the real time where the peer's process is on another machine. */
  readonly of: 'cpu' | 'wall'
  /** Microseconds per answer. */
  readonly theirs: Spread
  readonly ours: Spread
  /** Theirs / ours, by the medians and by the means: medians hide what collects garbage. */
  readonly ratio: Estimate
  readonly ratioOfMeans: Estimate
  readonly target: number
}

/** Measures each work that a peer can do against the service, which does the same in all ways of proving a request. */
export async function* measurePeer(
  bench: Bench,
  peer: Peer,
  implementations: readonly Ed25519Name[],
): AsyncGenerator<PeerRow> {
  const { hostname, port, protocol } = new URL(peer.url)
  if (protocol !== 'http:') throw new Error('what TLS costs is not measured: give an http URL')
  const address = { host: hostname, port: Number(port || 80) }
  const pid = await processListeningAt(address.host, address.port)
  const meter = pid === undefined ? unknown : meterOf(pid)
  const of = pid === undefined ? 'wall' : 'cpu'
  const works = await peerKinds.get(peer.name)?.(peer, bench.extent.bodies)
  for (const work of works ?? []) {
    const { operation, keyType, proofs, target } = work
    const rows = measured(operations, implementations).filter(
      ({ operation: { name, keyType: type, proof } }) =>
        name === operation && type === keyType && proofs.includes(proof),
    )
    const ours: Record<string, Variant> = {}
    for (const [index, { operation, ed25519 }] of rows.entries()) {
      const settings: Settings = { KMS_ED25519: ed25519 ?? 'auto' }
      ours[`ours ${index}`] = await bench.start('service-server', operation, { settings })
    }
    // Last, since a peer may close connections on which nothing is asked for.
    const theirs = await bench.add(new Variant(meter, await Load.open(address), work.requests, async () => {}))
    const rounds: readonly Round<string>[] = await bench.measure<string>({ theirs, ...ours }, { of })
    for (const [index, { operation, ed25519 }] of rows.entries()) {
      const name = `ours ${index}`
      yield {
        peer: peer.name,
        operation: operation.name,
        keyType,
        proof: operation.proof,
        ...(ed25519 && { ed25519 }),
        of,
        theirs: spreadOf(rounds, 'theirs', bench.random),
        ours: spreadOf(rounds, name, bench.random),
        ratio: quotient(rounds, 'theirs', name, bench.random),
        ratioOfMeans: quotient(rounds, 'theirs', name, bench.random, mean),
        target,
      }
    }
  }
}

/** Of a process that cannot be found. */
const unknown: Metered = { cpu: async () => 0 }

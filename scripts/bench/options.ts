import { parseArgs } from 'node:util'
import { full, once } from './bench.ts'
import { type Ed25519Name, ed25519Names, measured } from './measured.ts'
import type { Peer } from './peer.ts'
import { peerKinds } from './peers.ts'
import type { PeerNote } from './results.ts'
import type { RunOptions } from './run.ts'
import { operations } from './variants.ts'

const sections = ['rows', 'durable', 'peers'] as const

export const usage = `usage: npm run bench -- [OPTION…]
  --sections NAME,…       of ${sections.join(', ')} (default: all; peers are measured if any are named)
  --operations NAME,…     of ${[...new Set(operations.map(({ name }) => name))].join(', ')} (default: all)
  --ed25519 NAME,…        of ${ed25519Names.join(', ')}, for the service and its floor (default: what is installed)
  --peer NAME=URL         measures another service that runs already: ${[...peerKinds.keys()].join(' or ')}
  --peer-note NAME=TEXT   how it is configured, which is written beside its figures
  --rounds N              how often each variant gets its turn (default ${full.rounds}; a quarter of that where there is no target)
  --apart                 gives each row processes of its own; otherwise those that are configured alike share one
  --once                  one tiny round, to see that everything works
  --seed N                of the order of turns (default 1)
  --check                 exits with 1 if a figure misses its target by more than 10 %
  --out DIRECTORY         where results, page and charts are written (default: docs/benchmarks, if all operations are measured)
  --json FILE             every round as well
The token of a peer is read from the file that KEYHOLD_BENCH_TOKEN_FILE names.
`

export interface BenchOptions {
  readonly run: RunOptions
  readonly check: boolean
  readonly notes: readonly PeerNote[]
  readonly directory: string | undefined
  readonly file: string | undefined
}

/** That the command line is not as the usage says. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'BENCH_USAGE'
}

/** What does not stand on the command line. */
export interface Surroundings {
  readonly token?: string
  /** What is measured if nothing is chosen. */
  readonly ed25519: readonly Ed25519Name[]
}

/** @throws UsageError */
export function readOptions(args: readonly string[], surroundings: Surroundings): BenchOptions {
  try {
    return parseOptions(args, surroundings)
  } catch (cause) {
    const isUsage = cause instanceof RangeError || (cause instanceof TypeError && 'code' in cause)
    throw isUsage ? new UsageError(usage, { cause }) : cause
  }
}

function parseOptions(args: readonly string[], { token, ed25519 }: Surroundings): BenchOptions {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const several = { type: 'string', multiple: true } as const
  const names = { sections: text, operations: text, ed25519: text, rounds: text, seed: text, out: text, json: text }
  const options = { ...names, peer: several, 'peer-note': several, apart: flag, once: flag, check: flag }
  const { values } = parseArgs({ args: [...args], options })
  const extent = values.once ? once : full
  const chosen = listOf(values.sections, sections)
  const operationNames = listOf(values.operations, [...new Set(operations.map(({ name }) => name))])
  const implementations = values.ed25519 === undefined ? ed25519 : listOf(values.ed25519, ed25519Names)
  const some = operations.filter(({ name }) => operationNames.includes(name))
  const run: RunOptions = {
    ...extent,
    shared: values.apart !== true,
    rounds: values.rounds === undefined ? extent.rounds : wholeNumber(values.rounds),
    seed: wholeNumber(values.seed ?? '1'),
    ed25519: implementations,
    rows: chosen.includes('rows') ? measured(some, implementations) : [],
    durable: chosen.includes('durable') && operationNames.includes('create') ? [16, 64] : [],
    peers: chosen.includes('peers') ? (values.peer ?? []).map(text => readPeer(text, token)) : [],
  }
  const isWhole = values.once !== true && values.operations === undefined && values.ed25519 === undefined
  return {
    run,
    check: values.check ?? false,
    notes: (values['peer-note'] ?? []).map(pairOf),
    directory: values.out ?? (isWhole ? 'docs/benchmarks' : undefined),
    file: values.json,
  }
}

function listOf<T extends string>(text: string | undefined, known: readonly T[]): readonly T[] {
  const names = text?.split(',') ?? known
  return names.map(name => {
    const found = known.find(each => each === name)
    if (found === undefined) throw new RangeError()
    return found
  })
}

function readPeer(text: string, token: string | undefined): Peer {
  const [name, url] = pairOf(text)
  if (!peerKinds.has(name) || !URL.canParse(url)) throw new RangeError()
  return { name, url: new URL(url).origin, ...(token !== undefined && { token }) }
}

function pairOf(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1) throw new RangeError()
  return [text.slice(0, at), text.slice(at + 1)]
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new RangeError()
  return Number(text)
}

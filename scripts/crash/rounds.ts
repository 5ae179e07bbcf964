import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openEmbeddedPlace } from './embedded-place.ts'
import { type ChangeKind, changeKinds, type Ledger, type OperationKind, operationKinds } from './ledger.ts'
import { openMongoPlace } from './mongo-place.ts'
import { type DrilledTypeName, drilledTypeNames } from './outside.ts'
import { SeededRandom } from './seeded-random.ts'
import type { Settlement } from './settle.ts'
import { type Account, Trial } from './trial.ts'

/** What opens an empty place, by the store's name. */
const places = { embedded: openEmbeddedPlace, mongodb: openMongoPlace } as const

export type StoreName = keyof typeof places

export const storeNames = Object.keys(places) as readonly StoreName[]

export interface CrashOptions {
  readonly store: StoreName
  readonly rounds: number
  /** Of everything that is left to chance, but not of the order in which the machine gets things done. */
  readonly seed: number
  /** An empty one, whose owner removes it. */
  readonly directory: string
  /** Whether everything has happened that is to happen. There are more rounds until it has. */
  readonly isComplete?: (report: CrashReport) => boolean
  /** Is told how far it is, after each round. */
  readonly report?: (report: CrashReport) => void
}

export interface CrashReport {
  readonly store: StoreName
  readonly seed: number
  readonly rounds: number
  /** What was killed under load, by name. */
  readonly kills: Readonly<Record<string, number>>
  /** Processes that were killed before they listened, on a store and on an empty place. */
  readonly killedStarts: number
  readonly killedFirstStarts: number
  readonly acknowledged: Readonly<Record<OperationKind, number>>
  /** Changes that got no answer, by what became of them. */
  readonly unanswered: Readonly<Record<ChangeKind, { readonly done: number; readonly notDone: number }>>
  readonly keystores: number
  readonly keys: number
  /** Versions of keys, by type. */
  readonly versions: Readonly<Record<DrilledTypeName, number>>
  readonly checks: number
  /** Requests that were answered 503 while the database was away. They are among the unanswered ones. */
  readonly unavailable: number
  /** A sentence for each. There are to be none. */
  readonly violations: readonly string[]
}

/** After so many violations there is nothing more to learn. */
const enoughViolations = 20

/**
 * Kills something (SIGKILL) once a round, at a random moment while clients work: an instance of the service, all of
 * them, or the database. Starts it again over the same records and checks these. Some instances are killed while they
 * start, and some on an empty place of their own.
 *
 * A kill takes the process and everything that it had in memory; what the operating system had taken over already
 * survives it. So this shows that writes are whole, that answers are not ahead of them, that any state is one to start
 * from, and that whoever is left does not suffer. It does not show what a power failure would.
 *
 * @throws Error if there is no such place to be had here
 */
export async function crashRounds(options: CrashOptions): Promise<CrashReport> {
  const { store, rounds, seed, directory, isComplete = () => true, report } = options
  const random = new SeededRandom(seed)
  const account: Account = {
    acknowledged: new Map(),
    kills: new Map(),
    tally: { checks: 0, unavailable: 0, violations: [] },
  }
  const { violations } = account.tally
  const openTrial = async (name: string) => {
    const path = join(directory, name)
    await mkdir(path)
    return new Trial(path, await places[store](path), random.fork(), account)
  }
  const main = await openTrial('main')
  const settlements: Settlement[] = []
  let round = 0
  let killedStarts = 0
  let killedFirstStarts = 0
  const runFresh = async () => {
    const fresh = await openTrial('fresh')
    try {
      if (await fresh.interruptStart()) killedFirstStarts += 1
      settlements.push(...(await fresh.round()), ...(await fresh.finish()))
    } finally {
      await fresh.close()
    }
    await rm(join(directory, 'fresh'), { recursive: true })
  }
  const current = () => ({
    store,
    seed,
    rounds: round,
    kills: Object.fromEntries(account.kills),
    killedStarts,
    killedFirstStarts,
    ...figures(main.ledger, account.acknowledged, settlements),
    ...account.tally,
  })
  try {
    const isOver = () => violations.length >= enoughViolations || (round >= rounds && isComplete(current()))
    for (; !isOver(); report?.(current())) {
      if (round === 0 && (await main.interruptStart())) killedFirstStarts += 1
      if (round > 0 && random.once(2) && (await main.interruptStart())) killedStarts += 1
      if (random.once(8)) await runFresh()
      settlements.push(...(await main.round()))
      round += 1
    }
    settlements.push(...(await main.finish()))
  } catch (error) {
    violations.push(`round ${round}: ${error instanceof Error ? `${error.stack}\n${error.cause ?? ''}` : error}`)
  } finally {
    await main.close()
  }
  return current()
}

function figures(ledger: Ledger, acknowledged: Map<OperationKind, number>, settlements: readonly Settlement[]) {
  const versions = [...ledger.keys.values()].flatMap(key => key.versions)
  const fatesOf = (kind: ChangeKind) => {
    const settled = settlements.filter(({ operation }) => operation.kind === kind)
    const done = settled.filter(settlement => settlement.done).length
    return { done, notDone: settled.length - done }
  }
  return {
    acknowledged: byName(operationKinds, kind => acknowledged.get(kind) ?? 0),
    unanswered: byName(changeKinds, fatesOf),
    keystores: ledger.keystores.size,
    keys: ledger.keys.size,
    versions: byName(drilledTypeNames, type => versions.filter(version => version.type === type).length),
  }
}

function byName<K extends string, T>(names: readonly K[], figureOf: (name: K) => T): Record<K, T> {
  return Object.fromEntries(names.map(name => [name, figureOf(name)])) as Record<K, T>
}

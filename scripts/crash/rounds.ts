import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type KeyTypeName, keyTypeNames } from '@keyhold/core'
import type { Tally } from './client.ts'
import { type ChangeKind, changeKinds, type Ledger, type OperationKind, operationKinds } from './ledger.ts'
import { SeededRandom } from './seeded-random.ts'
import type { Settlement } from './settle.ts'
import { Trial } from './trial.ts'

export interface CrashOptions {
  readonly rounds: number
  /** Of everything that is left to chance, but not of the order in which the machine gets things done. */
  readonly seed: number
  /** An empty one, whose owner removes it. */
  readonly directory: string
  /** Is told how far it is, after each round. */
  readonly report?: (report: CrashReport) => void
}

export interface CrashReport {
  readonly seed: number
  readonly rounds: number
  /** Processes that were killed before they listened, on a store and on an empty directory. */
  readonly killedStarts: number
  readonly killedFirstStarts: number
  readonly acknowledged: Readonly<Record<OperationKind, number>>
  /** Changes that got no answer, by what became of them. */
  readonly unanswered: Readonly<Record<ChangeKind, { readonly done: number; readonly notDone: number }>>
  readonly keystores: number
  readonly keys: number
  /** Versions of keys, by type. */
  readonly versions: Readonly<Record<KeyTypeName, number>>
  readonly checks: number
  /** A sentence for each. There are to be none. */
  readonly violations: readonly string[]
}

/** After so many violations there is nothing more to learn. */
const enoughViolations = 20

/**
 * Kills the service (SIGKILL) once a round, at a random moment while clients work, starts it again on the same
 * directory and checks it. Some processes are killed while they start, and some on an empty directory of their own.
 *
 * A kill takes the process and everything that it had in memory; what the operating system had taken over already
 * survives it. So this shows that writes are whole, that answers are not ahead of them, and that any state is one to
 * start from. It does not show what a power failure would.
 */
export async function crashRounds({ rounds, seed, directory, report }: CrashOptions): Promise<CrashReport> {
  const random = new SeededRandom(seed)
  const acknowledged = new Map<OperationKind, number>()
  const tally: Tally = { checks: 0, violations: [] }
  const main = new Trial(await makeDirectory(directory, 'main'), random.fork(), acknowledged, tally)
  const settlements: Settlement[] = []
  let round = 0
  let killedStarts = 0
  let killedFirstStarts = 0
  const current = () => ({
    seed,
    rounds: round,
    killedStarts,
    killedFirstStarts,
    ...figures(main.ledger, acknowledged, settlements),
    ...tally,
  })
  try {
    for (; round < rounds && tally.violations.length < enoughViolations; report?.(current())) {
      if (round === 0 && (await main.interruptStart())) killedFirstStarts += 1
      if (round > 0 && random.once(4) && (await main.interruptStart())) killedStarts += 1
      if (random.once(8)) {
        const fresh = new Trial(await makeDirectory(directory, 'fresh'), random.fork(), acknowledged, tally)
        if (await fresh.interruptStart()) killedFirstStarts += 1
        settlements.push(...(await fresh.round()), ...(await fresh.finish()))
        await rm(join(directory, 'fresh'), { recursive: true })
      }
      settlements.push(...(await main.round()))
      round += 1
    }
    settlements.push(...(await main.finish()))
  } catch (error) {
    tally.violations.push(`round ${round}: ${error instanceof Error ? `${error.stack}\n${error.cause ?? ''}` : error}`)
  }
  return current()
}

async function makeDirectory(parent: string, name: string): Promise<string> {
  const directory = join(parent, name)
  await mkdir(directory)
  return directory
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
    versions: byName(keyTypeNames, type => versions.filter(version => version.type === type).length),
  }
}

function byName<K extends string, T>(names: readonly K[], figureOf: (name: K) => T): Record<K, T> {
  return Object.fromEntries(names.map(name => [name, figureOf(name)])) as Record<K, T>
}

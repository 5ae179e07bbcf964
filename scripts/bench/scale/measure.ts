import type { Load } from '../load.ts'
import {
  type Estimate,
  estimate,
  geometricMean,
  median,
  seededRandom,
  shuffled,
  type UnitRandom,
} from '../statistics.ts'
import type { BigStore } from './big-store.ts'
import type { Extent } from './fill.ts'
import { type Measured, measured } from './rows.ts'
import type { Memory } from './service.ts'
import { openSide, type SampleSizes, type Side } from './side.ts'

export interface ScaleOptions extends SampleSizes {
  readonly rounds: number
  /** Requests that a service answers before its processor time is read again. */
  readonly slice: number
  /** Requests that a service answers before the first round of a row. */
  readonly warmUp: number
  readonly seed: number
}

/**
 * What takes some minutes. The service remembers what is warm, and some more: the keys that it keeps open, and the records that
 * a list of the keys of these keystores reads.
 */
export const full = { rounds: 30, slice: 200, warmUp: 2000, warm: 800, keystores: 50, cold: 6000 } as const

/** To see that everything works; nothing can be learned from its figures. */
export const once = { rounds: 1, slice: 4, warmUp: 4, warm: 4, keystores: 2, cold: 4 } as const

type Sides<T> = Readonly<Record<'small' | 'big', T>>

export interface ScaleRow {
  readonly name: string
  /** Medians, microseconds of processor time per answer. */
  readonly small: number
  readonly big: number
  /** Big / small. */
  readonly ratio: Estimate
}

/** What a service has in memory: when warm keys have been asked for, and with a half and all of the cold ones. */
export interface MemoryRow {
  readonly when: 'warm' | 'half' | 'cold'
  readonly small: Memory
  readonly big: Memory
}

export interface ScaleReport {
  readonly extents: Sides<Extent>
  readonly rows: readonly ScaleRow[]
  readonly memory: readonly MemoryRow[]
}

/**
 * Measures what the size of a store costs: services over a small one and over a big one take turns in short slices, in a
 * random order in each round, so that whatever else the machine does meets both alike.
 */
export async function measureScale(
  stores: Sides<readonly [BigStore, Extent]>,
  options: ScaleOptions,
  onRow: (row: ScaleRow) => void = () => undefined,
): Promise<ScaleReport> {
  const random = seededRandom(options.seed)
  const opened: Side[] = []
  const open = async ([store, extent]: readonly [BigStore, Extent]) => {
    const side = await openSide(store, extent, options, random)
    opened.push(side)
    return side
  }
  try {
    const sides = { small: await open(stores.small), big: await open(stores.big) }
    const rows: ScaleRow[] = []
    const memory: MemoryRow[] = []
    for (const row of measured) {
      const remember = async (when: MemoryRow['when']) => {
        if (row.keys === 'cold') memory.push({ when, ...(await memoryOf(sides)) })
      }
      await remember('warm')
      rows.push(await measureRow(row, sides, options, random, () => remember('half')))
      await remember('cold')
      onRow(rows.at(-1) as ScaleRow)
    }
    return { extents: { small: stores.small[1], big: stores.big[1] }, rows, memory }
  } finally {
    await Promise.all(opened.map(side => side.close()))
  }
}

async function memoryOf({ small, big }: Sides<Side>): Promise<Sides<Memory>> {
  return { small: await small.services.none.memory(), big: await big.services.none.memory() }
}

async function measureRow(
  { name, auth, keys, part = 1, requests }: Measured,
  sides: Sides<Side>,
  { rounds, slice, warmUp }: ScaleOptions,
  random: UnitRandom,
  onHalf: () => Promise<void>,
): Promise<ScaleRow> {
  const clients: Load[] = []
  const prepare = async (side: Side) => {
    const request = await requests(side)
    const made: Buffer[] = []
    for (const key of side.sample[keys]) made.push(await request(key))
    const service = side.services[auth]
    return async () => {
      const client = await service.open()
      clients.push(client)
      return (count: number) => service.answer(client, made, Math.ceil(count * part))
    }
  }
  const prepared = { small: await prepare(sides.small), big: await prepare(sides.big) }
  const taken: { small: number; big: number }[] = []
  try {
    const answer = { small: await prepared.small(), big: await prepared.big() }
    const turns = async (count: number) => {
      const round = { small: 0, big: 0 }
      for (const side of shuffled(['small', 'big'] as const, random)) round[side] = await answer[side](count)
      return round
    }
    // What is cold stays so: nobody asks for it before the first round.
    for (let left = keys === 'cold' ? 0 : warmUp; left > 0; left -= slice) await turns(Math.min(left, slice))
    while (taken.length < rounds) {
      taken.push(await turns(slice))
      if (taken.length === Math.ceil(rounds / 2)) await onHalf()
    }
  } finally {
    for (const client of clients) client.close()
  }
  return {
    name,
    small: median(taken.map(({ small }) => small)),
    big: median(taken.map(({ big }) => big)),
    ratio: estimate(taken.map(normalized), ratioOf, random),
  }
}

function ratioOf(rounds: readonly Sides<number>[]): number {
  return median(rounds.map(({ big }) => big)) / median(rounds.map(({ small }) => small))
}

/** A round in units of its own geometric mean: what slowed the whole round is gone. */
function normalized({ small, big }: Sides<number>): Sides<number> {
  const mean = geometricMean([small, big])
  return { small: small / mean, big: big / mean }
}

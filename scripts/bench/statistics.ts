/** A number between 0 and 1. */
export type UnitRandom = () => number

/** A small generator (mulberry32), so that a seed repeats the order of a run. Not for keys. */
export function seededRandom(seed: number): UnitRandom {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The items in a random order (Fisher and Yates); the given ones stay as they are. */
export function shuffled<T>(items: readonly T[], random: UnitRandom): T[] {
  const order = [...items]
  for (let end = order.length - 1; end > 0; end -= 1) {
    const [moved] = order.splice(Math.floor(random() * (end + 1)), 1) as [T]
    order.push(moved)
  }
  return order
}

/** @throws RangeError if there are no values, as all of these */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value below which a part of the values lies, interpolated between neighbours. */
export function quantile(values: readonly number[], part: number): number {
  if (values.length === 0) throw new RangeError('no values')
  const sorted = [...values].sort((a, b) => a - b)
  const position = part * (sorted.length - 1)
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? Number.NaN
  return below + (above - below) * (position - Math.floor(position))
}

export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values')
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}

export interface Estimate {
  readonly value: number
  /** The 95 % interval. */
  readonly low: number
  readonly high: number
}

/** What a statistic says of the rows, and how far that would move had other rows been drawn (percentile bootstrap). */
export function estimate<T>(
  rows: readonly T[],
  statistic: (rows: readonly T[]) => number,
  random: UnitRandom,
  resamples = 1000,
): Estimate {
  const draw = () => rows[Math.floor(random() * rows.length)] as T
  const drawn = Array.from({ length: resamples }, () => statistic(rows.map(draw)))
  return { value: statistic(rows), low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) }
}

/** A median with its interval, and what it hides: the quiet values, and the outliers that a mean sees. */
export interface Spread extends Estimate {
  /** A tenth of the values lies below. */
  readonly p10: number
  readonly mean: number
}

export function spread(values: readonly number[], random: UnitRandom): Spread {
  return { ...estimate(values, median, random), p10: quantile(values, 0.1), mean: mean(values) }
}

export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values')
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

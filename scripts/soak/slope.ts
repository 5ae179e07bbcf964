export interface Slope {
  /** Of the values, and by how much they grow in an hour, as the least squares have it. */
  readonly mean: number
  readonly perHour: number
  /** Two standard errors of it. */
  readonly within: number
}

/** @param points times in milliseconds, and values. @throws RangeError if there are less than three */
export function slopeOf(points: readonly (readonly [time: number, value: number])[]): Slope {
  const count = points.length
  if (count < 3) throw new RangeError('too few points')
  const meanTime = points.reduce((sum, [time]) => sum + time, 0) / count
  const mean = points.reduce((sum, [, value]) => sum + value, 0) / count
  const spread = points.reduce((sum, [time]) => sum + (time - meanTime) ** 2, 0)
  const rise = points.reduce((sum, [time, value]) => sum + (time - meanTime) * (value - mean), 0) / spread
  const rest = points.reduce((sum, [time, value]) => sum + (value - mean - rise * (time - meanTime)) ** 2, 0)
  const hour = 3_600_000
  return { mean, perHour: rise * hour, within: 2 * hour * Math.sqrt(rest / (count - 2) / spread) }
}

import { type Estimate, estimate, geometricMean, quantile, seededRandom } from './statistics.ts'

/** How long requests took in one round: milliseconds each, while nothing else is asked for, and while much is. */
export interface Lateness {
  readonly idle: readonly number[]
  readonly busy: readonly number[]
}

/** How much later a part of the requests is answered beside others, in multiples. @param part 0.5 for the medians */
export function latenessOf(rounds: readonly Lateness[], part: number): Estimate {
  const typical = (some: readonly Lateness[]) =>
    geometricMean(some.map(({ idle, busy }) => quantile(busy, part) / quantile(idle, part)))
  return estimate(rounds, typical, seededRandom(1))
}

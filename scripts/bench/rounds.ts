import { type Estimate, estimate, geometricMean, median, type Spread, spread, type UnitRandom } from './statistics.ts'

/** What one answer took in one round, by variant. */
type Round<Name extends string> = Readonly<Record<Name, number>>

/** What one variant took. */
export function spreadOf<Name extends string>(
  rounds: readonly Round<Name>[],
  variant: Name,
  random: UnitRandom,
): Spread {
  return spread(
    rounds.map(round => round[variant]),
    random,
  )
}

/** What one variant takes in multiples of another: the quotient of medians, or of other averages. */
export function quotient<Name extends string>(
  rounds: readonly Round<Name>[],
  above: Name,
  below: Name,
  random: UnitRandom,
  average: (values: readonly number[]) => number = median,
): Estimate {
  const of = (some: readonly Round<Name>[], variant: Name) => average(some.map(round => round[variant]))
  return estimate(rounds.map(normalized), some => of(some, above) / of(some, below), random)
}

/** What a route takes beyond its floor, in echoes. */
export function overhead(rounds: readonly Round<'floor' | 'real' | 'echo'>[], random: UnitRandom): Estimate {
  const typical = (some: typeof rounds, variant: 'floor' | 'real' | 'echo') => median(some.map(round => round[variant]))
  const inEchoes = (some: typeof rounds) => (typical(some, 'real') - typical(some, 'floor')) / typical(some, 'echo')
  return estimate(rounds.map(normalized), inEchoes, random)
}

/** A round in units of its own geometric mean: what slowed the whole round is gone. */
function normalized<Name extends string>(round: Round<Name>): Round<Name> {
  const mean = geometricMean(Object.values<number>(round))
  return Object.fromEntries(
    Object.entries<number>(round).map(([variant, time]) => [variant, time / mean]),
  ) as Round<Name>
}

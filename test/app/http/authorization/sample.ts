import { createHash } from 'node:crypto'

/** Picks some of many, the same ones for the same seed, in an order of their own. */
export function makeSampler(seed: number): <T>(all: readonly T[], size: number) => T[] {
  const rank = (index: number) => createHash('sha256').update(`${seed} ${index}`).digest('hex')
  return (all, size) => {
    const ranked = all.map((value, index) => ({ value, rank: rank(index) }))
    ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1))
    return ranked.slice(0, size).map(({ value }) => value)
  }
}

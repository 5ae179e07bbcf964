import { KmsError } from '@keyhold/core'
import { Dice, mutate } from './mutate.ts'
import type { FuzzTarget } from './targets.ts'

export interface FuzzReport {
  readonly runs: number
  readonly accepted: number
  readonly slowest: { readonly milliseconds: number; readonly length: number }
}

/**
 * Reads many changed inputs. The same seed makes the same inputs.
 *
 * @throws Error with the input, base64, if a parser throws anything but a `KmsError`
 */
export function runTarget(name: string, target: FuzzTarget, runs: number, seed: number): FuzzReport {
  const dice = new Dice(seed)
  let accepted = 0
  let slowest = { milliseconds: 0, length: 0 }
  for (let run = 0; run < runs; run += 1) {
    // The first inputs are the valid ones themselves.
    const input = target.seeds[run] ?? mutate(dice.pick(target.seeds), target.seeds, dice)
    const [isAccepted, once] = read(name, target, input)
    if (isAccepted) accepted += 1
    if (once <= slowest.milliseconds) continue
    // Read again: what is slow by itself is slow each time, unlike what was interrupted.
    const milliseconds = Math.min(once, ...[1, 2, 3].map(() => read(name, target, input)[1]))
    if (milliseconds > slowest.milliseconds) slowest = { milliseconds, length: input.length }
  }
  return { runs, accepted, slowest }
}

/** Whether an input is accepted, and how many milliseconds that took. */
function read(name: string, target: FuzzTarget, input: Uint8Array): [isAccepted: boolean, milliseconds: number] {
  const start = performance.now()
  try {
    const isAccepted = target.accepts(input)
    return [isAccepted, performance.now() - start]
  } catch (error) {
    if (error instanceof KmsError) return [false, performance.now() - start]
    throw new Error(`${name} fails on ${Buffer.from(input).toString('base64')}`, { cause: error })
  }
}

import type { Operation } from './variants.ts'

/** What a row is to reach on a quiet machine; nothing where nothing was promised. */
export interface Targets {
  /** At least: floor / real. */
  readonly efficiency?: number
  /** At most: echoes. */
  readonly overhead?: number
}

/** The light operations with warm keys; libsodium and MACs make the floor lower, and not the rest. */
export function targetsOf({ judged, proof, items, name }: Operation, ed25519: string | undefined): Targets {
  if (judged === undefined) return {}
  // In a batch of encryptions most is JSON, of the floor as well.
  if (items !== undefined) return { efficiency: name === 'encrypt-batch' ? 0.8 : 0.9 }
  const isLowFloor = proof === 'session' || ed25519 === 'libsodium'
  const byProof = proof === 'delegated' ? 0.8 : isLowFloor ? 0.85 : 0.9
  return { efficiency: byProof, overhead: 0.8 }
}

/** By how much a figure may miss its target on a busy machine before that means something. */
const tolerance = 1.1

export const isAtLeast = (value: number, target: number): boolean => value >= target / tolerance
export const isAtMost = (value: number, target: number): boolean => value <= target * tolerance

import type { KeyTypeName } from '@keyhold/core'
import {
  multiKeyId,
  newMultiKey,
  type OutsideMulti,
  type OutsideProofs,
  outsideBbs,
  outsideBbsPlus,
  outsideBbsPlusProofs,
} from '@keyhold/scripts/crash/outside-multi.js'

/** A scheme that signs several messages at once, as somebody else has it. */
export interface SecondMulti extends OutsideMulti {
  newKey(): { readonly secret: Uint8Array; readonly publicKey: Uint8Array }
  idOf(publicKey: Uint8Array): string
  readonly proofs?: OutsideProofs
}

const keys = { newKey: newMultiKey, idOf: multiKeyId }

/** The proofs of the IETF's scheme are compared with published ones, byte for byte. */
export const secondMultis = {
  BLS12381G2: { ...keys, ...outsideBbsPlus, proofs: outsideBbsPlusProofs },
  'BLS12381G2-SHA-256': { ...keys, ...outsideBbs },
} as const satisfies Partial<Record<KeyTypeName, SecondMulti>>

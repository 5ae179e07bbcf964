import type { Random } from '../ports/index.ts'

/** How long the shared secret may be, in bytes: what is shorter could be guessed. */
export const secretLength = { min: 16, max: 64 } as const

/** One way to write the shares of a secret as bytes. All arguments stay the caller's. */
export interface ShareFormat {
  /** The bytes of a share as a header carries it. The caller owns them. @throws KmsError INVALID_REQUEST */
  decode(text: string): Uint8Array
  /** Why these bytes are no share, without a word of them; undefined if they are one. */
  problem(bytes: Uint8Array): string | undefined
  /** The share's place, which is no secret. Two shares of one secret have different ones, of which none is 0. */
  xOf(share: Uint8Array): number
  /** The secret of two shares of the same length and of different places; undefined if they have none. */
  combine(one: Uint8Array, other: Uint8Array): Promise<Uint8Array | undefined>
  split(secret: Uint8Array, random: Random): Promise<[Uint8Array, Uint8Array]>
}

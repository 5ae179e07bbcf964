import { wrongKeyMaterial } from './wrong-key-material.ts'

/** The tags that a private key is made of (X.690 section 8.1.2; the context-specific ones are RFC 5958's and 5915's). */
export const derTag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  sequence: 0x30,
  /** Context-specific 0 and 1, constructed and primitive. */
  context0: 0xa0,
  context1: 0xa1,
  primitiveContext0: 0x80,
  primitiveContext1: 0x81,
} as const

type Tag = (typeof derTag)[keyof typeof derTag]

/** Reads the elements of DER one after the other, and nothing that is not DER. All views, no copies. */
export class DerReader {
  #rest: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#rest = bytes
  }

  /** The content of the next element. @throws KmsError INVALID_REQUEST if that has another tag, or there is none */
  read(tag: Tag): Uint8Array {
    const content = this.readOptional(tag)
    if (content === undefined) throw wrongKeyMaterial()
    return content
  }

  /** The content of the next element if it has this tag. @throws KmsError INVALID_REQUEST if it is not whole */
  readOptional(tag: Tag): Uint8Array | undefined {
    if (this.#rest[0] !== tag) return undefined
    const [, first = 0x80, second = 0, third = 0] = this.#rest
    const [start, length] =
      first < 0x80 ? [2, first] : first === 0x81 ? [3, second] : first === 0x82 ? [4, 256 * second + third] : [0, 0]
    // The shortest form of a length is the only one (X.690 section 10.1).
    const shortest = length < 0x80 ? 2 : length < 0x100 ? 3 : 4
    if (start !== shortest || this.#rest.length < start + length) throw wrongKeyMaterial()
    const content = this.#rest.subarray(start, start + length)
    this.#rest = this.#rest.subarray(start + length)
    return content
  }

  /** @throws KmsError INVALID_REQUEST if anything is left */
  end(): void {
    if (this.#rest.length > 0) throw wrongKeyMaterial()
  }
}

/** The content of bytes that are one element and nothing else. @throws KmsError INVALID_REQUEST */
export function readOnly(bytes: Uint8Array, tag: Tag): Uint8Array {
  const reader = new DerReader(bytes)
  const content = reader.read(tag)
  reader.end()
  return content
}

import { base58 } from '@scure/base'

/** The longest text that is decoded: base58 takes a time that grows with the square of the length. */
const maximumLength = 256

/** Decodes multibase base58btc (`z…`, draft-multiformats-multibase). Undefined if the text is anything else. */
export function decodeMultibase(text: string): Uint8Array | undefined {
  if (!text.startsWith('z') || text.length > maximumLength) return undefined
  try {
    return base58.decode(text.slice(1))
  } catch {
    return undefined
  }
}

export function encodeMultibase(bytes: Uint8Array): string {
  return `z${base58.encode(bytes)}`
}

import { derTag } from './der.ts'

/** An element of DER (X.690 section 8.1) whose content has less than 64 KiB. */
export function derOf(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents)
  const { length } = content
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Uint8Array.of(tag, ...header), content])
}

/** The INTEGER of a number more than 0 in big-endian bytes, as short as it can be (X.690 section 8.3.2). */
export function derOfPositive(number: Uint8Array): Uint8Array {
  const significant = number.subarray(number.findIndex(byte => byte !== 0))
  // A first bit that is set would say that the number is negative.
  const sign = (significant[0] ?? 0) < 0x80 ? new Uint8Array(0) : new Uint8Array(1)
  return derOf(derTag.integer, sign, significant)
}

import { Gf256 } from './gf256.ts'
import { type ShareFormat, secretLength } from './share-format.ts'

const field = new Gf256(0x11d)

/** The digit for 8 bits an element, and two digits for x. */
const prefixLength = 3
const bitsDigit = 0x38
/** With a byte for the marker; the library pads to a multiple of 1,024 bits at most. */
const dataLength = { min: secretLength.min + 1, max: 128 }
/** To a multiple of how many bytes the library pads if it is not told otherwise. */
const paddedTo = 16
const marker = 1

/**
 * The shares of the library `secrets.js` with 8 bits an element: GF(2^8) over 0x11d, each share the ASCII text
 * `8 ‖ x in hex ‖ y… in hex`, in lower case. The secret stands behind zeros and a bit that is 1.
 */
export const secretsJsShare: ShareFormat = {
  // What is not ASCII becomes bytes that no share has.
  decode: text => Buffer.from(text, 'utf8'),
  problem(bytes) {
    const digits = bytes.length - prefixLength
    if (bytes[0] !== bitsDigit || digits % 2 !== 0 || !bytes.every(isHexDigit)) {
      return 'not a share of secrets.js with 8 bits, in lower case'
    }
    if (digits < 2 * dataLength.min || digits > 2 * dataLength.max) {
      return `not ${dataLength.min} to ${dataLength.max} bytes of data`
    }
    return xOf(bytes) === 0 ? 'its id is 0' : undefined
  },
  xOf,
  async combine(one, other) {
    const [weight, otherWeight] = field.weightsAtZero(xOf(one), xOf(other))
    const padded = new Uint8Array((one.length - prefixLength) / 2)
    for (let index = 0; index < padded.length; index += 1) {
      const at = prefixLength + 2 * index
      const y = field.multiply(weight, hexByte(one, at))
      padded[index] = y ^ field.multiply(otherWeight, hexByte(other, at))
    }
    const secret = withoutPadding(padded)
    padded.fill(0)
    return secret
  },
  async split(secret, random) {
    const padded = withPadding(secret)
    // Every slope, also 0: the library leaves that out, so that each of its shares rules out one value of the secret.
    const slopes = random(padded.length)
    const shareAt = (x: number) => {
      const ys = padded.map((y, index) => y ^ field.multiply(slopes[index] ?? 0, x))
      const share = textOf(x, ys)
      ys.fill(0)
      return share
    }
    const shares: [Uint8Array, Uint8Array] = [shareAt(1), shareAt(2)]
    padded.fill(0)
    slopes.fill(0)
    return shares
  },
}

function withPadding(secret: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedTo * Math.ceil((secret.length + 1) / paddedTo))
  const at = padded.length - secret.length
  padded[at - 1] = marker
  padded.set(secret, at)
  return padded
}

/** The secret behind its marker, if it is of whole bytes and of a length that one can have. */
function withoutPadding(padded: Uint8Array): Uint8Array | undefined {
  const at = padded.findIndex(byte => byte !== 0)
  const length = padded.length - at - 1
  if (padded[at] !== marker || length < secretLength.min || length > secretLength.max) return undefined
  return padded.slice(at + 1)
}

function textOf(x: number, ys: Uint8Array): Uint8Array {
  const share = new Uint8Array(prefixLength + 2 * ys.length)
  share[0] = bitsDigit
  setHexByte(share, 1, x)
  for (const [index, y] of ys.entries()) setHexByte(share, prefixLength + 2 * index, y)
  return share
}

function xOf(share: Uint8Array): number {
  return hexByte(share, 1)
}

function isHexDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66)
}

function hexByte(bytes: Uint8Array, at: number): number {
  return (hexValue(bytes[at] ?? 0) << 4) | hexValue(bytes[at + 1] ?? 0)
}

/** Letters alone have the bit for 64; `a` stands for 10, and its low bits are 1. */
function hexValue(digit: number): number {
  return (digit & 0x0f) + 9 * (digit >> 6)
}

function setHexByte(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = hexDigit(value >> 4)
  bytes[at + 1] = hexDigit(value & 0x0f)
}

/** From 10 on 39 more: the distance from the digits to the letters. */
function hexDigit(value: number): number {
  return 0x30 + value + (39 & ((9 - value) >> 8))
}

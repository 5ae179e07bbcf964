import type { KeyTypeName } from '@keyhold/core'
import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305, xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'

/** A cipher as noble has it: the tag stands at the end of the ciphertext. Lengths are bytes. */
export interface SecondAead {
  readonly keyLength: number
  readonly nonceLength: number
  readonly cipher: typeof gcm | typeof chacha20poly1305
}

const aes = (keyLength: number): SecondAead => ({ keyLength, nonceLength: 12, cipher: gcm })

export const secondAeads = {
  AES128GCM: aes(16),
  AES256GCM: aes(32),
  AES256GCMNoPrefix: aes(32),
  ChaCha20Poly1305: { keyLength: 32, nonceLength: 12, cipher: chacha20poly1305 },
  XChaCha20Poly1305: { keyLength: 32, nonceLength: 24, cipher: xchacha20poly1305 },
} as const satisfies Partial<Record<KeyTypeName, SecondAead>>

export interface SecondMac {
  /** The shortest and the longest key that the service imports. */
  readonly keyLengths: readonly [number, number]
  compute(key: Uint8Array, data: Uint8Array): Uint8Array
}

export const secondMacs = {
  HMACSHA256Tag256: { keyLengths: [16, 64], compute: (key, data) => hmac(sha256, key, data) },
} as const satisfies Partial<Record<KeyTypeName, SecondMac>>

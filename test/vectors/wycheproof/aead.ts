import type { KeyTypeName } from '@keyhold/core'
import { hexToBytes } from '@noble/hashes/utils.js'
import type { CasesOf } from './replay.ts'
import type { VectorCase } from './vector-file.ts'

interface Group {
  /** Bits. */
  readonly keySize: number
  readonly ivSize: number
  readonly tests: readonly Vector[]
}

interface Vector extends VectorCase {
  readonly key: string
  readonly iv: string
  readonly aad: string
  readonly msg: string
  readonly ct: string
  readonly tag: string
}

/**
 * Asks the key to decrypt: the service chooses its own nonces, so a given ciphertext can be opened and not made.
 *
 * @param keyTypes by the bits of their keys
 */
export function aeadCases(keyTypes: Readonly<Record<number, KeyTypeName>>): CasesOf<Group> {
  const [anyKeyType = 'AES256GCM'] = Object.values(keyTypes)
  return (groups, keys) =>
    groups.flatMap(({ keySize, ivSize, tests }) =>
      tests.map(vector => ({
        vector,
        inexpressible: inexpressible(keySize in keyTypes, keySize, ivSize, vector),
        accepted: async () => {
          const key = await keys.secretKey(keyTypes[keySize] ?? anyKeyType, vector.key)
          if (key === undefined) return false
          const encrypted = { nonce: hexToBytes(vector.iv), ciphertext: hexToBytes(vector.ct + vector.tag) }
          const plaintext = await key.decrypt(encrypted, hexToBytes(vector.aad))
          if (plaintext === undefined) return false
          if (Buffer.compare(plaintext, hexToBytes(vector.msg)) !== 0) throw new Error('opened to another plaintext')
          return true
        },
      })),
    )
}

/** Another nonce length can be sent, and is refused by design: that settles the invalid cases and no valid one. */
function inexpressible(knownKeySize: boolean, keySize: number, ivSize: number, { result }: Vector): string | undefined {
  if (!knownKeySize) return `no key type of ${keySize} bits`
  return ivSize !== 96 && result === 'valid' ? 'nonce of another length than 96 bits' : undefined
}

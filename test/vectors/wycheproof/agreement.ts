import type { KeyTypeName, SentPublicKey } from '@keyhold/core'
import { hexToBytes } from '@noble/hashes/utils.js'
import { type CurveName, pkcs8 } from '../../support/encoded-keys.ts'
import { secondKek, secondWraps } from '../second-implementation/key-wrap.ts'
import type { CasesOf } from './replay.ts'
import type { VectorCase } from './vector-file.ts'

interface Group<Key> {
  readonly tests: readonly (VectorCase & { readonly public: Key; readonly private: Key; readonly shared: string })[]
}

interface Jwk {
  readonly kty?: string
  readonly crv?: string
  readonly x?: string
  readonly y?: string
  readonly d?: string
}

const none = new Uint8Array(0)
const cek = Uint8Array.from({ length: 32 }, (_, index) => index)

/**
 * Wraps a key under the shared secret of each case, and asks the service to unwrap it: a route answers no shared
 * secret, but with another one this does not open.
 */
function agreementCases<Key>(
  keyType: KeyTypeName,
  importable: (key: Key) => Uint8Array,
  sent: (key: Key) => SentPublicKey,
): CasesOf<Group<Key>> {
  const algorithm = 'ECDH-ES+A256KW'
  return (groups, keys) =>
    groups.flatMap(({ tests }) =>
      tests.map(vector => ({
        vector,
        accepted: async () => {
          const key = await keys.secretKey(keyType, Buffer.from(importable(vector.private)).toString('hex'))
          const kek = secondKek(algorithm, [hexToBytes(vector.shared)], { apu: none, apv: none })
          const encryptedCek = secondWraps[algorithm].wrap(kek, cek)
          const wrapped = { algorithm, encryptedCek, epk: sent(vector.public), apu: none, apv: none }
          const opened = await key?.unwrap(wrapped, {}, 'INVALID_REQUEST')
          if (opened !== undefined && Buffer.compare(opened, cek) !== 0) throw new Error('opened to another key')
          return opened !== undefined
        },
      })),
    )
}

export const montgomeryCases = (keyType: KeyTypeName, curve: CurveName) =>
  agreementCases<string>(
    keyType,
    // Node computes the public key of the private one.
    key => pkcs8(curve, hexToBytes(key), none),
    key => ({ type: 'OKP', curve, x: hexToBytes(key) }),
  )

export const ecdhCases = (keyType: KeyTypeName, curve: CurveName) =>
  agreementCases<Jwk>(
    keyType,
    ({ x = '', y = '', d = '' }) => pkcs8(curve, fromUrl(d), Uint8Array.of(4, ...fromUrl(x), ...fromUrl(y))),
    ({ kty = '', crv = '', x = '', y = '' }) => ({ type: kty, curve: crv, x: fromUrl(x), y: fromUrl(y) }),
  )

function fromUrl(text: string): Uint8Array {
  return Buffer.from(text, 'base64url')
}

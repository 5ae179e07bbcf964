import { hexToBytes } from '@noble/hashes/utils.js'
import type { CasesOf } from './replay.ts'
import { type SignatureGroup, signatureCases } from './signature.ts'

interface Group extends SignatureGroup {
  /** An RSAPublicKey (RFC 8017 appendix A.1.1). */
  readonly publicKeyAsn: string
}

/** The exponent 3, which the service refuses, ends the encoding of a public key. */
const smallExponent = Buffer.from('020103', 'hex')

export const rsaCases =
  (keyType: 'RSARS256' | 'RSAPS256'): CasesOf<Group> =>
  (groups, keys) =>
    groups.flatMap(group => {
      const small = smallExponent.equals(hexToBytes(group.publicKeyAsn).subarray(-3))
      const cases = signatureCases<Group>(keyType, ({ publicKeyAsn }) => publicKeyAsn)([group], keys)
      return small ? cases.map(each => ({ ...each, inexpressible: 'public exponent 3' })) : cases
    })

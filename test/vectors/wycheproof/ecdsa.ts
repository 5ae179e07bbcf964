import { type SignatureGroup, signatureCases } from './signature.ts'

interface Group extends SignatureGroup {
  readonly publicKeyDer: string
  readonly publicKey: { readonly uncompressed: string }
}

export const ecdsaDerCases = (keyType: 'ECDSAP256DER' | 'ECDSAP384DER' | 'ECDSASecp256k1DER') =>
  signatureCases<Group>(keyType, group => group.publicKeyDer)

export const ecdsaP1363Cases = (keyType: 'ECDSAP256IEEEP1363' | 'ECDSASecp256k1IEEEP1363') =>
  signatureCases<Group>(keyType, group => group.publicKey.uncompressed)

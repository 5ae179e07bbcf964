import { type SignatureGroup, signatureCases } from './signature.ts'

interface Group extends SignatureGroup {
  readonly publicKey: { readonly pk: string }
}

export const edwardsCases = (keyType: 'ED25519' | 'ED448') =>
  signatureCases<Group>(keyType, group => group.publicKey.pk)

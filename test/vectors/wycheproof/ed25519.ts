import { type SignatureGroup, signatureCases } from './signature.ts'

interface Group extends SignatureGroup {
  readonly publicKey: { readonly pk: string }
}

export const ed25519Cases = signatureCases<Group>('ED25519', group => group.publicKey.pk)

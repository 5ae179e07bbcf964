import type { KeyTypeName } from '@keyhold/core'
import { hexToBytes } from '@noble/hashes/utils.js'
import type { KeyClient } from '../../support/keystore-client.ts'
import type { ImportedKeys } from './imported-keys.ts'
import type { CasesOf } from './replay.ts'
import type { VectorCase } from './vector-file.ts'

export interface SignatureGroup {
  readonly tests: readonly (VectorCase & { readonly msg?: string; readonly sig: string })[]
}

/** Imports each group's public key, which must be in the key type's export form, and asks it to verify. */
export function signatureCases<Group extends SignatureGroup>(
  keyType: KeyTypeName,
  publicKeyOf: (group: Group) => string,
): CasesOf<Group> {
  return verificationCases((group, keys) => keys.publicKey(keyType, publicKeyOf(group)))
}

/** Asks a key of each group to verify. */
export function verificationCases<Group extends SignatureGroup>(
  keyOf: (group: Group, keys: ImportedKeys) => Promise<KeyClient | undefined>,
  inexpressibleIn: (vector: Group['tests'][number]) => string | undefined = () => undefined,
): CasesOf<Group> {
  return (groups, keys) =>
    groups.flatMap(group =>
      group.tests.map(vector => ({
        vector,
        inexpressible: inexpressibleIn(vector),
        accepted: async () => {
          const key = await keyOf(group, keys)
          return (await key?.verify(hexToBytes(vector.sig), hexToBytes(vector.msg ?? ''))) ?? false
        },
      })),
    )
}

import type { KeyTypeName } from '@keyhold/core'
import { hexToBytes } from '@noble/hashes/utils.js'
import type { CasesOf } from './replay.ts'
import type { VectorCase } from './vector-file.ts'

export interface SignatureGroup {
  readonly tests: readonly (VectorCase & { readonly msg: string; readonly sig: string })[]
}

/** Imports each group's public key, which must be in the key type's export form, and asks it to verify. */
export function signatureCases<Group extends SignatureGroup>(
  keyType: KeyTypeName,
  publicKeyOf: (group: Group) => string,
): CasesOf<Group> {
  return (groups, keys) =>
    groups.flatMap(group =>
      group.tests.map(vector => ({
        vector,
        accepted: async () => {
          const key = await keys.publicKey(keyType, publicKeyOf(group))
          return (await key?.verify(hexToBytes(vector.sig), hexToBytes(vector.msg))) ?? false
        },
      })),
    )
}

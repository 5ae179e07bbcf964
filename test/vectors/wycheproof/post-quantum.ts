import { hexToBytes } from '@noble/hashes/utils.js'
import { oid, seedPkcs8 } from '../../support/der.ts'
import { secondKek, secondWraps } from '../second-implementation/key-wrap.ts'
import type { ImportedKeys } from './imported-keys.ts'
import type { CasesOf } from './replay.ts'
import { verificationCases } from './signature.ts'
import type { VectorCase } from './vector-file.ts'

interface MlDsaCase extends VectorCase {
  /** Absent where the file knows a digest alone. */
  readonly msg?: string
  readonly sig: string
  readonly ctx?: string
}

/** Routes sign with the empty context, and whole messages. */
const inexpressibleIn = ({ msg, ctx }: MlDsaCase) => {
  if (msg === undefined) return 'a message of which there is a digest alone'
  return ctx ? 'a context' : undefined
}

export const mlDsaVerifyCases = verificationCases<{ publicKey: string; tests: readonly MlDsaCase[] }>(
  ({ publicKey }, keys) => keys.publicKey('ML-DSA-65', publicKey),
  inexpressibleIn,
)

/** The signatures of a seed are not made again, since ours are hedged: its key is asked whether they are its own. */
export const mlDsaSeedCases = verificationCases<{ privateSeed: string; tests: readonly MlDsaCase[] }>(
  ({ privateSeed }, keys) => keys.secretKey('ML-DSA-65', pkcs8('ML-DSA-65', privateSeed)),
  inexpressibleIn,
)

interface MlKemGroup {
  readonly tests: readonly (VectorCase & { readonly seed: string; readonly c: string; readonly K: string })[]
}

const algorithm = 'ML-KEM-768+A256KW'
const none = new Uint8Array(0)
const cek = Uint8Array.from({ length: 32 }, (_, index) => index)

/** Wraps a key under the secret of each case, as with the curves: with another one it does not open. */
export const mlKemCases: CasesOf<MlKemGroup> = (groups, keys) =>
  groups.flatMap(({ tests }) =>
    tests.map(vector => ({
      vector,
      async accepted() {
        const key = await keys.secretKey('ML-KEM-768', pkcs8('ML-KEM-768', vector.seed))
        const ek = hexToBytes(vector.c)
        const kek = secondKek(algorithm, [hexToBytes(vector.K)], { apu: none, apv: none, tag: ek })
        const encryptedCek = secondWraps[algorithm].wrap(kek, cek)
        const opened = await key?.unwrap({ algorithm, encryptedCek, ek, apu: none, apv: none })
        return opened !== undefined && Buffer.compare(opened, cek) === 0
      },
    })),
  )

interface MlKemEncapsulationGroup {
  readonly tests: readonly (VectorCase & { readonly ek: string })[]
}

/** Which public keys a secret is encapsulated for. */
export const mlKemEncapsulationCases: CasesOf<MlKemEncapsulationGroup> = (groups, keys: ImportedKeys) =>
  groups.flatMap(({ tests }) =>
    tests.map(vector => ({
      vector,
      accepted: async () => (await keys.publicKey('ML-KEM-768', vector.ek)) !== undefined,
    })),
  )

function pkcs8(name: 'ML-DSA-65' | 'ML-KEM-768', seed: string): string {
  return seedPkcs8(oid[name], hexToBytes(seed)).toString('hex')
}

import { findWrapAlgorithm } from '@keyhold/core/algorithms/key-wrap.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import type { CasesOf } from './replay.ts'
import type { VectorCase } from './vector-file.ts'

interface Group {
  /** Bits. */
  readonly keySize: number
  readonly tests: readonly (VectorCase & { readonly key: string; readonly msg: string; readonly ct: string })[]
}

/** In the core: a KEK is derived, so that no route can be given one. */
export const aesWrapCases: CasesOf<Group> = groups =>
  groups.flatMap(({ keySize, tests }) =>
    tests.map(vector => ({
      vector,
      accepted: async () => {
        const algorithm = findWrapAlgorithm(`ECDH-1PU+A${keySize}KW`)
        if (algorithm === undefined) throw new Error(`no KEK has ${keySize} bits`)
        const [kek, key, wrapped] = [hexToBytes(vector.key), hexToBytes(vector.msg), hexToBytes(vector.ct)]
        const opened = algorithm.unwrap(kek, wrapped)
        if (opened === undefined) return false
        const again = algorithm.fits(key.length) && algorithm.wrap(kek, key, length => new Uint8Array(length))
        if (bytesToHex(opened) !== vector.msg || !again || bytesToHex(again) !== vector.ct) {
          throw new Error('wraps in another way than it unwraps')
        }
        return true
      },
    })),
  )

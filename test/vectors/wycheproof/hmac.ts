import { hexToBytes } from '@noble/hashes/utils.js'
import type { KeyClient } from '../../support/keystore-client.ts'
import type { CasesOf } from './replay.ts'
import type { VectorCase } from './vector-file.ts'

interface Group {
  /** Bits. */
  readonly keySize: number
  readonly tagSize: number
  readonly tests: readonly (VectorCase & { readonly key: string; readonly msg: string; readonly tag: string })[]
}

/** A MAC of the service is `01 ‖ 4-byte key identifier ‖ tag`, and an imported key is given an identifier at random. */
const prefixLength = 5

/** Asks the key for the MAC and about the MAC: the answers must agree. */
export const hmacCases: CasesOf<Group> = (groups, keys) => {
  const prefixes = new Map<KeyClient, Promise<Uint8Array>>()
  const prefixOf = (key: KeyClient) => {
    const prefix = prefixes.get(key) ?? key.computeMac(new Uint8Array(0)).then(mac => mac.subarray(0, prefixLength))
    prefixes.set(key, prefix)
    return prefix
  }
  return groups.flatMap(({ keySize, tagSize, tests }) =>
    tests.map(vector => ({
      vector,
      inexpressible: inexpressible(keySize, tagSize),
      accepted: async () => {
        const key = await keys.secretKey('HMACSHA256Tag256', vector.key)
        if (key === undefined) return false
        const mac = Buffer.concat([await prefixOf(key), hexToBytes(vector.tag)])
        const data = hexToBytes(vector.msg)
        const computed = mac.equals(await key.computeMac(data))
        const verified = await key.verifyMac(mac, data)
        if (computed !== verified) throw new Error(`computed it: ${computed}, verified it: ${verified}`)
        return verified
      },
    })),
  )
}

function inexpressible(keySize: number, tagSize: number): string | undefined {
  if (keySize < 128 || keySize > 512) return `key of ${keySize} bits`
  return tagSize === 256 ? undefined : `tag cut to ${tagSize} bits`
}

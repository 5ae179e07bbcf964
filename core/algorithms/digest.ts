import { hash } from 'node:crypto'

/** SHA-2 (FIPS 180-4), under the names of the IANA registry of named information hash algorithms. */
const openSslNames = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const

export type DigestName = keyof typeof openSslNames

export const digestNames = Object.keys(openSslNames) as DigestName[]

/** The hash of some data. */
export function digest(name: DigestName, data: Uint8Array): Uint8Array {
  return hash(openSslNames[name], data, 'buffer')
}

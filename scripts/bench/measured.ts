import { openEd25519 } from '@keyhold/app/open-ed25519.js'
import { type Operation, operations } from './variants.ts'

export const ed25519Names = ['libsodium', 'openssl'] as const
export type Ed25519Name = (typeof ed25519Names)[number]

/** Those that are there: libsodium is not installed on every system. */
export async function installedEd25519(): Promise<Ed25519Name[]> {
  const { name } = await openEd25519('auto')
  return name === 'libsodium' ? [...ed25519Names] : ['openssl']
}

/** One row of the report: an operation, and by which implementation whatever of it is Ed25519 is made. */
export interface Measured {
  readonly operation: Operation
  readonly ed25519?: Ed25519Name
}

/** Rows for operations, under each implementation where that makes a difference. */
export function measured(
  some: readonly Operation[] = operations,
  implementations: readonly Ed25519Name[] = ed25519Names,
): Measured[] {
  return some.flatMap((operation): Measured[] =>
    hasEd25519(operation) ? implementations.map(ed25519 => ({ operation, ed25519 })) : [{ operation }],
  )
}

/** Whether the key is one of Ed25519 and does something, or the request is signed by such a key. */
function hasEd25519({ name, keyType, proof }: Operation): boolean {
  return proof === 'root' || proof === 'delegated' || (keyType === 'ED25519' && name !== 'create')
}

import type { TrustblocCapability } from './capability.ts'

/** What a request of this dialect invokes: read from its headers, and not yet believed. */
export interface TrustblocInvocation {
  readonly dialect: 'trustbloc'
  readonly action: string
  readonly capability: TrustblocCapability
  /** SHA-256 of the capability as it was sent. */
  readonly capabilityHash: Uint8Array
}

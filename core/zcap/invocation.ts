import type { TrustblocCapability } from './trustbloc/capability.ts'

/** What a request invokes, as its headers say: read, and not yet believed. */
export type Invocation = TrustblocInvocation | CcgInvocation

interface InvocationBase {
  readonly action: string
  /** SHA-256 of the capability as it was sent, base64url. */
  readonly capabilityHash: string
}

/** By the clients of TrustBloc KMS and Aries: the capability itself, root or delegated. */
export interface TrustblocInvocation extends InvocationBase {
  readonly dialect: 'trustbloc'
  readonly capability: TrustblocCapability
}

/** By the clients of today's CCG specification: the root by its id, or a delegated capability. */
export interface CcgInvocation extends InvocationBase {
  readonly dialect: 'ccg'
  readonly capability: { readonly rootId: string } | CcgCapability
}

/** A delegated capability (W3C CCG Authorization Capabilities, section 3): JSON of which nothing was checked. */
export interface CcgCapability {
  readonly delegated: Readonly<Record<string, unknown>>
}

import type { Proof } from './caller.ts'

/** Another service that runs already, and does some of what this one does. */
export interface Peer {
  readonly name: string
  readonly url: string
  /** For those who ask for one. */
  readonly token?: string
}

/** What a peer is asked for, and what that is here. */
export interface PeerWork {
  readonly operation: string
  readonly keyType: string
  readonly requests: readonly Buffer[]
  /** How requests of ours are proven that do the same. */
  readonly proofs: readonly Proof[]
  /** How many times as much as ours it is to take. */
  readonly target: number
}

/** How a peer is brought to do that work. */
export type PeerKind = (peer: Peer, count: number) => Promise<readonly PeerWork[]>

import type { ObserveCall } from '@keyhold/adapters'
import type { OnLookup } from '@keyhold/core'
import type { Around } from './around.ts'
import type { Trust } from './trust.ts'

/** Who learns of what the adapters do. */
export interface Observers {
  /** Stands around each call of a store, vault or lock. */
  readonly around?: Around | undefined
  /** Learns of the calls of another server, given what that is to this one. */
  readonly outbound?: ((peer: string) => ObserveCall | undefined) | undefined
  /** Learns of the lookups in a cache, given its name. */
  readonly observeCache?: ((cache: string) => OnLookup) | undefined
}

/** What everything has that calls other servers. */
export interface Outside extends Trust {
  readonly observers?: Observers
}

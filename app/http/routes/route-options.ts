import type { Kms } from '@keyhold/core'

/** What every route of `/v1` is given. */
export interface RouteOptions {
  readonly kms: Kms
}

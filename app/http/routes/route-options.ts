import type { Kms } from '@keyhold/core'

/** What every route of `/v1` is given. */
export interface RouteOptions {
  readonly kms: Kms
  /** The absolute URL of a path of this service, as clients reach it. */
  readonly urlOf: (path: string) => string
}

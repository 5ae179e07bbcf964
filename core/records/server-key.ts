/** A signing key of the server itself, locked by the server lock. */
export interface ServerKey {
  readonly name: string
  readonly publicKey: Uint8Array
  readonly locked: Uint8Array
  /** Unix time, milliseconds. */
  readonly createdAt: number
  readonly revision: number
}

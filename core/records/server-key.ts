/** A key of the server itself, locked by the server lock. */
export interface ServerKey {
  readonly name: string
  /** Empty if it is a symmetric key. */
  readonly publicKey: Uint8Array
  readonly locked: Uint8Array
  /** Unix time, milliseconds. */
  readonly createdAt: number
  readonly revision: number
}

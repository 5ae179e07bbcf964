/**
 * What the holder of a capability has opened to make requests with less work: a key for MACs that it shares with this
 * server, and what was verified of the capability. Everything that changes is looked at with each request all the same.
 */
export interface Session {
  readonly keystoreId: string
  readonly id: string
  /** Of the key that has signed the opening: its DID URL, and its DID. */
  readonly key: { readonly id: string; readonly controller: string }
  /** Whom the keystore belonged to. With another controller the session is worth as little as the capability. */
  readonly controller: string
  /** SHA-256 of the text of the capability as it was sent, base64url. */
  readonly capabilityHash: string
  /** The chain of the capability (`zcap/chain.ts`), whose proofs were verified. */
  readonly chain: {
    readonly delegations: readonly { readonly id: string; readonly controllers: readonly string[] }[]
    readonly invokers: readonly string[]
    readonly actions?: readonly string[]
    readonly target: string
    readonly expires: number
  }
  /** The key of the MACs, under the lock of sessions. */
  readonly lockedKey: Uint8Array
  /** Unix time, milliseconds, as below. */
  readonly openedAt: number
  readonly expires: number
}

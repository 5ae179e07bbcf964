/** What is used here of libraries that have no types of their own. */

declare module 'jsonld-signatures' {
  namespace signatures {
    interface RemoteDocument {
      readonly contextUrl: null
      readonly documentUrl: string
      readonly document: object
      /** `static`: the same forever, so that what is made of it may be kept. */
      readonly tag?: 'static'
    }

    interface VerifyOptions {
      readonly suite: readonly object[]
      readonly purpose: object
      readonly documentLoader: (url: string) => Promise<RemoteDocument>
    }

    interface PurposeResult {
      readonly valid: boolean
      /** `CapabilityDelegation` adds the chain, the root first. */
      readonly dereferencedChain?: readonly { readonly id: string }[]
    }

    interface VerifyResult {
      readonly verified: boolean
      /** One for each proof. */
      readonly results?: readonly { readonly purposeResult?: PurposeResult }[]
      readonly error?: unknown
    }

    function verify(document: object, options: VerifyOptions): Promise<VerifyResult>
  }
  export = signatures
}

declare module '@digitalbazaar/zcap' {
  interface DelegationOptions {
    readonly expectedRootCapability: string
    readonly suite: readonly object[]
    readonly date: Date
    readonly allowTargetAttenuation: boolean
    /** Capabilities on a chain, the root included. */
    readonly maxChainLength: number
    /** Seconds. */
    readonly maxClockSkew: number
    /** Milliseconds. */
    readonly maxDelegationTtl: number
  }

  export class CapabilityDelegation {
    constructor(options: DelegationOptions)
  }

  export const constants: { readonly ZCAP_CONTEXT_URL: string; readonly ZCAP_CONTEXT: object }
}

declare module '@digitalbazaar/ed25519-signature-2020' {
  export class Ed25519Signature2020 {
    static readonly CONTEXT_URL: string
    static readonly CONTEXT: object
    constructor()
  }
}

declare module '@digitalbazaar/data-integrity' {
  export class DataIntegrityProof {
    constructor(options: { readonly cryptosuite: object })
  }
}

declare module '@digitalbazaar/eddsa-rdfc-2022-cryptosuite' {
  export const cryptosuite: object
}

declare module '@digitalbazaar/data-integrity-context' {
  const context: { readonly CONTEXT_URL: string; readonly CONTEXT: object }
  export = context
}

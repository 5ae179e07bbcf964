/** What the tests use of libraries that have no types of their own. */

declare module 'jsonld-signatures' {
  namespace signatures {
    interface SignOptions {
      readonly suite: object
      readonly purpose: object
      readonly documentLoader: (url: string) => Promise<object>
    }

    /** @returns the document with its proof */
    function sign(document: object, options: SignOptions): Promise<Record<string, unknown>>
  }
  export = signatures
}

declare module '@digitalbazaar/zcap' {
  export class CapabilityDelegation {
    constructor(options: {
      /** The id of a root, or the whole of any other capability. */
      readonly parentCapability: string | object
      /** Another chain than that which follows from the parent. */
      readonly _capabilityChain?: readonly unknown[]
      /** Sign also what is no delegation. */
      readonly _skipLocalValidationForTesting?: boolean
    })
  }

  export const constants: { readonly ZCAP_CONTEXT_URL: string; readonly ZCAP_CONTEXT: object }
}

declare module '@digitalbazaar/ed25519-signature-2020' {
  export class Ed25519Signature2020 {
    static readonly CONTEXT_URL: string
    static readonly CONTEXT: object
    constructor(options: { readonly signer: object; readonly date: string })
  }
}

declare module '@digitalbazaar/data-integrity' {
  export class DataIntegrityProof {
    constructor(options: { readonly cryptosuite: object; readonly signer: object; readonly date: string })
  }
}

declare module '@digitalbazaar/eddsa-rdfc-2022-cryptosuite' {
  export const cryptosuite: object
}

declare module '@digitalbazaar/data-integrity-context' {
  const context: { readonly CONTEXT_URL: string; readonly CONTEXT: object }
  export = context
}

declare module '@digitalbazaar/ed25519-multikey' {
  interface KeyPair {
    readonly id: string
    readonly publicKeyMultibase: string
    signer(): object
  }

  export function generate(options: { readonly seed: Uint8Array; readonly controller?: string }): Promise<KeyPair>
}

declare module '@digitalbazaar/security-context' {
  const context: { readonly contexts: ReadonlyMap<string, object> }
  export = context
}

declare module 'jsonld' {
  namespace jsonld {
    interface CanonizeOptions {
      readonly algorithm: 'URDNA2015' | 'RDFC-1.0'
      readonly format: 'application/n-quads'
      readonly safe: boolean
      readonly documentLoader: (url: string) => Promise<object>
    }

    function canonize(document: object, options: CanonizeOptions): Promise<string>
  }
  export = jsonld
}

declare module '@digitalbazaar/http-signature-zcap-invoke' {
  /** @returns the headers of the signed request */
  export function signCapabilityInvocation(options: {
    readonly url: string
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
    readonly json?: object
    /** The id of a root, or the whole of any other capability. */
    readonly capability?: string | object
    readonly capabilityAction: string
    readonly invocationSigner: object
  }): Promise<Record<string, string>>
}

declare module '@digitalbazaar/ezcap' {
  export class ZcapClient {
    constructor(options: {
      readonly SuiteClass: unknown
      readonly invocationSigner: object
      readonly delegationSigner: object
    })

    /** @throws an error with the `status` and the `data` of any answer that is no success */
    request(options: {
      readonly url: string
      readonly method: string
      readonly capability: string | object
      readonly action: string
      readonly json?: object
    }): Promise<{ readonly status: number; readonly data?: unknown }>

    delegate(options: {
      /** The id of a root, or the whole of any other capability. */
      readonly capability: string | object
      readonly controller: string
      readonly invocationTarget?: string
      readonly allowedActions?: string | readonly string[]
      readonly expires?: Date
    }): Promise<Record<string, unknown>>
  }
}

declare module '@digitalbazaar/edv-client' {
  interface Signer {
    readonly id: string
    sign(options: { readonly data: Uint8Array }): Promise<Uint8Array>
  }

  interface KeyAgreementKey {
    readonly id: string
    readonly type: string
    deriveSecret(options: { readonly publicKey: { readonly publicKeyMultibase: string } }): Promise<Uint8Array>
  }

  interface Document {
    readonly id?: string
    readonly sequence?: number
    readonly content: object
  }

  export class EdvClient {
    constructor(options: {
      /** Of the vault. */
      readonly id: string
      readonly capability?: object
      readonly invocationSigner: object
      readonly keyAgreementKey: KeyAgreementKey
      readonly keyResolver: (key: { readonly id: string }) => Promise<object>
      readonly cipherVersion?: 'recommended' | 'fips'
    })

    insert(options: { readonly doc: Document }): Promise<Document & { readonly id: string }>
    get(options: { readonly id: string }): Promise<Document & { readonly id: string }>
    update(options: { readonly doc: Document }): Promise<Document & { readonly id: string }>
    delete(options: { readonly doc: Document }): Promise<boolean>
  }

  export class HttpsTransport {
    constructor(options: {
      readonly edvId: string
      readonly capability?: object
      readonly invocationSigner: object
    })

    /** @returns the document as it is stored */
    get(options: { readonly id: string }): Promise<Record<string, unknown>>
    insert(options: { readonly encrypted: object }): Promise<void>
  }
}

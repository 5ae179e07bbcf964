import type { VerifyOptions, VerifyResult } from 'jsonld-signatures'

/** The published libraries, as far as they are used here. */
export interface Libraries {
  readonly verify: (document: object, options: VerifyOptions) => Promise<VerifyResult>
  readonly CapabilityDelegation: typeof import('@digitalbazaar/zcap').CapabilityDelegation
  /** New ones each time: they keep something of what they have verified last. */
  readonly newSuites: () => readonly object[]
  /** The JSON-LD contexts that they need, by URL. */
  readonly contexts: ReadonlyMap<string, object>
}

let loading: Promise<Libraries> | undefined

/** Loads the libraries once, when they are first needed: they take a third of a second, and many servers need none. */
export function loadLibraries(): Promise<Libraries> {
  loading ??= load()
  return loading
}

async function load(): Promise<Libraries> {
  const [
    { default: signatures },
    { CapabilityDelegation, constants },
    { Ed25519Signature2020 },
    { DataIntegrityProof },
    { cryptosuite },
    { default: dataIntegrity },
  ] = await Promise.all([
    import('jsonld-signatures'),
    import('@digitalbazaar/zcap'),
    import('@digitalbazaar/ed25519-signature-2020'),
    import('@digitalbazaar/data-integrity'),
    import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite'),
    import('@digitalbazaar/data-integrity-context'),
  ])
  return {
    verify: signatures.verify,
    CapabilityDelegation,
    newSuites: () => [new Ed25519Signature2020(), new DataIntegrityProof({ cryptosuite })],
    contexts: new Map([
      [constants.ZCAP_CONTEXT_URL, constants.ZCAP_CONTEXT],
      [Ed25519Signature2020.CONTEXT_URL, Ed25519Signature2020.CONTEXT],
      [dataIntegrity.CONTEXT_URL, dataIntegrity.CONTEXT],
    ]),
  }
}

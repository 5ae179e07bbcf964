import { randomUUID } from 'node:crypto'
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import dataIntegrity from '@digitalbazaar/data-integrity-context'
import { generate } from '@digitalbazaar/ed25519-multikey'
import { Ed25519Signature2020 } from '@digitalbazaar/ed25519-signature-2020'
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'
import { CapabilityDelegation, constants } from '@digitalbazaar/zcap'
import { ccgRootId } from '@keyhold/core'
import signatures from 'jsonld-signatures'

/** Delegations of CCG capabilities as clients make them: with Digital Bazaar's own libraries. */
export type Capability = Record<string, unknown>
export type Suite = 'Ed25519Signature2020' | 'eddsa-rdfc-2022'

/** An Ed25519 key of `did:key`. */
export interface CcgKey {
  readonly did: string
  /** The DID URL of the key. */
  readonly url: string
  readonly signer: object
}

export interface Delegation {
  readonly by: CcgKey
  /** The controller. */
  readonly to: string | readonly string[]
  readonly suite?: Suite
  /** Unix time, milliseconds. */
  readonly created: number
  /** Members beside or instead of the usual ones; undefined leaves one out. */
  readonly members?: Capability
  /** Another chain than that which follows from the parent. */
  readonly chain?: readonly unknown[]
}

const contexts = new Map([
  [constants.ZCAP_CONTEXT_URL, constants.ZCAP_CONTEXT],
  [Ed25519Signature2020.CONTEXT_URL, Ed25519Signature2020.CONTEXT],
  [dataIntegrity.CONTEXT_URL, dataIntegrity.CONTEXT],
])

export async function ccgKey(seed: number): Promise<CcgKey> {
  const { publicKeyMultibase } = await generate({ seed: new Uint8Array(32).fill(seed) })
  const did = `did:key:${publicKeyMultibase}`
  const pair = await generate({ seed: new Uint8Array(32).fill(seed), controller: did })
  return { did, url: pair.id, signer: pair.signer() }
}

/**
 * Delegates the root of a keystore, given its URL, or a capability that was delegated before. The child takes over what
 * is not said otherwise.
 */
export async function delegate(parent: string | Capability, delegation: Delegation): Promise<Capability> {
  const { by, to, suite, created, members = {}, chain } = delegation
  const inherited: Capability = typeof parent === 'string' ? rootOf(parent) : parent
  const capability = withoutUndefined({
    '@context': [constants.ZCAP_CONTEXT_URL],
    id: `urn:uuid:${randomUUID()}`,
    controller: to,
    parentCapability: inherited['id'],
    invocationTarget: inherited['invocationTarget'],
    allowedAction: inherited['allowedAction'],
    expires: inherited['expires'],
    ...members,
  })
  const options = { signer: by.signer, date: new Date(created).toISOString() }
  return signatures.sign(capability, {
    suite:
      suite === 'eddsa-rdfc-2022'
        ? new DataIntegrityProof({ cryptosuite, ...options })
        : new Ed25519Signature2020(options),
    purpose: new CapabilityDelegation({
      parentCapability: typeof parent === 'string' ? rootOf(parent).id : parent,
      _skipLocalValidationForTesting: true,
      ...(chain !== undefined && { _capabilityChain: chain }),
    }),
    documentLoader: async url => {
      const document = contexts.get(url)
      if (document === undefined) throw new Error(`there is no ${url}`)
      return { contextUrl: null, documentUrl: url, document, tag: 'static' }
    },
  })
}

function rootOf(url: string): { readonly id: string; readonly invocationTarget: string } {
  return { id: ccgRootId({ url }), invocationTarget: url }
}

function withoutUndefined(members: Capability): Capability {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

import { ccgRootId, type Root, resolveSelfContainedDid } from '@keyhold/core'
import type { RemoteDocument } from 'jsonld-signatures'

/**
 * What the libraries may ask for, made here or shipped with them: their contexts, the one root, and the documents of
 * `did:key`. Nothing is ever fetched; anything else is an error.
 */
export function documentLoader(
  root: Root,
  contexts: ReadonlyMap<string, object>,
): (url: string) => Promise<RemoteDocument> {
  return async url => {
    const context = contexts.get(url)
    if (context !== undefined) return { contextUrl: null, documentUrl: url, document: context, tag: 'static' }
    const document = url === ccgRootId(root) ? rootCapability(root) : await didDocument(url)
    if (document === undefined) throw new Error('a document is not among those that are known here')
    return { contextUrl: null, documentUrl: url, document }
  }
}

/**
 * A root (W3C CCG Authorization Capabilities, section 3.1). It lists no actions: the libraries would not hold its
 * delegations to them.
 */
function rootCapability(root: Root): object {
  return {
    '@context': 'https://w3id.org/zcap/v1',
    id: ccgRootId(root),
    controller: root.controller,
    invocationTarget: root.url,
  }
}

/** The document of an Ed25519 `did:key` (W3C CCG did:key method), or of its key. Undefined for any other URL. */
async function didDocument(url: string): Promise<object | undefined> {
  const key = url.startsWith('did:key:') ? await resolveSelfContainedDid(url) : undefined
  if (key?.kind !== 'Ed25519') return undefined
  const publicKeyMultibase = key.id.slice(key.id.indexOf('#') + 1)
  const method = { id: key.id, type: 'Multikey', controller: key.controller, publicKeyMultibase }
  if (url === key.id) return { '@context': 'https://w3id.org/security/multikey/v1', ...method }
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: key.controller,
    verificationMethod: [method],
    capabilityDelegation: [key.id],
  }
}

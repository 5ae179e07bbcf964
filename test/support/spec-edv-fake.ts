import { systemClock, verifyCcgChain } from '@keyhold/adapters'
import { type DidSigner, resolveSelfContainedDid as resolveDid } from '@keyhold/core'
import { decodeMultibase } from '@keyhold/core/encoding/multibase.js'
import { checkInvocation } from '@keyhold/core/zcap/chain.js'
import { VerifiedChains } from '@keyhold/core/zcap/verified-chains.js'
import type { Test } from 'tap'
import { type Capability, type CcgKey, ccgKey, delegate, type Suite } from './ccg-delegation.ts'
import { type EdvFake, type FakeAnswer, type FakeDocument, type FakeRules, hasExactly, serveFake } from './edv-fake.ts'

const path = '/edvs/z19xXoFRcobgskDQ6ywrRaa14'
const policy = { maximumTtl: 86_400, clockSkew: 30 }
const chains = new VerifiedChains({ policy, resolveDid, verifyCcgChain }, systemClock)

export interface SpecFake extends EdvFake {
  /** Who may do everything by the root. */
  readonly controller: CcgKey
}

export interface SpecFakeOptions {
  readonly suite?: Suite
  /** What the delegation is about, below the vault. */
  readonly below?: string
  /** Members of the delegation beside or instead of the usual ones. */
  readonly members?: Capability
}

/**
 * A vault by the rules of the specification, as Digital Bazaar's server has them: each member is looked at, a document is
 * changed by who knows its sequence, and nothing is ever deleted.
 */
export async function specFake(t: Test, signer: DidSigner, options: SpecFakeOptions = {}): Promise<SpecFake> {
  const { suite = 'Ed25519Signature2020', below = '', members } = options
  const controller = await ccgKey(8)
  const served = await serveFake(t, origin => rulesOf(origin + path, controller.did))
  const capability = await delegate(served.url, {
    by: controller,
    to: signer.didUrl.replace(/#.*/, ''),
    suite,
    created: Date.now(),
    members: {
      invocationTarget: served.url + below,
      allowedAction: ['read', 'write'],
      expires: new Date(Date.now() + 3_600_000).toISOString(),
      ...members,
    },
  })
  return { ...served, controller, place: { url: served.url, capability, signer } }
}

function rulesOf(url: string, controller: string): FakeRules {
  return {
    path,

    async authorize({ key, invocation }, method) {
      if (invocation.dialect !== 'ccg' || !('delegated' in invocation.capability)) throw new Error('no delegation')
      const chain = await chains.verify(invocation, { url, controller })
      const action = (method === 'GET' ? 'read' : 'write') as Parameters<typeof checkInvocation>[2]
      checkInvocation(chain, { action: invocation.action, key }, action, `${url}/documents`, policy, Date.now())
    },

    refuse: () => failure(403, 'NotAllowedError', 'Permission denied.'),

    answer(method, below, body, documents) {
      const id = /^\/documents\/([^/]+)$/.exec(below)?.[1]
      if (method === 'GET' && id !== undefined) {
        const document = documents.get(id)
        return document === undefined ? failure(404, 'NotFoundError', 'Document not found.') : json(200, document)
      }
      if (method !== 'POST') return failure(405, 'NotSupportedError', 'Method not allowed.')
      const document: unknown = JSON.parse(body)
      if (!isDocument(document)) return failure(400, 'ValidationError', 'A validation error occurred.')
      return below === '/documents' ? insert(url, document, documents) : update(id, document, documents)
    },
  }
}

function insert(url: string, document: FakeDocument, documents: Map<string, FakeDocument>): FakeAnswer {
  if (document.sequence !== 0) return failure(400, 'DataError', 'Sequence must be 0.')
  if (documents.has(document.id)) return failure(409, 'DuplicateError', 'Duplicate document.')
  documents.set(document.id, document)
  return { status: 201, headers: { location: `${url}/documents/${document.id}` } }
}

function update(id: string | undefined, document: FakeDocument, documents: Map<string, FakeDocument>): FakeAnswer {
  if (id !== document.id) return failure(400, 'DataError', 'ID does not match.')
  const isNext = document.sequence === (documents.get(id)?.sequence ?? -1) + 1
  if (!isNext) return failure(409, 'InvalidStateError', 'Sequence does not match.')
  documents.set(id, document)
  return { status: 204 }
}

function isDocument(value: unknown): value is FakeDocument {
  if (!hasExactly(value, ['id', 'sequence', 'jwe'], ['indexed'])) return false
  const { id, sequence, jwe, indexed = [] } = value as FakeDocument
  const bytes = typeof id === 'string' ? decodeMultibase(id) : undefined
  const isId = bytes?.length === 18 && bytes[0] === 0x00 && bytes[1] === 0x10
  return isId && Number.isSafeInteger(sequence) && sequence >= 0 && isIndexed(indexed) && isJwe(jwe)
}

function isIndexed(value: unknown): boolean {
  if (!Array.isArray(value)) return false
  return value.every(
    entry => hasExactly(entry, ['hmac', 'sequence', 'attributes']) && hasExactly(entry.hmac, ['id', 'type']),
  )
}

function isJwe(value: Readonly<Record<string, unknown>>): boolean {
  if (!hasExactly(value, ['protected', 'recipients', 'iv', 'ciphertext', 'tag'])) return false
  const { recipients, ...texts } = value
  return (
    Object.values(texts).every(text => typeof text === 'string') &&
    Array.isArray(recipients) &&
    recipients.length > 0 &&
    recipients.every(
      each =>
        hasExactly(each, ['header', 'encrypted_key']) && hasExactly(each.header, ['alg', 'kid'], ['epk', 'apu', 'apv']),
    )
  )
}

function failure(status: number, type: string, message: string): FakeAnswer {
  return json(status, { message, type, details: { httpStatusCode: status } })
}

function json(status: number, value: object): FakeAnswer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) }
}

import { type DidSigner, isProvenTrustbloc } from '@keyhold/core'
import { decodeMultibase } from '@keyhold/core/encoding/multibase.js'
import type { Test } from 'tap'
import { type EdvFake, type FakeAnswer, type FakeDocument, type FakeRules, serveFake } from './edv-fake.ts'
import { type Changes, delegation, trustblocKey } from './trustbloc.ts'

const vaultId = 'YGwB7C6nzJPKeR7KXyhXq5'
const path = `/encrypted-data-vaults/${vaultId}`
const [rootId, capabilityId] = [
  'urn:uuid:aaaaaaaa-2222-4333-8444-555555555555',
  'urn:uuid:bbbbbbbb-2222-4333-8444-555555555555',
]
const wallet = trustblocKey(7)

/** A vault as TrustBloc's server has it, with its texts; unlike that one it looks at who has delegated. */
export async function trustblocFake(t: Test, signer: DidSigner, changes: Changes = {}): Promise<EdvFake> {
  const served = await serveFake(t, () => rules)
  const capability = await delegation(capabilityId, wallet, signer.didUrl, new Date().toISOString(), {
    capability: {
      allowedAction: ['read', 'write'],
      invocationTarget: { ID: vaultId, Type: 'urn:edv:vault' },
      ...changes.capability,
    },
    proof: { capabilityChain: [rootId, capabilityId], ...changes.proof },
  })
  return { ...served, place: { url: served.url, capability: { ...capability }, signer } }
}

const rules: FakeRules = {
  path,

  async authorize({ key, invocation }, method) {
    if (invocation.dialect !== 'trustbloc') throw new Error('signature header not found')
    const { capability, action } = invocation
    const { allowedAction = [], invoker, invocationTarget, caveats, proof } = capability
    if (action !== (method === 'GET' ? 'read' : 'write')) throw new Error('action does not match')
    if (!allowedAction.includes(action)) throw new Error('action is not allowed')
    if (invocationTarget.ID !== vaultId || proof[0].capabilityChain?.[0] !== rootId) throw new Error('another target')
    if (invoker !== key.id || !(await isProvenTrustbloc(capability, wallet))) throw new Error('not delegated')
    const ends = (caveats ?? []).map(({ duration }) => Date.parse(proof[0].created) + duration * 1000)
    if (Math.min(...ends) < Date.now()) throw new Error('token expired')
  },

  refuse: reason => ({ status: 400, body: `failed to verify zcap: ${reason}unauthorized\n` }),

  answer(method, below, body, documents) {
    const id = /^\/documents\/([^/]+)$/.exec(below)?.[1]
    if (method === 'POST' && below === '/documents') return create(body, documents)
    if (id === undefined || (method !== 'GET' && method !== 'DELETE')) return { status: 405 }
    const document = documents.get(id)
    if (document === undefined) {
      const text = `Failed to ${method === 'GET' ? 'read' : 'delete'} document ${id} in vault ${vaultId}`
      return { status: 404, body: `${text}: specified document does not exist.` }
    }
    if (method === 'DELETE') documents.delete(id)
    return {
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: method === 'GET' ? JSON.stringify(document) : '',
    }
  },
}

function create(body: string, documents: Map<string, FakeDocument>): FakeAnswer {
  const document = JSON.parse(body) as FakeDocument
  const { recipients } = document.jwe as { recipients?: { header?: { alg?: string } }[] }
  if (decodeMultibase(`z${document.id}`)?.length !== 16) {
    return { status: 400, body: `${invalid}ID must be a base58-encoded 128-bit value.` }
  }
  if (!recipients?.every(({ header }) => header?.alg)) {
    return { status: 400, body: `${invalid}invalid raw JWE: JWE alg can't be empty.` }
  }
  if (documents.has(document.id)) {
    const text = `Failure while creating document in vault ${vaultId}: a document with the given ID already exists.`
    return { status: 409, body: text }
  }
  documents.set(document.id, document)
  return { status: 201, headers: { location: `localhost${path}/documents/${document.id}` } }
}

const invalid = `Received a request to create a document in vault ${vaultId}, but the document is invalid: `

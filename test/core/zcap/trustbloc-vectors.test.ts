import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import {
  parseSignature,
  type RequestHead,
  readTrustblocCapability,
  resolveSelfContainedDid,
  signingString,
  type TrustblocCapability,
  verifySignature,
} from '@keyhold/core'
import { canonicalNQuads } from '@keyhold/core/zcap/trustbloc/n-quads.js'
import { capabilityQuads, proofQuads, signCapability } from '@keyhold/core/zcap/trustbloc/proof.js'
import { hasProofBy } from '@keyhold/core/zcap/trustbloc/verify-proof.js'
import t, { type Test } from 'tap'
import { trustblocKey } from '../../support/trustbloc.ts'

/**
 * Capabilities and requests as the clients of TrustBloc KMS make them. The vectors are no part of this repository:
 * `KEYHOLD_VECTORS` names the directory that holds them as `trustbloc-zcap.json`. Their seeds are 32 bytes of 1 (the
 * server), 2 (the owner) and 3 (the delegate); their HTTP signatures were checked against edge-core and
 * httpsignatures-go, their proofs made with jsonld.js.
 */
interface Vectors {
  readonly rootCapability: TrustblocCapability
  readonly delegatedCapability: TrustblocCapability
  readonly rootDocNQuads: string
  readonly rootProofNQuads: string
  readonly delegatedProofNQuads: string
  readonly server: string
  readonly owner: string
  readonly delegate: string
  readonly request: { readonly method: string; readonly path: string; readonly body: string }
  readonly legacyClient: Client
  readonly fullCoverageClient: Client
}

interface Client {
  readonly 'capability-invocation': string
  readonly digest: string
  readonly signature: string
  readonly signingString: string
}

const repository = fileURLToPath(new URL('../../../../', import.meta.url))
const path = resolve(repository, process.env['KEYHOLD_VECTORS'] ?? '../shared/vectors', 'trustbloc-zcap.json')
const name = 'capabilities and requests of TrustBloc clients'

if (existsSync(path)) void t.test(name, replay)
else void t.skip(`${name}: NOT REPLAYED, there is no ${path} (KEYHOLD_VECTORS)`, replay)

async function replay(t: Test): Promise<void> {
  const vectors: Vectors = JSON.parse(readFileSync(path, 'utf8'))
  const { rootCapability, delegatedCapability, request } = vectors
  const [server, owner, delegate] = [trustblocKey(1), trustblocKey(2), trustblocKey(3)]

  void t.test('the keys', async t => {
    t.strictSame([server.id, owner.id, delegate.id], [vectors.server, vectors.owner, vectors.delegate])
  })

  void t.test('both capabilities are read as they are', async t => {
    for (const capability of [rootCapability, delegatedCapability]) {
      t.equal(readTrustblocCapability(capability), capability)
    }
  })

  void t.test('the canonical form', async t => {
    t.equal(canonicalNQuads(capabilityQuads(rootCapability)), vectors.rootDocNQuads)
    t.equal(canonicalNQuads(proofQuads(rootCapability.proof[0])), vectors.rootProofNQuads)
    t.equal(canonicalNQuads(proofQuads(delegatedCapability.proof[0])), vectors.delegatedProofNQuads)
  })

  void t.test('the proofs are by the keys that they name, and by no other', async t => {
    const made = [
      ['root', rootCapability, server],
      ['delegated', delegatedCapability, owner],
    ] as const
    for (const [name, capability, signer] of made) {
      for (const key of [server, owner, delegate]) {
        t.equal(await hasProofBy(capability, key), key === signer, `${name} by ${key.id}`)
      }
    }
  })

  void t.test('the same proofs are made here', async t => {
    for (const [capability, { signer }] of [
      [rootCapability, server],
      [delegatedCapability, owner],
    ] as const) {
      const { proof, ...unsigned } = capability
      const [{ jws, ...options }] = proof
      t.strictSame(await signCapability(unsigned, options, signer), capability)
    }
  })

  for (const [name, client, capability, key] of [
    ['a client that covers the time alone', vectors.legacyClient, rootCapability, owner],
    ['a client that covers everything', vectors.fullCoverageClient, delegatedCapability, delegate],
  ] as const) {
    void t.test(name, async t => {
      const { signature: header, 'capability-invocation': invocation, digest } = client
      const head: RequestHead = {
        method: request.method,
        target: request.path,
        headers: { signature: [header], 'capability-invocation': [invocation], digest: [digest] },
      }
      const signature = parseSignature(header, 'number')
      if (signature === undefined) return void t.fail('the signature cannot be parsed')
      t.equal(signature.keyId, key.id)
      t.equal(signingString(head, signature), client.signingString)
      t.ok(await key.verify(signature.signature, Buffer.from(client.signingString)))

      const covered = client.signingString.split('\n').map(line => line.slice(0, line.indexOf(': ')))
      const policy = { coverage: covered, maximumAge: 300, clockSkew: 30 }
      const at = async (head: RequestHead) =>
        verifySignature(head, signature, policy, 1704067200_000, resolveSelfContainedDid)
      t.equal((await at(head)).key.id, key.id)
      const altered = { ...head, target: `${head.target}/` }
      if (covered.includes('(request-target)')) await t.rejects(at(altered), { code: 'UNAUTHENTICATED' })
      else t.equal((await at(altered)).key.id, key.id, 'what is not covered can be anything')
      t.equal(parseSignature(header, 'quoted'), undefined, 'the times are not quoted in this dialect')

      const [, compressed = ''] = /capability="([^"]*)"/.exec(invocation) ?? []
      t.strictSame(JSON.parse(gunzipSync(Buffer.from(compressed, 'base64url')).toString()), capability)
      const sha512 = createHash('sha512').update(request.body).digest('base64')
      t.equal(digest, covered.includes('digest') ? `SHA-512=${sha512}` : '')
    })
  }
}

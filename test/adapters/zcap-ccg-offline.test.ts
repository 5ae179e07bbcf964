import dns from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { verifyCcgChain } from '@keyhold/adapters'
import { documentLoader } from '@keyhold/adapters/zcap-ccg/document-loader.js'
import t from 'tap'

/** Verifying asks nobody for anything, and what it needs for that is loaded when it is first needed. */
const attempts: string[] = []

function refuseTo(name: string): () => never {
  return () => {
    attempts.push(name)
    throw new Error(`${name} was called`)
  }
}

globalThis.fetch = refuseTo('fetch')
net.connect = refuseTo('net.connect')
net.createConnection = refuseTo('net.createConnection')
net.Socket.prototype.connect = refuseTo('Socket.connect')
for (const module of [http, https]) {
  module.request = refuseTo('request')
  module.get = refuseTo('get')
}
dns.lookup = refuseTo('dns.lookup') as unknown as typeof dns.lookup
dns.promises.lookup = refuseTo('dns.promises.lookup')
syncBuiltinESMExports()

function isJsonLdLoaded(): boolean {
  return Object.keys(createRequire(import.meta.url).cache).some(path => path.includes('/jsonld-signatures/'))
}

t.throws(() => fetch('http://127.0.0.1/'), { message: 'fetch was called' }, 'the network is shut')
t.strictSame(attempts.splice(0), ['fetch'])

await t.rejects(
  verifyCcgChain({}, { url: 'https://kms.example/k', controller: 'x' }, { maximumTtl: 1, clockSkew: 0 }, 0),
  {
    code: 'FORBIDDEN',
  },
)
t.equal(isJsonLdLoaded(), false, 'what is refused by its form alone loads no library')

const { leafOf, link, now, policy, root, rootId, suites, url } = await import('../support/ccg-chain.ts')

void t.test('chains are verified without the network', async t => {
  for (const suite of suites) {
    const leaf = await leafOf([{}, {}], () => suite)
    t.equal((await verifyCcgChain(leaf, root, policy, now)).delegations.length, 2)
    const forged = await link(url, 1)
    await t.rejects(verifyCcgChain(forged, root, policy, now), { code: 'FORBIDDEN' })
    await t.rejects(verifyCcgChain({ ...leaf, expires: '2026-01-15T12:00:01Z' }, root, policy, now), {
      code: 'FORBIDDEN',
    })
  }
  t.equal(isJsonLdLoaded(), true)
  t.strictSame(attempts, [])
})

void t.test('the loader knows what it was given, the root and Ed25519 keys of did:key', async t => {
  const load = documentLoader(root, new Map([['https://kms.example/context', { '@context': {} }]]))
  const multibase = root.controller.slice('did:key:'.length)
  const documents: Readonly<Record<string, object>> = {
    'https://kms.example/context': { '@context': {} },
    [rootId]: {
      '@context': 'https://w3id.org/zcap/v1',
      id: rootId,
      controller: root.controller,
      invocationTarget: url,
    },
    [root.controller]: {
      id: root.controller,
      verificationMethod: [{ id: `${root.controller}#${multibase}`, publicKeyMultibase: multibase }],
      capabilityDelegation: [`${root.controller}#${multibase}`],
    },
    [`${root.controller}#${multibase}`]: {
      id: `${root.controller}#${multibase}`,
      type: 'Multikey',
      controller: root.controller,
      publicKeyMultibase: multibase,
    },
  }
  for (const [name, document] of Object.entries(documents)) t.match((await load(name)).document, document, name)
  const unknown = [
    '',
    'https://kms.example/context/',
    'https://w3id.org/security/v2',
    'http://127.0.0.1/',
    'file:///etc/passwd',
    'data:application/json,{}',
    url,
    `${rootId}x`,
    'urn:zcap:root:https%3A%2F%2Fkms.example%2F',
    'urn:uuid:link-0',
    `${root.controller}#x`,
    `${root.controller}x`,
    'did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169',
    'did:web:kms.example',
    'did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJFZDI1NTE5IiwieCI6IjExcVlBWUt4Q3JmVlNfN1R5V1FIT2c3aGN2UGFwaU1scHdJYWFQY0hVUm8ifQ',
    '__proto__',
    'constructor',
  ]
  for (const url of unknown) await t.rejects(load(url), { message: /not among those that are known/ }, url)
})

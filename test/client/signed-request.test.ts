import { seededRandom } from '@keyhold/adapters'
import {
  actionOf,
  type CcgInvoked,
  type InvokedCapability,
  type RequestHeaders,
  signCcg,
  signTrustbloc,
} from '@keyhold/client'
import { type DidSigner, delegateTrustbloc, readTrustblocCapability } from '@keyhold/core'
import t from 'tap'
import { type ActorName, actors } from '../app/http/authorization/actors.ts'
import { honestPlan, invokesCapability } from '../app/http/authorization/honest.ts'
import { baseUrl } from '../app/http/authorization/places.ts'
import type { Dialect, Plan } from '../app/http/authorization/plan.ts'
import { type Route, routes } from '../app/http/authorization/routes.ts'
import { makeScene, type Scene } from '../app/http/authorization/scene.ts'
import { makeRequest, type Wire } from '../app/http/authorization/sign.ts'
import { openWorld } from '../app/http/authorization/world.ts'

const strict = { coverage: 'strict', admission: 'controller' } as const

function signerOf(name: ActorName): DidSigner {
  const { url, sign } = actors[name]
  return { didUrl: url, signer: { sign } }
}

/** The request of a plan, signed by the client's own code. */
async function signedByClient(plan: Plan, scene: Scene, { method, target, body }: Wire): Promise<RequestHeaders> {
  const request = { method, url: `${baseUrl}${target}`, ...(body && { body }) }
  const signer = signerOf(plan.signature.by)
  const { action } = plan.invocation
  const json = scene.invoked.json as object
  const invoked = plan.invocation.form === 'absent' ? undefined : { action, capability: json }
  if (plan.dialect === 'trustbloc') return signTrustbloc(request, invoked, signer, scene.signedAt)
  const byId = invoked && { action, keystoreUrl: scene.keystore }
  return signCcg(request, plan.capability.kind === 'root' ? byId : invoked, signer, scene.signedAt)
}

function standingOn({ proof }: Route) {
  return invokesCapability({ proof }) ? 'root' : proof === 'revocation' ? 'delegated' : 'signs alone'
}

for (const dialect of ['trustbloc', 'ccg'] as const satisfies readonly Dialect[]) {
  t.test(`${dialect}: a second implementation signs every request alike, and the service accepts it`, async t => {
    const world = await openWorld(t, strict)
    for (const route of routes) {
      const name = `${route.method} ${route.path}`
      const plan = honestPlan(route, dialect, strict, standingOn(route))
      const scene = await makeScene(world, plan)
      const { wire } = makeRequest(dialect === 'ccg' ? { ...plan, query: '?page=2' } : plan, scene)
      const headers = await signedByClient(plan, scene, wire)
      const sent = { host: 'kms.example', ...(wire.body && { 'content-type': 'application/json' }), ...headers }
      t.same(sent, wire.headers, name)
      const { status = 200 } = route.allowed ?? {}
      t.equal((await world.send({ ...wire, headers: sent })).status, status, name)
    }
  })

  t.test(`${dialect}: what is changed after it was signed is refused`, async t => {
    const world = await openWorld(t, strict)
    const [route] = routes.filter(({ action }) => action === 'sign')
    if (route === undefined) throw new Error('nothing signs')
    const plan = honestPlan(route, dialect, strict, 'root')
    const scene = await makeScene(world, plan)
    const { wire } = makeRequest(plan, scene)
    const headers = {
      host: 'kms.example',
      'content-type': 'application/json',
      ...(await signedByClient(plan, scene, wire)),
    }
    const changes: readonly [string, Partial<Wire>][] = [
      ['body', { body: Buffer.from('{"message":""}') }],
      ['path', { target: wire.target.replace('/sign', '/verify') }],
      ['query', { target: `${wire.target}?a=b` }],
      ['action', { headers: { ...headers, 'capability-invocation': changeAction(headers) } }],
    ]
    for (const [name, change] of changes) t.equal((await world.send({ ...wire, headers, ...change })).status, 401, name)
  })
}

function changeAction(headers: Readonly<Record<string, string>>): string {
  return (headers['capability-invocation'] ?? '').replace('action="sign"', 'action="verify"')
}

t.test('the client knows the action of every route', async t => {
  for (const { method, path, action } of routes) t.equal(actionOf(method, `${baseUrl}${path}`), action, path)
})

t.test('keys of every kind sign', async t => {
  const world = await openWorld(t, strict)
  const names = [
    'owner',
    'owner of a P-256 did:key',
    'owner of an Ed25519 did:jwk',
    'owner of a P-256 did:jwk',
  ] as const
  for (const name of names) {
    for (const sign of [signTrustbloc, signCcg]) {
      const url = `${baseUrl}/v1/keystores`
      const body = Buffer.from(JSON.stringify({ controller: actors[name].url }))
      world.clock.advance(2000)
      const headers = await sign({ method: 'POST', url, body }, undefined, signerOf(name), world.clock.now())
      const wire = { method: 'POST', target: '/v1/keystores', headers: { host: 'kms.example', ...headers }, body }
      t.equal((await world.send(wire)).status, 200, `${name}, ${sign.name}`)
    }
  }
})

t.test('a capability that is delegated here is accepted within its bounds', async t => {
  const world = await openWorld(t, strict)
  const [route] = routes.filter(({ action }) => action === 'sign')
  if (route === undefined) throw new Error('nothing signs')
  const plan = honestPlan(route, 'trustbloc', strict, 'root')
  const scene = await makeScene(world, plan)
  const root = readTrustblocCapability(scene.invoked.json)
  if (root === undefined) throw new Error('the root is malformed')
  const { wire } = makeRequest(plan, scene)
  const now = scene.signedAt
  const week = { to: actors.delegate.url, expires: now + 604_800_000, now }
  const rows: readonly [string, Partial<Parameters<typeof delegateTrustbloc>[1]>, ActorName, number][] = [
    ['everything', {}, 'delegate', 200],
    ['the action', { actions: ['sign'] }, 'delegate', 200],
    ['the key', { target: `${scene.keystore}/keys/1` }, 'delegate', 200],
    ['another action', { actions: ['verify'] }, 'delegate', 403],
    ['another key', { target: `${scene.keystore}/keys/2` }, 'delegate', 403],
    ['to somebody else', { to: actors.heir.url }, 'delegate', 403],
    ['and somebody else signs', {}, 'heir', 403],
    ['until now', { expires: now }, 'delegate', 200],
    ['until a minute ago', { expires: now - 60_000 }, 'delegate', 403],
  ]
  for (const [name, change, by, status] of rows) {
    const capability = await delegateTrustbloc(root, { ...week, ...change }, signerOf('owner'), seededRandom(2))
    const invoked: InvokedCapability = { action: 'sign', capability }
    const request = { method: wire.method, url: `${baseUrl}${wire.target}`, ...(wire.body && { body: wire.body }) }
    const headers = await signTrustbloc(request, invoked, signerOf(by), now)
    t.equal((await world.send({ ...wire, headers: { host: 'kms.example', ...headers } })).status, status, name)
  }
})

t.test('a capability of no action is not made: its proof would be good for every action', async t => {
  const root = readTrustblocCapability({
    '@context': 'https://w3id.org/security/v2',
    id: `${baseUrl}/v1/keystores/x`,
    invocationTarget: { ID: `${baseUrl}/v1/keystores/x`, Type: 'urn:kms:keystore' },
    proof: [
      {
        type: 'Ed25519Signature2018',
        created: '2026-01-01T00:00:00Z',
        verificationMethod: 'did:key:x',
        proofPurpose: 'capabilityDelegation',
        jws: `x..${'A'.repeat(86)}`,
      },
    ],
  })
  if (root === undefined) throw new Error('the root is malformed')
  const options = { to: actors.delegate.url, actions: [], expires: 1, now: 0 }
  await t.rejects(async () => delegateTrustbloc(root, options, signerOf('owner'), seededRandom(2)), RangeError)
})

t.test('a root is invoked by its id, or not at all', async t => {
  const invoked: CcgInvoked = { action: 'sign', keystoreUrl: `${baseUrl}/v1/keystores/a b` }
  const headers = await signCcg({ method: 'GET', url: `${baseUrl}/` }, invoked, signerOf('owner'), 0)
  t.equal(
    headers['capability-invocation'],
    'zcap id="urn:zcap:root:https%3A%2F%2Fkms.example%2Fv1%2Fkeystores%2Fa%20b",action="sign"',
  )
})

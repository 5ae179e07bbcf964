import { MemoryKeyStore } from '@keyhold/adapters'
import { type Collection, type KeyTypeName, keyTypeNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import type { Key } from '@keyhold/core/records/key.js'
import { createLocalJWKSet, flattenedVerify } from 'jose'
import t from 'tap'
import { answered } from '../../support/agreement.ts'
import { base64, buildApp, idOf, keystoreOf, pathOf, type TestApp } from '../../support/build-app.ts'
import { quickAttributes } from '../../support/quick-attributes.ts'
import { type Refusal, refusals, unknownIds } from '../../support/refusals.ts'
import { routes } from '../../support/routes.ts'
import { openSignedServer, sharedPorts } from '../../support/signing-caller.ts'
import { testTime } from '../../support/test-ports.ts'
import { buildVaultedApp } from '../../support/vaulted-app.ts'

const kids = (body: { keys: { kid: string }[] }) => body.keys.map(({ kid }) => kid)
const isAsymmetric = (type: KeyTypeName) => keyTypes[type].publicPart !== undefined

async function jwks(app: TestApp, keystore: string) {
  return answered(app.send({ method: 'GET', path: `${keystore}/jwks` }))
}

async function rotate(app: TestApp, keyPath: string, key_type: KeyTypeName): Promise<string> {
  const body = { key_type, attrs: quickAttributes }
  return pathOf((await answered(app.send({ method: 'POST', path: `${keyPath}/rotate`, body }))).key_url)
}

async function change(app: TestApp, keyPath: string, changed: (key: Key) => Partial<Key>): Promise<void> {
  const key = await app.records.findKey(idOf(keystoreOf(keyPath)), idOf(keyPath))
  if (key === undefined) throw new Error('there is no such key')
  await app.records.replaceKey({ ...key, ...changed(key), revision: key.revision + 1 })
}

t.test('every version of every asymmetric key, as it is exported', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  t.strictSame(await jwks(app, keystore), { keys: [] })
  const expected: unknown[] = []
  const exported = async (path: string) => {
    return (await answered(app.send({ method: 'GET', path: `${path}/export?format=jwk` }))).jwk
  }
  for (const type of keyTypeNames) {
    const path = await app.key(type, keystore)
    if (isAsymmetric(type)) expected.push(await exported(path))
    const rotated = await rotate(app, path, type)
    if (isAsymmetric(type)) expected.push(await exported(rotated))
  }
  const { headers, body } = await app.send({ method: 'GET', path: `${keystore}/jwks` })
  const byKid = (keys: unknown[]) => new Map(keys.map(key => [(key as { kid: string }).kid, key]))
  t.same(byKid(body.keys), byKid(expected))
  t.equal(body.keys.length, expected.length)
  t.equal(headers['content-type'], 'application/jwk-set+json; charset=utf-8')
  t.equal(headers['cache-control'], 'no-store')
  t.equal(headers['link'], undefined)
  t.strictSame(await jwks(app, await app.keystore()), { keys: [] }, 'those of another keystore are not there')
})

t.test('a JWS of a version that was rotated away verifies by the set', async t => {
  const app = await buildApp(t)
  const path = await app.key('ECDSAP256IEEEP1363')
  const sign = async (kid: string) => {
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid })).toString('base64url')
    const payload = Buffer.from('payload').toString('base64url')
    const body = { message: base64(`${header}.${payload}`) }
    const { signature } = await answered(app.send({ method: 'POST', path: `${path}/sign`, body }))
    return { protected: header, payload, signature: Buffer.from(signature, 'base64').toString('base64url') }
  }
  const old = await sign(idOf(path))
  const recent = await sign(idOf(await rotate(app, path, 'ECDSAP256IEEEP1363')))
  const set = createLocalJWKSet(await jwks(app, keystoreOf(path)))
  for (const jws of [old, recent]) t.equal(Buffer.from((await flattenedVerify(jws, set)).payload).toString(), 'payload')
})

t.test('what may not be used is not shown, and neither is somebody else’s key', async t => {
  const app = await buildApp(t)
  const path = await app.key('ED25519')
  const keystore = keystoreOf(path)
  const newer = await rotate(app, path, 'ED448')
  t.strictSame(kids(await jwks(app, keystore)), [newer, path].map(idOf), 'the newest first')
  const { public_key } = await answered(app.send({ method: 'GET', path: `${path}/export` }))
  const theirs = { key_type: 'ED448', public_key, key_id: 'theirs' }
  await answered(app.send({ method: 'PUT', path: `${keystore}/keys`, body: theirs }))
  t.strictSame(kids(await jwks(app, keystore)), [newer, path].map(idOf), 'a key to verify with')
  await change(app, path, ({ versions: [first, ...others] }) => ({
    versions: [{ ...first, state: 'suspended' }, ...others],
  }))
  t.strictSame(kids(await jwks(app, keystore)), [idOf(newer)], 'a version')
  await change(app, path, () => ({ state: 'suspended' }))
  t.strictSame(await jwks(app, keystore), { keys: [] }, 'a key')
})

t.test('a long set comes page by page', async t => {
  const app = await buildApp(t)
  const path = await app.key('ED25519')
  const key = await app.records.findKey(idOf(keystoreOf(path)), idOf(path))
  if (key === undefined) throw new Error('there is no such key')
  const [version] = key.versions
  /** A keystore with keys of so many versions each. */
  const keystoreOfKeys = async (counts: readonly number[]) => {
    const keystore = await app.keystore()
    for (const [index, count] of counts.entries()) {
      const id = `key-${String(index).padStart(3, '0')}`
      const more = Array.from({ length: count - 1 }, (_, i) => ({ ...version, number: i + 2, id: `${id}-${i}` }))
      await app.records.addKey({ ...key, keystoreId: idOf(keystore), id, versions: [{ ...version, id }, ...more] })
    }
    return keystore
  }
  const cases = [
    [Array(105).fill(1), [100, 5]],
    [Array(100).fill(1), [100, 0]],
    [Array(99).fill(2), [198]],
    [
      [600, 400, 500, 1000, 1],
      [1000, 500, 1000, 1],
    ],
  ] as const
  for (const [counts, expected] of cases) {
    const pages: string[][] = []
    let next: string | undefined = `${await keystoreOfKeys(counts)}/jwks`
    while (next !== undefined) {
      const { body, headers } = await app.send({ method: 'GET', path: next })
      pages.push(kids(body))
      const [, url] = /^<(.*)>; rel="next"$/.exec(String(headers['link'])) ?? []
      next = url && pathOf(url)
    }
    t.strictSame(
      pages.map(({ length }) => length),
      expected,
    )
    t.equal(new Set(pages.flat()).size, pages.flat().length, 'each version once')
  }
})

t.test('for its controller alone, until it is made public', async t => {
  const server = await openSignedServer(t, sharedPorts())
  const [alice, bob] = [await server.caller(), await server.caller()]
  const { url, root } = await alice.keystore()
  const { body: created } = await alice.send('POST', `${url}/keys`, { key_type: 'ED25519' }, root)
  const set = { keys: [{ kid: idOf(created.key_url), crv: 'Ed25519' }] }
  const unknown = `${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`

  t.match(await alice.send('GET', `${url}/jwks`), { status: 200, body: set })
  t.match(await bob.send('GET', `${url}/jwks`), { status: 403, body: { code: 'FORBIDDEN' } })
  t.strictSame(await bob.send('GET', `${url}/jwks`), await bob.send('GET', `${unknown}/jwks`), 'to a stranger')
  const hidden = await server.get(`${url}/jwks`)
  t.match(hidden, { status: 404, body: { code: 'KEYSTORE_NOT_FOUND' }, headers: { 'cache-control': 'no-store' } })
  t.strictSame(hidden, await server.get(`${unknown}/jwks`), 'one that is not there looks the same')
  const bearer = { authorization: 'Bearer token' }
  t.strictSame(await server.get(`${url}/jwks`, bearer), hidden, 'also to whoever brings what is no signature')
  t.match(await server.get(`${url}/jwks`, { signature: 'x' }), { status: 401 })
  t.match((await alice.send('GET', url)).body, { jwks: 'controller', revision: 1 })

  const wrong = [
    ['by a stranger', bob, { jwks: 'public', revision: 2 }, 403, 'FORBIDDEN'],
    ['the same revision', alice, { jwks: 'public', revision: 1 }, 409, 'CONFLICT'],
    ['nothing', alice, { revision: 2 }, 400, 'INVALID_REQUEST'],
    ['to nobody', alice, { jwks: '', revision: 2 }, 400, 'INVALID_REQUEST'],
    ['to others', alice, { jwks: bob.did, revision: 2 }, 400, 'INVALID_REQUEST'],
    ['null', alice, { jwks: null, revision: 2 }, 400, 'INVALID_REQUEST'],
    ['without a revision', alice, { jwks: 'public' }, 400, 'INVALID_REQUEST'],
  ] as const
  for (const [name, caller, body, status, code] of wrong) {
    t.match(await caller.send('POST', url, body), { status, body: { code } }, name)
  }
  t.strictSame(await server.get(`${url}/jwks`), hidden, 'nothing was changed')

  const published = await alice.send('POST', url, { jwks: 'public', revision: 2 })
  t.match(published, { status: 200, body: { jwks: 'public', controller: alice.did, revision: 2 } })
  t.match(
    await alice.send('POST', `${created.key_url}/sign`, { message: '' }, root),
    { status: 200 },
    'the root goes on',
  )
  t.match(await server.get(`${url}/jwks`), {
    status: 200,
    body: set,
    headers: { 'cache-control': 'public, max-age=60', 'content-type': /^application\/jwk-set\+json/ },
  })
  t.match(await bob.send('GET', `${url}/jwks`), { status: 200, body: set })
  t.match(await server.get(`${url}/jwks`, { signature: 'x' }), { status: 401 }, 'who signs must do it right')

  const handed = await alice.send('POST', url, { controller: bob.did, revision: 3 })
  t.match(handed.body, { controller: bob.did, jwks: 'public' }, 'handed over as it is')
  const both = await bob.send('POST', url, { controller: alice.did, jwks: 'controller', revision: 4 })
  t.match(both.body, { controller: alice.did, jwks: 'controller' }, 'and as it shall be')
  t.strictSame(await server.get(`${url}/jwks`), hidden)
})

t.test('of keys in a vault, for the controller alone', async t => {
  const { app, keystore } = await buildVaultedApp(t, { cache: { max: 0, ttl: 0 } })
  const path = await keystore()
  const key = await app.key('ED25519', path)
  t.strictSame(kids(await jwks(app, path)), [idOf(key)])
  await refusals(t, app, [
    ['public', { method: 'POST', path, body: { jwks: 'public', revision: 2 } }, 422, 'OPERATION_UNSUPPORTED'],
  ])
})

t.test('of a keystore whose lock is shared with its user, without a share', async t => {
  const app = await buildApp(t)
  const lock = { kind: 'shamir', field: 'gf256-11b', checkValue: new Uint8Array(32) } as const
  const keystore = { id: 'shared', url: 'x', controller: 'x', createdAt: testTime, state: 'active', lock } as const
  await app.records.addKeystore({ ...keystore, revision: 1 })
  t.strictSame(await jwks(app, '/v1/keystores/shared'), { keys: [] })
})

t.test('a store that answers the keys of another keystore is not believed', async t => {
  class MixingStore extends MemoryKeyStore {
    scope: string | undefined
    override list(collection: Collection, scope: string, limit: number, after?: string) {
      return super.list(collection, this.scope ?? scope, limit, after)
    }
  }
  const store = new MixingStore()
  const app = await buildApp(t, { ports: { store } })
  const key = await app.key('ED25519')
  const other = await app.keystore()
  store.scope = idOf(keystoreOf(key))
  t.match(await app.send({ method: 'GET', path: `${other}/jwks` }), { status: 500, body: { code: 'STORE_CORRUPT' } })
})

t.test('refusals', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  const path = `${keystore}/jwks`
  const strange = ['', '.', 'a%2Fb', 'a%00', '%F0%9F%94%91', '%ff', 'x'.repeat(129), 'x'.repeat(9000)]
  const table: Refusal[] = [
    ...strange.map((after): Refusal => {
      return [`after ${after.slice(0, 12)}`, { method: 'GET', path: `${path}?after=${after}` }, 400, 'INVALID_REQUEST']
    }),
    ...unknownIds(routes.jwks, { keystoreId: idOf(keystore) }),
    ['POST', { method: 'POST', path, body: {} }, 405, 'METHOD_NOT_ALLOWED'],
    ['a slash at the end', { method: 'GET', path: `${path}/` }, 404, 'NOT_FOUND'],
    ['two places to go on', { method: 'GET', path: `${path}?after=a&after=b` }, 400, 'INVALID_REQUEST'],
  ]
  await refusals(t, app, table)
})

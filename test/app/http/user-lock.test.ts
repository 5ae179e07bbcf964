import { FixedClock, MemorySecretShares, MemoryVaults, systemRandom } from '@keyhold/adapters'
import { type Ports, type ShareField, splitSecret } from '@keyhold/core'
import t, { type Test } from 'tap'
import { type AppOptions, base64, buildApp, idOf, type Method, type TestApp } from '../../support/build-app.ts'
import { errorOf } from '../../support/refusals.ts'

const random = systemRandom()
const message = base64('hello')

for (const field of ['gf256-11b', 'secrets.js'] as const) {
  t.test(`a keystore whose lock is shared with its user: ${field}`, async t => {
    const { app, alice } = await setUp(t, field)
    const created = await alice('POST', '/v1/keystores', {
      controller: 'did:example:alice',
      lock: { type: 'shamir', field },
    })
    t.equal(created.status, 200, created.text)
    const keystore = pathOf(created.body.key_store_url)
    const stored = await app.records.findKeystore(idOf(keystore))
    t.match(stored?.lock, { kind: 'shamir', field })
    const key = pathOf((await alice('POST', `${keystore}/keys`, { key_type: 'ED25519' })).body.key_url)
    const { signature } = (await alice('POST', `${key}/sign`, { message })).body
    t.equal((await alice('POST', `${key}/verify`, { message, signature })).status, 200)
    t.equal((await alice('GET', `${key}/export`)).status, 200)
    const rotated = pathOf((await alice('POST', `${key}/rotate`, { key_type: 'ED25519' })).body.key_url)
    t.equal((await alice('POST', `${rotated}/verify`, { message, signature })).status, 200)
  })
}

t.test('no call on such a keystore without the right shares, also while its keys are open', async t => {
  const { app, alice, shareOf } = await setUp(t)
  const keystore = pathOf((await alice('POST', '/v1/keystores', { controller: 'a' })).body.key_store_url)
  const key = pathOf((await alice('POST', `${keystore}/keys`, { key_type: 'AES256GCM' })).body.key_url)
  const encrypted = (await alice('POST', `${key}/encrypt`, { message })).body
  const signing = pathOf((await alice('POST', `${keystore}/keys`, { key_type: 'ED25519' })).body.key_url)
  const { signature } = (await alice('POST', `${signing}/sign`, { message })).body
  const agreeing = pathOf((await alice('POST', `${keystore}/keys`, { key_type: 'X25519ECDHKW' })).body.key_url)
  const { public_key } = (await alice('GET', `${agreeing}/export`)).body
  const recipient_pub_key = JSON.parse(Buffer.from(public_key, 'base64').toString())
  const wrapping = { cek: base64(Buffer.alloc(32, 1)), recipient_pub_key }
  const wrapped_key = (await alice('POST', `${keystore}/wrap`, wrapping)).body
  const calls: [name: string, method: Method, path: string, body?: object][] = [
    ['create', 'POST', `${keystore}/keys`, { key_type: 'ED25519' }],
    ['import', 'PUT', `${keystore}/keys`, { key_type: 'AES256GCM', key: base64(Buffer.alloc(32, 1)) }],
    ['encrypt', 'POST', `${key}/encrypt`, { message }],
    ['decrypt', 'POST', `${key}/decrypt`, encrypted],
    ['rotate', 'POST', `${key}/rotate`, { key_type: 'AES256GCM' }],
    ['sign', 'POST', `${signing}/sign`, { message }],
    ['verify', 'POST', `${signing}/verify`, { message, signature }],
    ['export', 'GET', `${signing}/export`],
    ['wrap anonymously', 'POST', `${keystore}/wrap`, wrapping],
    ['wrap', 'POST', `${agreeing}/wrap`, wrapping],
    ['unwrap', 'POST', `${agreeing}/unwrap`, { wrapped_key }],
  ]
  const wrong: Record<string, readonly [headers: Record<string, string>, status: number, code: string]> = {
    'no share': [{ 'auth-user': 'alice' }, 400, 'INVALID_REQUEST'],
    'no user': [{ 'secret-share': shareOf('alice') }, 400, 'INVALID_REQUEST'],
    nothing: [{}, 400, 'INVALID_REQUEST'],
    "another's share": [{ 'auth-user': 'alice', 'secret-share': shareOf('bob') }, 403, 'SHARE_REJECTED'],
    "another's name": [{ 'auth-user': 'bob', 'secret-share': shareOf('alice') }, 403, 'SHARE_REJECTED'],
    'another user, whole': [{ 'auth-user': 'bob', 'secret-share': shareOf('bob') }, 403, 'SHARE_REJECTED'],
    'an unknown user': [{ 'auth-user': 'eve', 'secret-share': shareOf('alice') }, 403, 'SHARE_REJECTED'],
    'a share of another field': [
      { 'auth-user': 'alice', 'secret-share': `801${'0'.repeat(64)}` },
      400,
      'INVALID_REQUEST',
    ],
    'x = 0': [{ 'auth-user': 'alice', 'secret-share': base64(Buffer.alloc(33)) }, 400, 'INVALID_REQUEST'],
    'two users': [{ 'auth-user': 'alice, bob', 'secret-share': shareOf('alice') }, 403, 'SHARE_REJECTED'],
  }
  const before = app.store.written.length
  for (const [name, method, path, body] of calls) {
    for (const [what, [headers, status, code]] of Object.entries(wrong)) {
      const reply = await app.send({ method, path, headers, ...(body && { body }) })
      t.strictSame([reply.status, errorOf(reply)], [status, code], `${name}: ${what}`)
    }
  }
  t.equal(app.store.written.length, before, 'nothing was written')
  t.equal((await alice('POST', `${key}/decrypt`, encrypted)).status, 200, 'the right ones still open it')
})

t.test('Auth-User is believed from trusted proxies alone', async t => {
  for (const trustedProxies of [[], ['10.0.0.0/8', '::1', '2001:db8::/32']]) {
    const { alice } = await setUp(t, 'gf256-11b', { trustedProxies })
    const body = { controller: 'a', lock: { type: 'shamir' } }
    t.equal(errorOf(await alice('POST', '/v1/keystores', body)), 'INVALID_REQUEST', `${trustedProxies}`)
  }
  for (const trustedProxies of [['127.0.0.1'], ['127.0.0.0/8', '::1'], ['0.0.0.0/0']]) {
    const { alice } = await setUp(t, 'gf256-11b', { trustedProxies })
    const { status } = await alice('POST', '/v1/keystores', { controller: 'a', lock: { type: 'shamir' } })
    t.equal(status, 200, `${trustedProxies}`)
  }
})

t.test('which lock a new keystore gets', async t => {
  const shamir = { kind: 'shamir', field: 'gf256-11b' }
  const held = { kind: 'server-held' }
  const cases: [
    name: string,
    userLock: 'shamir' | undefined,
    share: boolean,
    lock: object | undefined,
    expected: object,
  ][] = [
    ['a share is brought', undefined, true, undefined, shamir],
    ['no share is brought', undefined, false, undefined, held],
    ['asked for otherwise', undefined, true, { type: 'server-held' }, held],
    ['asked for', undefined, true, { type: 'shamir' }, shamir],
    ['demanded', 'shamir', true, undefined, shamir],
  ]
  for (const [name, userLock, share, lock, expected] of cases) {
    const { app, alice } = await setUp(t, 'gf256-11b', userLock && { userLock })
    const body = { controller: 'a', ...(lock && { lock }) }
    const reply = share
      ? await alice('POST', '/v1/keystores', body)
      : await app.send({ method: 'POST', path: '/v1/keystores', body })
    t.match((await app.records.findKeystore(idOf(reply.body.key_store_url)))?.lock, expected, name)
  }
  const { app, alice } = await setUp(t, 'gf256-11b', { userLock: 'shamir' })
  const body = { controller: 'a' }
  t.equal(
    errorOf(await app.send({ method: 'POST', path: '/v1/keystores', body })),
    'INVALID_REQUEST',
    'demanded, without a share',
  )
  const other = await alice('POST', '/v1/keystores', { ...body, lock: { type: 'server-held' } })
  t.equal(errorOf(other), 'INVALID_REQUEST', 'demanded, and another asked for')
  const alone = await buildApp(t)
  const asked = await alone.send({ method: 'POST', path: '/v1/keystores', body: { ...body, lock: { type: 'shamir' } } })
  t.equal(errorOf(asked), 'OPERATION_UNSUPPORTED', 'a server without shares')
})

t.test('a vault behind such a lock: nothing without the shares, whatever the vault says', async t => {
  const vaults = new MemoryVaults()
  const { app, alice, shareOf, clock } = await setUp(t, 'gf256-11b', { cache: { max: 10, ttl: 1000 } }, { vaults })
  const { did } = (await app.send({ method: 'POST', path: '/v1/keystores/did' })).body
  const edv = { vault_url: 'https://vault.example/edvs/1', capability: base64(JSON.stringify({ invoker: did })) }
  const creation = { controller: 'a', lock: { type: 'shamir' }, edv }
  const headers = { 'auth-user': 'bob', 'secret-share': shareOf('alice') }
  t.equal(errorOf(await app.send({ method: 'POST', path: '/v1/keystores', body: creation })), 'INVALID_REQUEST')
  const keystore = pathOf((await alice('POST', '/v1/keystores', creation)).body.key_store_url)
  const key = pathOf((await alice('POST', `${keystore}/keys`, { key_type: 'ED25519' })).body.key_url)
  t.equal((await alice('POST', `${key}/sign`, { message })).status, 200)
  clock.advance(2000)
  const update = { capability: base64(JSON.stringify({ invoker: did, newer: true })) }
  for (const [path, body] of [
    [`${key}/sign`, { message }],
    [`${keystore}/edv`, update],
  ] as const) {
    t.equal(errorOf(await app.send({ method: 'POST', path, body })), 'INVALID_REQUEST', path)
    t.equal(errorOf(await app.send({ method: 'POST', path, body, headers })), 'SHARE_REJECTED', path)
    t.equal((await alice('POST', path, body)).status, 200, path)
  }
})

t.test('two keystores of one user have different locks', async t => {
  const { app, alice } = await setUp(t)
  const create = async () => pathOf((await alice('POST', '/v1/keystores', { controller: 'a' })).body.key_store_url)
  const [one, other] = [await create(), await create()]
  const key = pathOf((await alice('POST', `${one}/keys`, { key_type: 'ED25519' })).body.key_url)
  const stored = await app.records.findKey(idOf(one), idOf(key))
  const foreign = await app.records.findKeystore(idOf(other))
  t.ok(stored && foreign)
  if (stored) await app.records.addKey({ ...stored, keystoreId: idOf(other) })
  const reply = await alice('POST', `${other}/keys/${idOf(key)}/sign`, { message })
  t.equal(errorOf(reply), 'LOCK_REJECTED', 'a key that was moved does not open')
})

t.test('with nothing kept open, every use opens the key with the shares again', async t => {
  const { alice, clock } = await setUp(t, 'gf256-11b', { cache: { max: 0, ttl: 0 } })
  const keystore = pathOf((await alice('POST', '/v1/keystores', { controller: 'a' })).body.key_store_url)
  const key = pathOf((await alice('POST', `${keystore}/keys`, { key_type: 'ED25519' })).body.key_url)
  for (let i = 0; i < 3; i += 1) {
    clock.advance(60_000)
    t.equal((await alice('POST', `${key}/sign`, { message })).status, 200)
  }
})

async function setUp(
  t: Test,
  field: ShareField = 'gf256-11b',
  options: AppOptions = {},
  users: Pick<Ports, 'vaults'> = {},
) {
  const own = new Map<string, string>()
  const held = new Map<string, Uint8Array>()
  for (const user of ['alice', 'bob']) {
    const [mine, theirs] = await splitSecret(field, random(32), random)
    own.set(user, field === 'gf256-11b' ? base64(mine) : Buffer.from(mine).toString('latin1'))
    held.set(user, theirs)
  }
  const clock = new FixedClock('2024-02-29T12:30:00Z')
  const ports = { shares: new MemorySecretShares(held), clock, ...users }
  const app = await buildApp(t, { ports, trustedProxies: ['127.0.0.1'], ...options })
  const shareOf = (user: string) => own.get(user) ?? ''
  return { app, clock, shareOf, alice: callerOf(app, 'alice', shareOf('alice')) }
}

/** Sends requests that bring a user's share along, as a proxy passes them on. */
function callerOf(app: TestApp, user: string, share: string) {
  const headers = { 'auth-user': user, 'secret-share': share }
  return (method: Method, path: string, body?: object) => app.send({ method, path, headers, ...(body && { body }) })
}

function pathOf(url: string): string {
  return new URL(url).pathname.replace(/^\/base/, '')
}

import { systemRandom } from '@keyhold/adapters'
import { readCapability, signTrustbloc } from '@keyhold/client'
import { didKeySigner, SecretBytes, splitSecret } from '@keyhold/core'
import t from 'tap'
import { base64, pathOf } from '../../support/build-app.ts'
import { CountingShares } from '../../support/counting-shares.ts'
import { GnapClient, thumbprintOf } from '../../support/gnap-server.ts'
import { gnapSender, tokenApp } from '../../support/token-app.ts'

const message = base64('hello')

t.test('a client creates a keystore with its token, and uses it', async t => {
  const scene = await tokenApp(t)
  const { app, gnap, url } = scene
  const client = new GnapClient()
  gnap.tokens.set('token', { access: ['keyhold'], key: client.key, subject_data: { sub: 'alice' } })
  const send = gnapSender(scene, client, 'token')

  const created = await send('POST', '/v1/keystores', { controller: 'did:example:alice' })
  t.equal(created.status, 200, created.text)
  const keystore = pathOf(created.body.key_store_url)
  const key = pathOf((await send('POST', `${keystore}/keys`, { key_type: 'ED25519' })).body.key_url)
  const signed = await send('POST', `${key}/sign`, { message })
  t.equal(signed.status, 200)
  t.equal((await send('POST', `${key}/verify`, { message, signature: signed.body.signature })).status, 200)
  t.equal((await send('GET', `${key}/export`)).status, 200)
  t.match((await send('GET', keystore)).body, { owner: { iss: url, sub: 'alice' }, controller: 'did:example:alice' })
  t.strictSame(gnap.asked, ['token'], 'the server was asked once')
  t.strictSame(gnap.refused, [])

  const refused = await app.send({ method: 'GET', path: keystore })
  t.equal(refused.status, 401)
  t.strictSame(refused.headers['www-authenticate'], ['Signature realm="keyhold"', `GNAP as_uri="${url}/gnap/auth"`])
})

t.test('a keystore that belongs to a key', async t => {
  const scene = await tokenApp(t)
  const client = new GnapClient()
  scene.gnap.tokens.set('token', { access: ['keyhold'], key: client.key })
  const send = gnapSender(scene, client, 'token')
  const keystore = pathOf((await send('POST', '/v1/keystores', { controller: 'a' })).body.key_store_url)
  t.strictSame((await send('GET', keystore)).body.owner, { jkt: thumbprintOf(client.jwk) })

  const other = new GnapClient()
  scene.gnap.tokens.set('other', { access: ['keyhold'], key: other.key })
  t.equal((await gnapSender(scene, other, 'other')('GET', keystore)).status, 403)
})

t.test('whose share a request brings says its token', async t => {
  const random = systemRandom()
  const [own, held] = await splitSecret('gf256-11b', random(32), random)
  const shares = new CountingShares(new Map([['alice', held]]))
  const scene = await tokenApp(t, { trustedProxies: ['127.0.0.1'], ports: { shares } })
  const client = new GnapClient()
  const right = { access: ['keyhold'], key: client.key }
  scene.gnap.tokens.set('alice', { ...right, subject_data: { sub: 'alice' } })
  scene.gnap.tokens.set('key', right)
  const share = { 'secret-share': base64(own) }
  const body = { controller: 'a', lock: { type: 'shamir' } }
  const create = async (token: string, headers: Readonly<Record<string, string>>) => {
    shares.fetched.length = 0
    const reply = await gnapSender(scene, client, token)('POST', '/v1/keystores', body, headers)
    return [reply.status, reply.body.code ?? 'created', ...shares.fetched]
  }
  t.strictSame(await create('alice', share), [200, 'created', 'alice'], 'without a header')
  scene.fixed.advance(2000)
  t.strictSame(await create('alice', { ...share, 'auth-user': 'alice' }), [200, 'created', 'alice'], 'with the same')
  scene.fixed.advance(2000)
  t.strictSame(await create('alice', { ...share, 'auth-user': 'bob' }), [403, 'FORBIDDEN'], 'with another')
  scene.fixed.advance(2000)
  t.strictSame(await create('alice', { 'auth-user': 'bob' }), [403, 'FORBIDDEN'], 'also if no share is brought')
  scene.fixed.advance(2000)
  t.strictSame(
    await create('key', { ...share, 'auth-user': 'alice' }),
    [200, 'created', 'alice'],
    'no subject: the proxy',
  )
  scene.fixed.advance(2000)
  t.strictSame(await create('key', share), [400, 'INVALID_REQUEST'], 'nobody says')
})

t.test('while the authorization server is away', async t => {
  const scene = await tokenApp(t)
  const { app, fixed, gnap, url } = scene
  const client = new GnapClient()
  const tokens = ['one', 'two', 'three']
  for (const token of tokens)
    gnap.tokens.set(token, { access: ['keyhold'], key: client.key, subject_data: { sub: 'a' } })
  const send = (token: string) => gnapSender(scene, client, token)('GET', keystore)
  const created = await gnapSender(scene, client, 'one')('POST', '/v1/keystores', { controller: 'a' })
  const keystore = pathOf(created.body.key_store_url)
  const statuses = async () => Promise.all(tokens.map(async token => (await send(token)).status))
  const begun = fixed.now()
  await gnap.stop()
  t.strictSame(await statuses(), [200, 503, 503], 'whoever is known goes on')
  t.equal((await send('two')).headers['retry-after'], '1')
  fixed.advance(30_000)
  t.strictSame(await statuses(), [200, 503, 503])
  fixed.advance(1)
  t.strictSame(await statuses(), [503, 503, 503], 'for its time, and no longer')
  const ready = await app.send({ method: 'GET', path: '/healthcheck' })
  t.equal(ready.status, 200)

  await gnap.listen(Number(new URL(url).port))
  fixed.advance(5000)
  // One call is made to try, and when it has succeeded all are.
  t.equal((await send('one')).status, 200)
  t.strictSame(await statuses(), [200, 200, 200], 'without a restart')
  t.ok(fixed.now() - begun < 40_000)
})

t.test(
  'a capability of its controller works beside the token, which ends when the keystore is handed over',
  async t => {
    const scene = await tokenApp(t)
    const { app, clock, gnap } = scene
    const client = new GnapClient()
    gnap.tokens.set('token', { access: ['keyhold'], key: client.key, subject_data: { sub: 'alice' } })
    const send = gnapSender(scene, client, 'token')
    const controller = await didKeySigner(new SecretBytes(systemRandom()(32)))
    const created = await send('POST', '/v1/keystores', { controller: controller.didUrl })
    const keystore = pathOf(created.body.key_store_url)
    const key = pathOf((await send('POST', `${keystore}/keys`, { key_type: 'ED25519' })).body.key_url)
    const capability = await readCapability(created.body.capability)
    const signed = async (path: string, body: object, action?: string) => {
      const payload = Buffer.from(JSON.stringify(body))
      const request = { method: 'POST', url: `http://localhost${path}`, body: payload }
      const headers = await signTrustbloc(request, action ? { action, capability } : undefined, controller, clock.now())
      return { request: { method: 'POST', path, body: payload, headers } as const, headers }
    }
    const { request, headers } = await signed(`${key}/sign`, { message }, 'sign')
    t.equal((await app.send(request)).status, 200)
    const both = await send(
      'POST',
      `${key}/sign`,
      { message },
      { 'capability-invocation': headers['capability-invocation'] ?? '' },
    )
    t.equal(both.status, 401, 'but not in one request')
    t.equal((await send('POST', keystore, { controller: 'did:example:bob', revision: 2 })).status, 403)
    const handOver = await signed(keystore, { controller: 'did:example:bob', revision: 2 })
    const handedOver = await app.send(handOver.request)
    t.strictSame([handedOver.status, handedOver.body.owner], [200, undefined])
    t.equal((await send('POST', `${key}/sign`, { message })).status, 403)
  },
)

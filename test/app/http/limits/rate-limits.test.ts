import { FixedClock } from '@keyhold/adapters'
import t from 'tap'
import { buildApp, pathOf, type Request } from '../../../support/build-app.ts'
import { GnapClient } from '../../../support/gnap-server.ts'
import { errorOf } from '../../../support/refusals.ts'
import { gnapSender, tokenApp } from '../../../support/token-app.ts'

const create: Request = { method: 'POST', path: '/v1/keystores', body: { controller: 'did:example:alice' } }

function told({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): unknown[] {
  return [headers['ratelimit-policy'], headers['ratelimit'], headers['retry-after']]
}

t.test('one address may ask so often, and is told how often', async t => {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const limits = { rates: { address: { quota: 2, window: 10 } } }
  const app = await buildApp(t, { limits, ports: { clock } })
  const policy = '"address";q=2;w=10'
  t.strictSame(told(await app.send(create)), [policy, '"address";r=1;t=5', undefined])
  t.strictSame(told(await app.send(create)), [policy, '"address";r=0;t=5', undefined])
  const written = app.store.written.length
  const refused = await app.send(create)
  t.strictSame([refused.status, errorOf(refused)], [429, 'RATE_LIMITED'])
  t.strictSame(told(refused), [policy, '"address";r=0;t=5', '5'])
  t.equal(app.store.written.length, written, 'nothing was done')
  const elsewhere = await app.server.inject({
    method: 'POST',
    url: create.path,
    payload: { controller: 'a' },
    remoteAddress: '127.0.0.2',
  })
  t.equal(elsewhere.statusCode, 200, 'another address')
  for (let i = 0; i < 5; i += 1) t.equal((await app.send({ method: 'GET', path: '/healthcheck' })).status, 200)
  clock.advance(5000)
  t.equal((await app.send(create)).status, 200, 'and later')
})

t.test('a proxy that is trusted says whose request it is', async t => {
  const limits = { rates: { address: { quota: 1, window: 10 } } }
  const app = await buildApp(t, { limits, trustedProxies: ['127.0.0.1'] })
  const from = (address: string) => app.send({ ...create, headers: { 'x-forwarded-for': address } })
  t.equal((await from('198.51.100.1')).status, 200)
  t.equal((await from('198.51.100.1')).status, 429)
  t.equal((await from('203.0.113.1, 198.51.100.1')).status, 429, 'whatever stands before')
  t.equal((await from('198.51.100.2')).status, 200)
})

t.test('one caller may ask so often, with whichever token', async t => {
  const limits = { rates: { principal: { quota: 2, window: 10 }, address: { quota: 9, window: 9 } } }
  const scene = await tokenApp(t, { limits })
  const client = new GnapClient()
  const alice = { access: ['keyhold'], key: client.key, subject_data: { sub: 'alice' } }
  scene.gnap.tokens.set('one', alice).set('two', alice)
  scene.gnap.tokens.set('bob', { ...alice, subject_data: { sub: 'bob' } })
  const send = (token: string) => gnapSender(scene, client, token)('POST', '/v1/keystores', { controller: 'a' })
  const policy = '"address";q=9;w=9, "principal";q=2;w=10'
  const first = await send('one')
  t.strictSame(told(first), [policy, '"address";r=8;t=1, "principal";r=1;t=5', undefined], first.text)
  t.equal((await send('two')).status, 200)
  const refused = await send('one')
  t.strictSame([refused.status, errorOf(refused)], [429, 'RATE_LIMITED'])
  t.strictSame(told(refused), [policy, '"address";r=6;t=1, "principal";r=0;t=5', '5'])
  t.equal((await send('bob')).status, 200, 'somebody else')
  t.strictSame(scene.gnap.refused, [])
})

t.test('whoever makes tokens up does not have the auth server asked for ever', async t => {
  const lines: unknown[] = []
  const limits = { rates: { failures: { quota: 3, window: 60 } } }
  const scene = await tokenApp(t, { limits, log: recording(lines) })
  const client = new GnapClient()
  scene.gnap.tokens.set('good', { access: ['keyhold'], key: client.key })
  const send = (token: string, headers = {}) =>
    gnapSender(scene, client, token)('POST', '/v1/keystores', { controller: 'a' }, headers)
  const statuses: number[] = []
  for (const token of ['good', 'a', 'b', 'c', 'd', 'e', 'good']) statuses.push((await send(token)).status)
  t.strictSame(statuses, [200, 401, 401, 401, 429, 429, 429])
  t.strictSame(scene.gnap.asked, ['good', 'a', 'b', 'c'])
  t.equal((await scene.app.send({ ...create, body: {} })).status, 429, 'also without any token')
  t.strictSame(told(await send('f')), ['"failures";q=3;w=60', '"failures";r=0;t=20', '20'])
  scene.fixed.advance(20_000)
  const after = await send('good')
  t.equal(after.status, 200, 'later whoever can prove who it is')
  t.strictSame(told(after), [undefined, undefined, undefined], 'who is not refused is told nothing of it')
  for (let i = 0; i < 10; i += 1) t.equal((await send('good')).status, 200, 'and as often as it likes')
  t.strictSame(lines, [])
  t.equal((await send('g', { 'x-forwarded-for': '198.51.100.1' })).status, 401)
  scene.fixed.advance(20_000)
  t.equal((await send('h', { 'x-forwarded-for': '198.51.100.1' })).status, 401)
  t.strictSame(lines.length, 1, 'that a proxy is not known is said once')
})

t.test('what is not allowed is no failure to prove who one is', async t => {
  const limits = { rates: { failures: { quota: 1, window: 60 } } }
  const scene = await tokenApp(t, { limits })
  const [client, other] = [new GnapClient(), new GnapClient()]
  scene.gnap.tokens.set('one', { access: ['keyhold'], key: client.key })
  scene.gnap.tokens.set('two', { access: ['keyhold'], key: other.key })
  const created = await gnapSender(scene, client, 'one')('POST', '/v1/keystores', { controller: 'a' })
  const keystore = pathOf(created.body.key_store_url)
  const send = gnapSender(scene, other, 'two')
  for (let i = 0; i < 5; i += 1) t.equal((await send('GET', keystore)).status, 403)
})

/** A log that keeps its warnings. */
function recording(lines: unknown[]) {
  const silent = () => undefined
  const log = { fatal: silent, error: silent, info: silent, debug: silent, trace: silent, silent, level: 'info' }
  return { ...log, warn: (line: unknown) => lines.push(line), child: () => recording(lines) } as never
}

t.test('a batch counts as many requests as it has items', async t => {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const limits = { rates: { address: { quota: 10, window: 10 }, principal: { quota: 10, window: 10 } } }
  const app = await buildApp(t, { limits, ports: { clock } })
  const path = `${await app.key('ED25519')}/sign/batch`
  clock.advance(10_000)
  const batch = (count: number) => app.send({ method: 'POST', path, body: { items: Array(count).fill({}) } })
  const told = async (count: number) => {
    const { status, headers, body } = await batch(count)
    return [status, body.results?.length ?? body.code, headers['ratelimit'], headers['retry-after']]
  }
  t.strictSame(await told(4), [200, 4, '"address";r=6;t=1', undefined])
  t.strictSame(await told(7), [429, 'RATE_LIMITED', '"address";r=5;t=1', '1'], 'not one item of it, but it has come')
  t.strictSame(await told(5), [200, 5, '"address";r=0;t=1', undefined])
  clock.advance(10_000)
  t.strictSame(await told(11), [429, 'RATE_LIMITED', '"address";r=9;t=1', '1'], 'more than are ever allowed')
  t.strictSame(await told(10), [429, 'RATE_LIMITED', '"address";r=8;t=1', '1'])
  clock.advance(1000)
  t.strictSame(await told(9), [200, 9, '"address";r=0;t=1', undefined])
})

import { FixedClock } from '@keyhold/adapters'
import { openOAuthTokens } from '@keyhold/adapters/token-oauth'
import { outcome } from '@keyhold/contract'
import t, { type Test } from 'tap'
import { type Claims, FakeOAuthIssuer, makeJwt, newIssuerKey } from '../support/oauth-issuer.ts'

const audience = 'https://kms.example'
const algorithms = ['ES256', 'RS256', 'EdDSA']
const [es, rs, ed] = [newIssuerKey('es'), newIssuerKey('rs', 'RS256'), newIssuerKey('ed', 'EdDSA')]

/** An issuer that publishes three keys, and its tokens as they are seen from here. */
async function setUp(t: Test) {
  const issuer = new FakeOAuthIssuer()
  const url = await issuer.listen()
  issuer.keys = [es, rs, ed]
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const jwksUrl = `${url}/jwks`
  const options = {
    issuer: url,
    audience,
    type: 'keyhold',
    clockSkew: 30_000,
    timeout: 10_000,
    clock,
    jwksUrl,
    algorithms,
  }
  const tokens = await openOAuthTokens(options)
  t.teardown(async () => {
    await tokens.close()
    await issuer.stop()
  })
  const claims = (changes: Claims = {}): Claims => {
    const now = Math.floor(clock.now() / 1000)
    const who = { iss: url, sub: 'alice', aud: audience, client_id: 'wallet' }
    return { ...who, iat: now, exp: now + 60, jti: 'one', scope: 'keyhold', ...changes }
  }
  const isGood = async (token: string) => (await tokens.introspect(token)) !== undefined
  return { issuer, url, clock, tokens, claims, isGood }
}

t.test('a token that its issuer has signed', async t => {
  const { url, clock, tokens, claims } = await setUp(t)
  const expires = clock.now() + 60_000
  const alice = { owner: { issuer: url, subject: 'alice' }, rights: [{}], expires }
  for (const key of [es, rs, ed]) t.strictSame(await tokens.introspect(makeJwt(key, claims())), alice, key.alg)
  const rights = [{ actions: ['sign'] }, { actions: ['verify'], locations: ['https://kms.example'] }]
  const details = [{ type: 'keyhold', actions: ['verify'], locations: ['https://kms.example/'] }]
  const detailed = claims({ scope: 'openid keyhold:sign', authorization_details: details })
  t.strictSame(await tokens.introspect(makeJwt(es, detailed)), { ...alice, rights })
})

t.test('which claims are taken', async t => {
  const { url, clock, claims, isGood } = await setUp(t)
  const now = clock.now() / 1000
  const cases: readonly [name: string, changes: Claims, good: boolean][] = [
    ['right', {}, true],
    ['of another issuer', { iss: 'https://other.example' }, false],
    ['of the issuer with a slash', { iss: `${url}/` }, false],
    ['of no issuer', { iss: undefined }, false],
    ['for another', { aud: 'https://other.example' }, false],
    ['for several', { aud: ['https://other.example', audience] }, true],
    ['for none', { aud: [] }, false],
    ['for anybody', { aud: undefined }, false],
    ['expired', { exp: now - 1 }, false],
    ['expiring now', { exp: now }, false],
    ['without an end', { exp: undefined }, false],
    ['with an end that is a text', { exp: `${now + 60}` }, false],
    ['not yet', { nbf: now + 31 }, false],
    ['within the skew', { nbf: now + 30 }, true],
    ['of nobody', { sub: undefined }, false],
    ['of an empty subject', { sub: '' }, false],
    ['of a subject that is none', { sub: 7 }, false],
    ['of a lone surrogate', { sub: '\ud800' }, false],
    ['without its own id', { jti: undefined }, false],
    ['without a client', { client_id: undefined }, false],
    ['without a time', { iat: undefined }, false],
    ['bound to a key', { cnf: { jkt: 'x' } }, false],
  ]
  for (const [name, changes, good] of cases) t.equal(await isGood(makeJwt(es, claims(changes))), good, name)
})

t.test('which headers are taken, whatever they say of the key', async t => {
  const { issuer, url, claims, isGood } = await setUp(t)
  const own = newIssuerKey('own')
  const jwk = own.publicKey.export({ format: 'jwk' })
  const cases: readonly [name: string, token: string, good: boolean][] = [
    ['application/at+jwt', makeJwt(es, claims(), { typ: 'application/at+jwt' }), true],
    ['AT+JWT', makeJwt(es, claims(), { typ: 'AT+JWT' }), true],
    ['an ID token', makeJwt(es, claims(), { typ: 'JWT' }), false],
    ['of no type', makeJwt(es, claims(), { typ: undefined }), false],
    ['none', makeJwt(es, claims(), { alg: 'none' }), false],
    ['none, without a key', makeJwt(es, claims(), { alg: 'none', kid: undefined }), false],
    ['HMAC by the public key of RSA', makeJwt(rs, claims(), { alg: 'HS256' }), false],
    ['HMAC by the public key of EC', makeJwt(es, claims(), { alg: 'HS256' }), false],
    ['another algorithm of the same key', makeJwt(rs, claims(), { alg: 'PS256' }), false],
    ['another algorithm', makeJwt(es, claims(), { alg: 'ES384' }), false],
    ['the algorithm of another key', makeJwt(es, claims(), { alg: 'RS256', kid: 'rs' }), false],
    ['signed by another key', makeJwt({ ...own, kid: 'es' }, claims()), false],
    ['of a key that is not published', makeJwt(own, claims()), false],
    ['bringing its key along', makeJwt(own, claims(), { jwk }), false],
    ['saying where its key is', makeJwt(own, claims(), { jku: `${url}/jwks` }), false],
    ['without the name of a key, being the only one of its kind', makeJwt(es, claims(), { kid: undefined }), true],
    ['with an extension that must be understood', makeJwt(es, claims(), { crit: ['x'], x: 1 }), false],
    ['of four parts', `${makeJwt(es, claims())}.x`, false],
    ['of two parts', makeJwt(es, claims()).split('.').slice(0, 2).join('.'), false],
    ['with another signature', makeJwt(es, claims()).replace(/.{10}$/, 'AAAAAAAAAA'), false],
    ['with another payload', swapPayload(makeJwt(es, claims()), makeJwt(es, claims({ sub: 'bob' }))), false],
    ['no JWT', 'opaque', false],
    ['nothing but points', '..', false],
    ['encrypted', `${makeJwt(es, claims())}.a.b`, false],
  ]
  for (const [name, token, good] of cases) t.equal(await isGood(token), good, name)
  t.ok(issuer.fetched <= 2, 'and nobody can make it fetch keys for each')
})

function swapPayload(token: string, other: string): string {
  const [header, , signature] = token.split('.')
  return [header, other.split('.')[1], signature].join('.')
}

t.test('a new key is found, but not looked for all the time', async t => {
  const { issuer, clock, claims, isGood } = await setUp(t)
  t.ok(await isGood(makeJwt(es, claims())))
  const next = newIssuerKey('next')
  issuer.keys = [next]
  t.notOk(await isGood(makeJwt(next, claims())), 'just after the keys were fetched')
  clock.advance(30_000)
  t.ok(await isGood(makeJwt(next, claims())))
  t.notOk(await isGood(makeJwt(es, claims())), 'the old one is gone')
  const before = issuer.fetched
  for (let i = 0; i < 20; i += 1) await isGood(makeJwt(newIssuerKey(`made-up-${i}`), claims()))
  t.equal(issuer.fetched, before)
})

t.test('a key that is withdrawn is none after ten minutes', async t => {
  const { issuer, clock, claims, isGood } = await setUp(t)
  t.ok(await isGood(makeJwt(es, claims())))
  issuer.keys = [rs]
  clock.advance(599_999)
  t.ok(await isGood(makeJwt(es, claims())))
  clock.advance(1)
  t.notOk(await isGood(makeJwt(es, claims())))
})

t.test('while the issuer is away its keys are good for an hour', async t => {
  const { issuer, clock, claims, isGood } = await setUp(t)
  const token = () => makeJwt(es, claims())
  t.ok(await isGood(token()))
  issuer.fault = (_request, response) => void response.writeHead(503).end()
  for (let minutes = 0; minutes < 55; minutes += 5) {
    clock.advance(300_000)
    t.ok(await isGood(token()))
  }
  clock.advance(300_000)
  t.equal(await outcome(() => isGood(token())), 'AUTH_UNAVAILABLE')
  issuer.fault = undefined
  clock.advance(5000)
  t.ok(await isGood(token()), 'and it is back')
})

t.test('without any keys nobody is let in', async t => {
  const texts = ['', '[]', 'null', '{"keys":7}', '{}', '{"keys":[7]}', '<html>', 'a'.repeat(1_000_000)]
  for (const text of texts) {
    const { issuer, claims, isGood } = await setUp(t)
    issuer.fault = (_request, response) => void response.writeHead(200).end(text)
    t.equal(await outcome(() => isGood(makeJwt(es, claims()))), 'AUTH_UNAVAILABLE', text.slice(0, 20))
    issuer.fault = undefined
    t.ok(await isGood(makeJwt(es, claims())), 'and it is back')
  }
  const { issuer, claims, isGood } = await setUp(t)
  issuer.keys = []
  t.notOk(await isGood(makeJwt(es, claims())))
})

t.test('keys are fetched once for all who wait for them, and from nowhere else', async t => {
  const { issuer, claims, isGood } = await setUp(t)
  const all = await Promise.all(Array.from({ length: 20 }, () => isGood(makeJwt(es, claims()))))
  t.ok(all.every(good => good))
  t.equal(issuer.fetched, 1)
  const moved = await setUp(t)
  const elsewhere = await setUp(t)
  moved.issuer.fault = (_request, response) => {
    response.writeHead(302, { location: `${elsewhere.url}/jwks` }).end()
  }
  t.equal(await outcome(() => moved.isGood(makeJwt(es, moved.claims()))), 'AUTH_UNAVAILABLE', 'a redirect is no answer')
  t.equal(elsewhere.issuer.fetched, 0)
})

t.test('after close every call answers AUTH_UNAVAILABLE', async t => {
  const { tokens, claims } = await setUp(t)
  const token = makeJwt(es, claims())
  t.ok(await tokens.introspect(token))
  await tokens.close()
  for (const each of [token, 'opaque']) t.equal(await outcome(() => tokens.introspect(each)), 'AUTH_UNAVAILABLE')
  await tokens.close()
})

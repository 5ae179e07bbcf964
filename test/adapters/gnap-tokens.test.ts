import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FixedClock, SigningKeyFileError } from '@keyhold/adapters'
import { openGnap } from '@keyhold/adapters/token-gnap'
import { accessTokenContract, outcome } from '@keyhold/contract'
import { type AccessToken, type Clock, KmsError } from '@keyhold/core'
import t, { type Test } from 'tap'
import { FakeGnapServer, GnapClient, type GnapToken, thumbprintOf, writeSigningKey } from '../support/gnap-server.ts'
import type { Fault } from '../support/loopback-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const type = 'keyhold'
const audience = 'https://kms.example'

/** A server, and its tokens as they are seen from here. */
async function setUp(t: Test, { timeout = 10_000, clock = new FixedClock('2026-01-01T00:00:00Z') as Clock } = {}) {
  const signingKeyFile = join(await temporaryDirectory(t), 'signing-key.pem')
  await writeSigningKey(signingKeyFile)
  const server = new FakeGnapServer()
  const url = await server.listen()
  const { tokens } = await openGnap({ url, signingKeyFile, type, audience, clockSkew: 30_000, timeout, clock })
  t.teardown(async () => {
    await tokens.close()
    await server.stop()
  })
  return { server, url, tokens, clock }
}

/** As the server would say it. */
function answerOf({ owner, rights, expires, key }: AccessToken): GnapToken {
  return {
    access: rights.map(right => ({ type, ...right })),
    ...('subject' in owner && { subject_data: { sub: owner.subject } }),
    ...(Number.isFinite(expires) && { exp: expires / 1000 }),
    ...(key && { key: { proof: 'httpsig', jwk: key } }),
  }
}

// The issuer is known when its server has started, so one server stands for all.
const shared = new FakeGnapServer()
const sharedUrl = await shared.listen()
t.teardown(() => shared.stop())
await accessTokenContract(t, sharedUrl, async (t, known) => {
  const signingKeyFile = join(await temporaryDirectory(t), 'signing-key.pem')
  await writeSigningKey(signingKeyFile)
  shared.tokens.clear()
  for (const [token, expected] of known) shared.tokens.set(token, answerOf(expected))
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const options = { url: sharedUrl, signingKeyFile, type, audience, clockSkew: 30_000, timeout: 10_000, clock }
  const { tokens } = await openGnap(options)
  t.teardown(() => tokens.close())
  return tokens
})
t.strictSame(shared.refused, [], 'every request was signed as the server wants it')

t.test('what an answer makes of a token', async t => {
  const { server, url, tokens, clock } = await setUp(t)
  const now = clock.now() / 1000
  const { jwk, key } = new GnapClient()
  const subject = { subject_data: { sub: 'alice' } }
  const active = { access: ['keyhold'], key, ...subject }
  const alice = { owner: { issuer: url, subject: 'alice' }, rights: [{}], expires: Number.POSITIVE_INFINITY, key: jwk }
  const ofKey = { ...alice, owner: { thumbprint: thumbprintOf(jwk) } }
  const { subject_data: _nobody, ...unnamed } = active
  const cases: readonly [name: string, answer: GnapToken, expected: AccessToken | undefined][] = [
    ['as TrustBloc answers', active, alice],
    ['a subject as RFC 9767 names it', { ...unnamed, sub: 'alice' }, alice],
    ['both, the same', { ...active, sub: 'alice' }, alice],
    ['both, another', { ...active, sub: 'bob' }, undefined],
    ['no subject: its key', unnamed, ofKey],
    ['a subject that is none', { ...active, subject_data: { sub: 7 } }, undefined],
    ['an empty subject', { ...active, subject_data: { sub: '' } }, undefined],
    ['a subject that is no Unicode', { ...active, subject_data: { sub: '\ud800' } }, undefined],
    ['a subject too long', { ...active, subject_data: { sub: 'a'.repeat(513) } }, undefined],
    ['inactive, with all the rest', { ...active, active: false }, undefined],
    ['rights of others', { ...active, access: ['other', { type: 'other' }] }, { ...alice, rights: [] }],
    ['no rights', { ...active, access: undefined }, { ...alice, rights: [] }],
    ['rights that are none', { ...active, access: 'keyhold' }, { ...alice, rights: [] }],
    ['an end', { ...active, exp: now + 60 }, { ...alice, expires: (now + 60) * 1000 }],
    ['an end that is now', { ...active, exp: now }, undefined],
    ['an end that is a text', { ...active, exp: `${now + 60}` }, undefined],
    ['an end that is null', { ...active, exp: null }, undefined],
    ['a beginning', { ...active, nbf: now - 60 }, alice],
    ['a beginning within the skew', { ...active, nbf: now + 30 }, alice],
    ['a beginning after it', { ...active, nbf: now + 31 }, undefined],
    ['for this service', { ...active, aud: audience }, alice],
    ['for this and others', { ...active, aud: ['https://other.example', audience] }, alice],
    ['for another', { ...active, aud: 'https://other.example' }, undefined],
    ['for nobody', { ...active, aud: [] }, undefined],
    ['for null', { ...active, aud: null }, undefined],
    ['a key and no way to prove it', { ...active, key: { jwk } }, undefined],
    ['a way as an object', { ...active, key: { proof: { method: 'httpsig', alg: 'x' }, jwk } }, alice],
    ['a way that is not known here', { ...active, key: { proof: 'mtls', jwk } }, undefined],
    ['a key by reference', { ...active, key: 'S-P4XJQ_RYJCRTSU1.63N3E' }, undefined],
    ['a key of null', { ...active, key: null }, undefined],
    ['a key that is none', { ...active, key: { proof: 'httpsig', jwk: { kty: 'EC', crv: 'P-256' } } }, undefined],
    ['off the curve', { ...active, key: { proof: 'httpsig', jwk: { ...jwk, y: jwk['x'] } } }, undefined],
    ['symmetric', { ...active, key: { proof: 'httpsig', jwk: { kty: 'oct', k: 'AAAA' } } }, undefined],
    ['with another algorithm', { ...active, key: { proof: 'httpsig', jwk: { ...jwk, alg: 'HS256' } } }, undefined],
  ]
  for (const [name, answer, expected] of cases) {
    server.tokens.set('token', answer)
    t.strictSame(await tokens.introspect('token'), expected, name)
  }
  server.tokens.set('token', { ...subject, access: ['keyhold'] })
  const { key: _key, ...bearer } = alice
  t.strictSame(await tokens.introspect('token'), bearer, 'bound to no key')
})

const answering =
  (status: number, body: string | Buffer, headers: Record<string, string> = {}): Fault =>
  (_request, response) => {
    response.writeHead(status, headers).end(body)
  }

const active = '{"active":true,"access":["keyhold"],"subject_data":{"sub":"alice"}}'

const faults: Readonly<Record<string, Fault>> = {
  '500': answering(500, active),
  '503': answering(503, ''),
  '429': answering(429, ''),
  '401, to the key of this service': answering(401, '{"error":"request_denied"}'),
  '400': answering(400, active),
  '201': answering(201, active),
  '204': answering(204, ''),
  'a redirect': answering(302, active, { location: 'http://127.0.0.1:9/' }),
  'a redirect with the same method': answering(308, '', { location: '/gnap/introspect' }),
  HTML: answering(200, '<html>active</html>'),
  'a JSON list': answering(200, `[${active}]`),
  'JSON true': answering(200, 'true'),
  'half of it': answering(200, active.slice(0, -5)),
  nothing: answering(200, ''),
  'no word of being active': answering(200, active.replace('"active":true,', '')),
  'active as a text': answering(200, active.replace('true', '"true"')),
  'active as a number': answering(200, active.replace('true', '1')),
  '10 MB': answering(200, active.replace('}}', `,"x":"${'a'.repeat(10_000_000)}"}}`)),
  'a connection that is cut': (_request, response) => response.destroy(),
  'no answer at all': () => undefined,
  'a body that drips': (_request, response) => {
    response.writeHead(200).write(active.slice(0, 10))
  },
}

const hanging = ['no answer at all', 'a body that drips']

t.test('what is no answer lets nobody in', async t => {
  for (const [name, fault] of Object.entries(faults)) {
    const hangs = hanging.includes(name)
    const { server, tokens } = await setUp(t, hangs ? { timeout: 300 } : {})
    server.tokens.set('token', { access: ['keyhold'], subject_data: { sub: 'alice' } })
    server.fault = fault
    const error = await tokens.introspect('token').catch(error => error)
    t.equal(error instanceof KmsError && error.code, 'AUTH_UNAVAILABLE', name)
    t.notMatch(`${error.message} ${error.cause}`, /token\b.*"|alice|access_token/, `${name}: nothing is repeated`)
    server.fault = undefined
    // Whoever has little time may have too little even for an answer.
    if (!hangs) t.ok(await tokens.introspect('token'), `${name}: and it is back`)
  }
})

t.test('after some failures in a row it is spared, and after a pause tried again', async t => {
  const clock = new FixedClock('2026-01-01T00:00:00Z')
  const { server, tokens } = await setUp(t, { clock })
  server.tokens.set('token', { access: ['keyhold'], subject_data: { sub: 'alice' } })
  server.fault = answering(503, '')
  for (let i = 0; i < 10; i += 1) t.equal(await outcome(() => tokens.introspect('token')), 'AUTH_UNAVAILABLE')
  t.equal(server.asked.length, 5)
  server.fault = undefined
  t.equal(await outcome(() => tokens.introspect('token')), 'AUTH_UNAVAILABLE')
  clock.advance(5000)
  t.ok(await tokens.introspect('token'))
})

t.test('a refusal of one request does not shut the others out', async t => {
  const { server, tokens } = await setUp(t)
  server.tokens.set('token', { access: ['keyhold'], subject_data: { sub: 'alice' } })
  server.fault = answering(400, 'what an odd token')
  for (let i = 0; i < 10; i += 1) t.equal(await outcome(() => tokens.introspect('odd')), 'AUTH_UNAVAILABLE')
  server.fault = undefined
  t.ok(await tokens.introspect('token'))
})

t.test('a file without a signing key is refused, and not shown', async t => {
  const directory = await temporaryDirectory(t)
  const ed25519 =
    '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n'
  const contents = { empty: '', text: 'not-a-key-but-secret', 'of another kind': ed25519 }
  const options = {
    url: 'http://127.0.0.1:9',
    type,
    audience,
    clockSkew: 0,
    timeout: 100,
    clock: new FixedClock('2026-01-01T00:00:00Z'),
  }
  for (const [name, content] of Object.entries(contents)) {
    const signingKeyFile = join(directory, 'key.pem')
    await writeFile(signingKeyFile, content)
    const error = await openGnap({ ...options, signingKeyFile }).catch(error => error)
    t.ok(error instanceof SigningKeyFileError, name)
    t.notMatch(String(error), /secret|MC4C/, name)
  }
  const missing = openGnap({ ...options, signingKeyFile: join(directory, 'missing.pem') })
  await t.rejects(missing, { name: 'SigningKeyFileError', message: /ENOENT/ })
})

import { compressCapability, signTrustbloc } from '@keyhold/client'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { propertyRuns } from '../../../support/property-runs.ts'
import {
  type OpenSession,
  openSession,
  payloadOf,
  type SessionRequest,
  sendOver,
  sessionHeaders,
} from '../../../support/session.ts'
import { openSignedServer, sharedPorts } from '../../../support/signing-caller.ts'

const body = { message: 'aGVsbG8=' }

/** A session of a root capability, and an honest request over it. */
async function scene(t: Test, coverage: 'strict' | 'legacy' = 'strict') {
  const ports = sharedPorts()
  const server = await openSignedServer(t, ports, { coverage })
  const alice = await server.caller()
  const [here, there] = [await alice.keystore(), await alice.keystore()]
  const newKey = async ({ url, root }: typeof here): Promise<string> =>
    (await alice.send('POST', `${url}/keys`, { key_type: 'ED25519' }, root)).body.key_url
  const key = await newKey(here)
  const session = await openSession(alice, here.url, here.root)
  const created = Math.floor(ports.clock.now() / 1000)
  const honest: SessionRequest = { method: 'POST', url: `${key}/sign`, body, created }
  return { ports, server, alice, here, there, key, otherKey: await newKey(there), session, honest, created }
}

type Scene = Awaited<ReturnType<typeof scene>>

/** How a request is not the honest one. */
type Wrong = (scene: Scene) => Partial<SessionRequest>

const parts = ['(key-id)', '(request-target)', '(created)', 'digest']
const without =
  (part: string): Wrong =>
  () => ({ covered: parts.filter(each => each !== part) })
const zeros =
  (length: number): Wrong =>
  () => ({ mac: () => Buffer.alloc(length) })

const wrongs: Readonly<Record<string, Wrong>> = {
  'a MAC of zeros': zeros(32),
  'no MAC': zeros(0),
  'half a MAC': () => ({ mac: mac => mac.subarray(0, 16) }),
  'a longer MAC': () => ({ mac: mac => Buffer.concat([mac, Buffer.of(0)]) }),
  'a MAC of which a bit is flipped': () => ({
    mac: mac => Buffer.from(mac.map((byte, i) => (i === 31 ? byte ^ 1 : byte))),
  }),
  'nothing about the session': without('(key-id)'),
  'nothing about the path': without('(request-target)'),
  'nothing about the time': without('(created)'),
  'nothing about the body': without('digest'),
  'nothing but the time': () => ({ covered: ['(created)'] }),
  'something covered that is not there': () => ({ covered: [...parts, 'x-other'] }),
  'something covered twice': () => ({ covered: [...parts, 'digest'] }),
  'a MAC for another path': ({ otherKey }) => ({ signedUrl: `${otherKey}/sign` }),
  'a MAC for another operation': ({ key }) => ({ signedUrl: `${key}/verify` }),
  'a MAC for another query': ({ key }) => ({ signedUrl: `${key}/sign?a=b` }),
  'another keystore, with a MAC for it': ({ otherKey }) => ({ url: `${otherKey}/sign` }),
  'an unknown keystore': ({ here, key }) => ({ url: `${key.replace(here.url, `${here.url}x`)}/sign` }),
  'a MAC for another body': () => ({ signedBody: { message: 'b3RoZXI=' } }),
  'a weaker digest': () => ({ headers: { digest: 'MD5=XrY7u+Ae7tCTyyK7j1rNww==' } }),
  'an empty digest': () => ({ headers: { digest: '' } }),
  'an unknown session': () => ({ keyId: 'AAAAAAAAAAAAAAAAAAAAAAAA' }),
  'no session': () => ({ keyId: '' }),
  'a path in place of a session': () => ({ keyId: '../sessions' }),
  'the URL of the session': ({ session }) => ({ keyId: session.url }),
  'the key of a DID': ({ alice }) => ({ keyId: alice.signer.didUrl }),
  'an algorithm that is none': () => ({ algorithm: 'none' }),
  'an algorithm in other letters': () => ({ algorithm: 'HMAC-SHA256' }),
  'an algorithm of signatures': () => ({ algorithm: 'https://github.com/hyperledger/aries-framework-go/zcaps' }),
  'too old': ({ created }) => ({ created: created - 301 }),
  'ahead of time': ({ created }) => ({ created: created + 31 }),
  'an end that is over': ({ created }) => ({
    created: created - 60,
    expires: created - 31,
    covered: [...parts, '(expires)'],
  }),
  'an end that is not covered': ({ created }) => ({ expires: created + 60 }),
  'an end that is far away': ({ created }) => ({ expires: created + 601, covered: [...parts, '(expires)'] }),
  'an invocation beside it': () => ({
    headers: { 'capability-invocation': 'zcap id="urn:zcap:root:x",action="sign"' },
  }),
  'a signature beside it': () => ({ headers: { signature: 'keyId="x"' } }),
  'a signature of RFC 9421 beside it': () => ({ headers: { 'signature-input': 'sig1=("@method")' } }),
}

const unauthenticated = { status: 401, body: { code: 'UNAUTHENTICATED' } }

for (const coverage of ['strict', 'legacy'] as const) {
  t.test(
    `who does not prove to have opened the session is refused, in one text for all reasons: ${coverage}`,
    async t => {
      const made = await scene(t, coverage)
      const { server, session, honest } = made
      const texts = new Set<string>()
      for (const [name, wrong] of Object.entries(wrongs)) {
        const answer = await sendOver(server, session, { ...honest, ...wrong(made) })
        t.match(answer, unauthenticated, name)
        texts.add(JSON.stringify(answer.body))
      }
      t.equal(texts.size, 1)
      t.equal((await sendOver(server, session, honest)).status, 200, 'and the honest one is not')
    },
  )
}

t.test('what is covered besides, and an end that is near, do no harm', async t => {
  const { server, session, honest, created } = await scene(t)
  const good: Partial<SessionRequest>[] = [
    { created: created - 300 },
    { created: created + 30 },
    { expires: created + 60, covered: [...parts, '(expires)'] },
    { headers: { 'x-other': 'value' }, covered: [...parts, 'x-other'] },
    { covered: [...parts].reverse() },
  ]
  for (const change of good) t.equal((await sendOver(server, session, { ...honest, ...change })).status, 200)
})

t.test('a header that was sent twice is refused', async t => {
  const { server, session, honest } = await scene(t)
  const headers = { host: 'kms.example', ...sessionHeaders(session, honest) }
  const send = (sent: Readonly<Record<string, string | string[]>>) =>
    server.raw(honest.method, honest.url, sent, payloadOf(honest))
  t.equal((await send(headers)).status, 200)
  for (const name of ['authorization', 'digest', 'host', 'signature', 'capability-invocation']) {
    const first = (headers as Readonly<Record<string, string>>)[name] ?? 'x'
    for (const second of [first, `${first}x`, '']) {
      t.match(await send({ ...headers, [name]: [first, second] }), unauthenticated, `${name}, then ${second}`)
    }
  }
  const bodies = [Buffer.from('{"message":"aGVsbG9="}'), Buffer.from('{"message":"aGVsbG8="} ')]
  for (const payload of bodies) t.match(await server.raw('POST', honest.url, headers, payload), unauthenticated)
})

t.test('a request without a body needs no digest, and may not bring another', async t => {
  const { server, session, key, created } = await scene(t)
  const exporting = { method: 'GET', url: `${key}/export`, created }
  t.equal((await sendOver(server, session, exporting)).status, 200)
  const digest = 'SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
  const covered = ['(key-id)', '(request-target)', '(created)', 'digest']
  t.equal((await sendOver(server, session, { ...exporting, covered, headers: { digest } })).status, 200, 'of no bytes')
  const other = { digest: digest.replace('47', '48') }
  t.match(await sendOver(server, session, { ...exporting, covered, headers: other }), unauthenticated)
})

t.test('what must not happen twice is taken once', async t => {
  const { ports, server, session, here, honest } = await scene(t)
  const creation = { ...honest, url: `${here.url}/keys`, body: { key_type: 'ED25519' } }
  t.equal((await sendOver(server, session, creation)).status, 200)
  ports.clock.advance(1000)
  t.equal((await sendOver(server, session, creation)).status, 200, 'two honest ones of one second look the same')
  ports.clock.advance(1)
  t.match(await sendOver(server, session, creation), unauthenticated, 'a replay')
  t.equal((await sendOver(server, session, honest)).status, 200, 'what leaves nothing behind may be repeated')
  const other = { ...creation, body: { ...creation.body, nonce: '1' } }
  t.equal((await sendOver(server, session, other)).status, 200, 'another one')
})

t.test('a session is opened by a request that is signed whole, also where old clients need not', async t => {
  const { server, alice, here, ports } = await scene(t, 'legacy')
  const opening = { public_key: { kty: 'OKP', crv: 'X25519', x: Buffer.alloc(32, 9).toString('base64url') } }
  const payload = Buffer.from(JSON.stringify(opening))
  const url = `${here.url}/sessions`
  const request = { method: 'POST', url, body: payload }
  const now = ports.clock.now()
  const whole = await signTrustbloc(request, { action: 'openSession', capability: here.root }, alice.signer, now)
  const created = String(Math.floor(now / 1000))
  const mac = Buffer.from(await alice.signer.signer.sign(Buffer.from(`(created): ${created}`))).toString('base64')
  const time = `keyId="${alice.signer.didUrl}",headers="(created)",signature="${mac}",created=${created}`
  t.match(await server.raw('POST', url, { ...whole, signature: time }, payload), unauthenticated)
  t.equal((await server.raw('POST', url, whole, payload)).status, 200)
  const text = await compressCapability(here.root, true)
  const signing = { 'capability-invocation': `zcap capability="${text}",action="sign"` }
  const asAction = await signTrustbloc(request, { action: 'sign', capability: here.root }, alice.signer, now)
  t.match(await server.raw('POST', url, { ...asAction, ...signing }, payload), { status: 403 }, 'another action')
})

t.test('whatever is changed of a request, it is not taken', async t => {
  const { server, session, honest } = await scene(t)
  const sent = { host: 'kms.example', ...sessionHeaders(session, honest) }
  const { authorization } = sent
  const changed = fc.tuple(
    fc.nat(authorization.length - 1),
    fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
  )
  const property = fc.asyncProperty(changed, async ([at, letter]) => {
    const text = authorization.slice(0, at) + letter + authorization.slice(at + 1)
    fc.pre(!isSame(text, authorization))
    const { status } = await server.raw(
      honest.method,
      honest.url,
      { ...sent, authorization: text.trim() },
      payloadOf(honest),
    )
    if (status !== 401) throw new Error(`${status}: ${text}`)
  })
  const { failed, counterexample, errorInstance } = await fc.check(property, propertyRuns)
  t.notOk(failed, JSON.stringify({ counterexample, error: String(errorInstance) }))
})

t.test('keys of sessions are nobody else’s', async t => {
  const { server, alice, here, session, honest } = await scene(t)
  const other: OpenSession = await openSession(alice, here.url, here.root)
  t.notOk(other.key.equals(session.key))
  t.match(await sendOver(server, { ...session, key: other.key }, honest), unauthenticated)
  t.match(await sendOver(server, { ...session, id: other.id }, honest), unauthenticated)
})

/** The name of the scheme is the same in any case (RFC 9110 section 11.1). */
function isSame(text: string, other: string): boolean {
  const scheme = 'Signature'.length
  return text.slice(scheme) === other.slice(scheme) && text.toLowerCase() === other.toLowerCase()
}

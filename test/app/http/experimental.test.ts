import { experimentalKeyTypeNames } from '@keyhold/core'
import t from 'tap'
import { answered, flipped, unwrap, wrap, wrapAnonymously } from '../../support/agreement.ts'
import { base64, buildApp, keystoreOf, type Request } from '../../support/build-app.ts'
import { encapsulationKey, familyOf, importableKey, typesOf, use } from '../../support/families.ts'
import { type Refusal, refusals } from '../../support/refusals.ts'

const cek = base64(Buffer.alloc(32, 0x42))
const off = { experimentalKeyTypes: [] }

t.test('experimental key types are not there unless they are offered', async t => {
  t.ok(experimentalKeyTypeNames.length > 0)
  const app = await buildApp(t, off)
  const keystore = await app.keystore()
  for (const key_type of experimentalKeyTypeNames) {
    const sibling = typesOf(familyOf(key_type)).find(name => !experimentalKeyTypeNames.includes(name)) ?? 'ED25519'
    const keyPath = await app.key(sibling, keystore)
    const key = base64(importableKey(key_type))
    await refusals(t, app, [
      [`${key_type}: create`, { method: 'POST', path: `${keystore}/keys`, body: { key_type } }, ...unknown],
      [`${key_type}: import`, { method: 'PUT', path: `${keystore}/keys`, body: { key_type, key } }, ...unknown],
      [`${key_type}: rotate`, { method: 'POST', path: `${keyPath}/rotate`, body: { key_type } }, ...unknown],
    ])
  }
})

const unknown = [400, 'UNSUPPORTED_KEY_TYPE'] as const

t.test('each is offered alone', async t => {
  for (const type of experimentalKeyTypeNames) {
    const app = await buildApp(t, { experimentalKeyTypes: [type] })
    const keystore = await app.keystore()
    for (const key_type of experimentalKeyTypeNames) {
      const { status } = await app.send({ method: 'POST', path: `${keystore}/keys`, body: { key_type } })
      t.equal(status, key_type === type ? 200 : 400, `${type} is offered, ${key_type} is asked for`)
    }
  }
})

t.test('keys that there are can be used when their type is not offered any more', async t => {
  const app = await buildApp(t)
  const later = await buildApp(t, { ...off, ports: app.ports })
  for (const type of experimentalKeyTypeNames) {
    const keyPath = await app.key(type)
    const check = await use[familyOf(type)](app, keyPath, 'text')
    t.equal((await later.send(check(keyPath))).status, 200, type)
  }
})

t.test('nothing is wrapped for a key of a type that is not offered', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('ML-KEM-768')
  const recipient_pub_key = await encapsulationKey(app, keyPath)
  const request = wrapAnonymously(keyPath, { cek, recipient_pub_key })
  t.equal((await app.send(request)).status, 200)
  const later = await buildApp(t, { ...off, ports: app.ports })
  await refusals(t, later, [['wrap', request, 400, 'INVALID_REQUEST']])
})

t.test('what is wrapped for ML-KEM, and what opens', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('ML-KEM-768')
  const recipient_pub_key = await encapsulationKey(app, keyPath)
  const info = { apu: base64('from'), apv: base64('to') }
  for (const extra of [{}, { alg: 'ML-KEM-768+A256KW' }, info]) {
    const wrapped_key = await answered(app.send(wrapAnonymously(keyPath, { cek, recipient_pub_key, ...extra })))
    t.equal(wrapped_key.alg, 'ML-KEM-768+A256KW')
    t.equal(Buffer.from(wrapped_key.ek, 'base64').length, 1088)
    t.notOk('epk' in wrapped_key)
    t.strictSame(await answered(app.send(unwrap(keyPath, { wrapped_key }))), { key: cek })
    await app.send({ method: 'POST', path: `${keyPath}/rotate`, body: { key_type: 'ML-KEM-768' } })
    t.strictSame(await answered(app.send(unwrap(keyPath, { wrapped_key }))), { key: cek }, 'after a rotation')
  }
  const wrapped_key = await answered(app.send(wrapAnonymously(keyPath, { cek, recipient_pub_key, ...info })))
  const closed = (name: string, change: object): Refusal => {
    return [name, unwrap(keyPath, { wrapped_key: { ...wrapped_key, ...change } }), 400, 'DECRYPTION_FAILED']
  }
  const other = await app.key('ML-KEM-768', keystoreOf(keyPath))
  await refusals(t, app, [
    ...[0, 500, -1].map(at => closed(`byte ${at} of ek`, { ek: flipped(wrapped_key.ek, at) })),
    ...[0, 20, -1].map(at => closed(`byte ${at} of the key`, { encryptedcek: flipped(wrapped_key.encryptedcek, at) })),
    closed('no ek', { ek: null }),
    closed('a short ek', { ek: wrapped_key.ek.slice(0, -4) }),
    closed('no key', { encryptedcek: '' }),
    closed('another apu', { apu: base64('frum') }),
    closed('no apv', { apv: null }),
    closed('apu and apv exchanged', { apu: info.apv, apv: info.apu }),
    ['another key', unwrap(other, { wrapped_key }), 400, 'DECRYPTION_FAILED'],
  ])
})

t.test('wrappings for ML-KEM that are refused', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('ML-KEM-768')
  const sender = await app.key('X25519ECDHKW', keystoreOf(keyPath))
  const right = await encapsulationKey(app, keyPath)
  const bytes = Buffer.from(right.x, 'base64')
  const epk = { type: 'OKP', curve: 'X25519', x: base64(Buffer.alloc(32, 9)), d: base64(Buffer.alloc(32, 1)) }
  const refused = (name: string, request: Request): Refusal => [name, request, 400, 'INVALID_REQUEST']
  const to = (change: object, more: object = {}) =>
    wrapAnonymously(keyPath, { cek, recipient_pub_key: { ...right, ...change }, ...more })
  await refusals(t, app, [
    refused('another name', to({ curve: 'ML-KEM-1024' })),
    refused('no name', to({ curve: '' })),
    refused('another kind', to({ type: 'OKP' })),
    refused('a curve, said to be of this kind', to({ curve: 'X25519', x: epk.x })),
    refused('a coordinate', to({ y: base64('y') })),
    refused('a byte less', to({ x: base64(bytes.subarray(1)) })),
    refused('a byte more', to({ x: base64(Buffer.concat([bytes, Buffer.of(0)])) })),
    refused('coefficients beyond the modulus', to({ x: base64(Buffer.alloc(1184, 0xff)) })),
    refused('nothing', to({ x: null })),
    refused('an algorithm of curves', to({}, { alg: 'ECDH-ES+A256KW' })),
    refused('an algorithm of senders', to({}, { alg: 'ECDH-1PU+A256KW' })),
    refused('an ephemeral key', to({}, { epk })),
    refused('a CEK of 15', to({}, { cek: base64(Buffer.alloc(15)) })),
    refused('a CEK of 17', to({}, { cek: base64(Buffer.alloc(17)) })),
    refused('by a sender', wrap(sender, { cek, recipient_pub_key: right })),
    ['with such a key as the sender', wrap(keyPath, { cek, recipient_pub_key: right }), 422, 'OPERATION_UNSUPPORTED'],
  ])
})

import { keyTypeNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import t from 'tap'
import {
  agreementTypes,
  answered,
  exportedKey,
  unwrap,
  type Wrapped,
  wrap,
  wrapAnonymously,
} from '../../support/agreement.ts'
import { base64, buildApp, idOf, keystoreOf, type Request } from '../../support/build-app.ts'
import { foreignAgreementKey } from '../../support/foreign-agreement-key.ts'
import { keyRouteRefusals, malformedBodies, type Refusal, refusals, unknownIds } from '../../support/refusals.ts'
import { fill, routes } from '../../support/routes.ts'

const cek = base64(Buffer.alloc(32, 0x42))
const invalid = (name: string, request: Request): Refusal => [name, request, 400, 'INVALID_REQUEST']

t.test('lengths, algorithms, and what else is wrong', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('X25519ECDHKW')
  const recipient_pub_key = await exportedKey(app, keyPath)
  const wrapped: Wrapped = await answered(app.send(wrapAnonymously(keyPath, { cek, recipient_pub_key })))
  const bytes = (length: number) => base64(Buffer.alloc(length, 1))
  const opens = (name: string, length: number, alg: string): Refusal => [
    `${alg}: ${name}`,
    unwrap(keyPath, {
      wrapped_key: { ...wrapped, alg, encryptedcek: bytes(length) },
      sender_pub_key: recipient_pub_key,
    }),
    400,
    'DECRYPTION_FAILED',
  ]
  const ofNoUse = ['ECDH-ES', 'A256KW', 'ecdh-es+a256kw', 'ECDH-ES+A128KW', 'ECDH-1PU', 'constructor', '__proto__']
  await refusals(t, app, [
    ...[0, 8, 15, 17, 33].map(n =>
      invalid(`a CEK of ${n}`, wrapAnonymously(keyPath, { cek: bytes(n), recipient_pub_key })),
    ),
    ...[0, 8, 16, 31, 33, 40, 56, 65, 128].map(n =>
      invalid(`a CEK of ${n}, as a sender`, wrap(keyPath, { cek: bytes(n), recipient_pub_key })),
    ),
    invalid('no CEK', wrapAnonymously(keyPath, { recipient_pub_key })),
    invalid('CEK null', wrapAnonymously(keyPath, { cek: null, recipient_pub_key })),
    ...[...ofNoUse, 'ECDH-1PU+A256KW'].map(alg =>
      invalid(`${alg}, anonymously`, wrapAnonymously(keyPath, { cek, recipient_pub_key, alg })),
    ),
    ...[...ofNoUse, 'ECDH-ES+A256KW'].map(alg =>
      invalid(`${alg}, as a sender`, wrap(keyPath, { cek, recipient_pub_key, alg })),
    ),
    ...['ECDH-ES+XC20PKW', 'ECDH-ES+A256KW'].map(alg =>
      invalid(`15 bytes, ${alg}`, wrapAnonymously(keyPath, { cek: bytes(15), recipient_pub_key, alg })),
    ),
    ...[...ofNoUse, ''].map(alg => invalid(`to unwrap: ${alg}`, unwrap(keyPath, { wrapped_key: { ...wrapped, alg } }))),
    ...['ECDH-1PU+A128KW', 'ECDH-1PU+A192KW', 'ECDH-1PU+A256KW', 'ECDH-1PU+XC20PKW'].map(alg =>
      invalid(`${alg} without a sender`, unwrap(keyPath, { wrapped_key: { ...wrapped, alg } })),
    ),
    ...[0, 8, 16, 23, 25, 41].map(n => opens(`${n} bytes`, n, 'ECDH-ES+A256KW')),
    ...[24, 40].map(n => opens(`${n} bytes`, n, 'ECDH-1PU+A128KW')),
    ...[0, 23, 24, 39, 40, 72].map(n => opens(`${n} bytes`, n, 'ECDH-ES+XC20PKW')),
  ])
})

t.test('what every route refuses', async t => {
  const app = await buildApp(t, { bodyLimit: 8192 })
  const keyPath = await app.key('X25519ECDHKW')
  const [keystoreId, keyId] = [idOf(keystoreOf(keyPath)), idOf(keyPath)]
  const foreign = idOf(await app.keystore())
  for (const route of [routes.wrap, routes.unwrap]) {
    await refusals(t, app, keyRouteRefusals(route, { keystoreId, keyId }, foreign))
  }
  const path = fill(routes.wrapAnonymously.url, { keystoreId })
  const { epk, ...wrapped_key } = routes.unwrap.body.wrapped_key
  const nested = [0, true, [], ['AAAA'], {}, 'QQ', 'not base64!'].flatMap(value => [
    ...['encryptedcek', 'apu', 'apv'].map(name => ({ wrapped_key: { ...wrapped_key, epk, [name]: value } })),
    ...['x', 'y'].map(name => ({ wrapped_key: { ...wrapped_key, epk: { ...epk, [name]: value } } })),
    { wrapped_key: { ...wrapped_key, epk }, sender_pub_key: { ...epk, x: value } },
  ])
  const wrongTypes = [0, 'text', [], true].flatMap(value => [
    { wrapped_key: value },
    { wrapped_key: { ...wrapped_key, epk: value } },
    { wrapped_key: { ...wrapped_key, epk }, sender_pub_key: value },
  ])
  await refusals(t, app, [
    ...malformedBodies(routes.wrapAnonymously, path),
    ...unknownIds(routes.wrapAnonymously, { keystoreId }),
    ...[...nested, ...wrongTypes].map(body => invalid(JSON.stringify(body), unwrap(keyPath, body))),
    ['GET', { method: 'GET', path }, 405, 'METHOD_NOT_ALLOWED'],
    ['a slash at the end', { method: 'POST', path: `${path}/`, body: {} }, 404, 'NOT_FOUND'],
    ['a body that is too large', { method: 'POST', path, body: { cek: 'A'.repeat(8192) } }, 413, 'PAYLOAD_TOO_LARGE'],
  ])
})

t.test('a key that was imported to be shown can do nothing', async t => {
  const app = await buildApp(t)
  for (const type of agreementTypes) {
    const keystore = await app.keystore()
    const { sent } = foreignAgreementKey(type)
    const public_key = base64(JSON.stringify(sent))
    const body = { key_type: type, public_key, key_id: 'theirs' }
    await answered(app.send({ method: 'PUT', path: `${keystore}/keys`, body }))
    const keyPath = `${keystore}/keys/theirs`
    const wrapped_key = await answered(app.send(wrapAnonymously(keyPath, { cek, recipient_pub_key: sent })))
    await refusals(t, app, [
      ['wrap', wrap(keyPath, { cek, recipient_pub_key: sent }), 422, 'OPERATION_UNSUPPORTED'],
      ['unwrap', unwrap(keyPath, { wrapped_key }), 422, 'OPERATION_UNSUPPORTED'],
    ])
  }
})

t.test('keys of other types', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  const table: Refusal[] = []
  for (const type of keyTypeNames.filter(type => !keyTypes[type].keyAgreement)) {
    const path = await app.key(type, keystore)
    table.push([`${type}: wrap`, wrap(path, { ...routes.wrap.body, cek }), 422, 'OPERATION_UNSUPPORTED'])
    table.push([`${type}: unwrap`, unwrap(path, routes.unwrap.body), 422, 'OPERATION_UNSUPPORTED'])
  }
  await refusals(t, app, table)
})

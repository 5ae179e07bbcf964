import { keyTypeNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import t from 'tap'
import { answered, flipped, unwrap, wrap } from '../../support/agreement.ts'
import { base64, buildApp, idOf, keystoreOf, pathOf, type Request, type TestApp } from '../../support/build-app.ts'
import { jwkThumbprint, pkcs8 } from '../../support/encoded-keys.ts'
import { type Refusal, refusals } from '../../support/refusals.ts'

const payload = base64('a payload')
const nonce = base64(Buffer.alloc(24, 9))
const ephemeral = base64(Buffer.alloc(32, 9))
const invalid = (name: string, request: Request): Refusal => [name, request, 400, 'INVALID_REQUEST']
const failed = (name: string, request: Request): Refusal => [name, request, 400, 'DECRYPTION_FAILED']

/** What others know of a key: its Ed25519 public key, and the X25519 key that belongs to it. */
async function publicOf(app: TestApp, keyPath: string): Promise<{ my_pub: string; their_pub: string }> {
  const { public_key } = await answered(app.send({ method: 'GET', path: `${keyPath}/export` }))
  return { my_pub: public_key, their_pub: base64(ed25519.utils.toMontgomery(Buffer.from(public_key, 'base64'))) }
}

async function boxFor(app: TestApp, sender: string, { their_pub }: { their_pub: string }): Promise<string> {
  return (await answered(app.send(wrap(sender, { payload, nonce, their_pub })))).ciphertext
}

t.test('a box of two keys', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  const [alice, bob] = [await app.key('ED25519', keystore), await app.key('ED25519')]
  const [ofAlice, ofBob] = [await publicOf(app, alice), await publicOf(app, bob)]
  for (const text of ['', 'a payload', 'x'.repeat(100_000)]) {
    for (const wrapped_key of [undefined, null, {}, { alg: '' }, { encryptedcek: null, alg: null }]) {
      const made = await app.send(wrap(alice, { payload: base64(text), nonce, their_pub: ofBob.their_pub }))
      t.strictSame(Object.keys(made.body), ['ciphertext'])
      t.equal(Buffer.from(made.body.ciphertext, 'base64').length, 16 + text.length)
      const body = { ...made.body, nonce, their_pub: ofAlice.their_pub, my_pub: ofBob.my_pub, wrapped_key }
      t.strictSame(await answered(app.send(unwrap(bob, body))), { plaintext: base64(text) })
    }
  }
})

t.test('a rotated key opens what was made for any of its versions', async t => {
  const app = await buildApp(t)
  const first = await app.key('ED25519')
  const sender = await app.key('ED25519', keystoreOf(first))
  const { their_pub } = await publicOf(app, sender)
  const before = await publicOf(app, first)
  const rotate = async (key_type: string) =>
    pathOf((await answered(app.send({ method: 'POST', path: `${first}/rotate`, body: { key_type } }))).key_url)
  const second = await rotate('ED25519')
  const after = await publicOf(app, second)
  t.not(after.my_pub, before.my_pub)
  const third = await rotate('ECDSAP256DER')
  for (const own of [before, after]) {
    const ciphertext = await boxFor(app, sender, own)
    for (const path of [first, second, third]) {
      const body = { ciphertext, nonce, their_pub, my_pub: own.my_pub }
      t.strictSame(await answered(app.send(unwrap(path, body))), { plaintext: payload })
    }
  }
  await refusals(t, app, [
    ['the newest version makes boxes', wrap(first, { payload, nonce, their_pub }), 422, 'OPERATION_UNSUPPORTED'],
  ])
})

t.test('an imported key is found by its thumbprint', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  const seed = Buffer.alloc(32, 0x17)
  const publicKey = ed25519.getPublicKey(seed)
  const key = base64(pkcs8('Ed25519', seed, publicKey))
  const put = (body: object) =>
    app.send({ method: 'PUT', path: `${keystore}/keys`, body: { key_type: 'ED25519', ...body } })
  const imported = [
    pathOf((await answered(put({ key, key_id: 'mine' }))).key_url),
    pathOf((await answered(put({ key }))).key_url),
  ]
  t.equal(imported[0], `${keystore}/keys/mine`, 'it is called what it was to be called')
  const thumbprint = `${keystore}/keys/${jwkThumbprint('Ed25519', publicKey)}`
  const sender = await app.key('ED25519')
  const { their_pub } = await publicOf(app, sender)
  const own = await publicOf(app, thumbprint)
  const ciphertext = await boxFor(app, sender, own)
  const another = await app.key('ED25519', keystore)
  for (const path of [thumbprint, ...imported, another]) {
    const body = { ciphertext, nonce, their_pub, my_pub: own.my_pub }
    t.strictSame(await answered(app.send(unwrap(path, body))), { plaintext: payload }, idOf(path))
  }
  t.equal((await app.send({ method: 'POST', path: `${thumbprint}/sign`, body: {} })).status, 200)

  const verifier = await app.keystore()
  const body = { key_type: 'ED25519', public_key: base64(publicKey) }
  await answered(app.send({ method: 'PUT', path: `${verifier}/keys`, body }))
  await refusals(t, app, [
    [
      'the id of another key cannot be had',
      { method: 'PUT', path: `${keystore}/keys`, body: { key_type: 'ED25519', key, key_id: idOf(thumbprint) } },
      409,
      'ALREADY_EXISTS',
    ],
    [
      'a verification key opens nothing, and is not found',
      unwrap(`${verifier}/keys/${idOf(thumbprint)}`, { ciphertext, nonce, their_pub, my_pub: own.my_pub }),
      404,
      'KEY_NOT_FOUND',
    ],
  ])
})

t.test('refusals', async t => {
  const app = await buildApp(t, { bodyLimit: 8192 })
  const alice = await app.key('ED25519')
  const bob = await app.key('ED25519', keystoreOf(alice))
  const foreign = await app.key('ED25519')
  const [ofAlice, ofBob] = [await publicOf(app, alice), await publicOf(app, bob)]
  const ciphertext = await boxFor(app, alice, ofBob)
  const { their_pub } = ofAlice
  const { my_pub } = ofBob
  const whole = { ciphertext, nonce, their_pub, my_pub }
  const bytes = (length: number) => base64(Buffer.alloc(length, 3))
  const zeros = base64(Buffer.alloc(32))
  const make = { payload, nonce, their_pub: ofBob.their_pub }
  await refusals(t, app, [
    invalid('easy: nothing', wrap(alice, {})),
    ...[0, 23, 25, 12].map(n => invalid(`easy: a nonce of ${n}`, wrap(alice, { ...make, nonce: bytes(n) }))),
    ...[0, 31, 33].map(n => invalid(`easy: a key of ${n}`, wrap(alice, { ...make, their_pub: bytes(n) }))),
    invalid('easy: a point of low order', wrap(alice, { ...make, their_pub: zeros })),
    invalid('easy: no base64', wrap(alice, { ...make, payload: 'not base64!' })),
    invalid('easy without a key in the path', { ...wrap(alice, make), path: `${keystoreOf(alice)}/wrap` }),
    invalid('easyOpen: no nonce', unwrap(bob, { ...whole, nonce: null })),
    invalid('easyOpen: no sender', unwrap(bob, { ...whole, their_pub: undefined })),
    ...[0, 23, 25].map(n => invalid(`easyOpen: a nonce of ${n}`, unwrap(bob, { ...whole, nonce: bytes(n) }))),
    ...[0, 31, 33].map(n => invalid(`easyOpen: a sender of ${n}`, unwrap(bob, { ...whole, their_pub: bytes(n) }))),
    ...[0, 31, 33].map(n => invalid(`easyOpen: an own key of ${n}`, unwrap(bob, { ...whole, my_pub: bytes(n) }))),
    invalid('easyOpen: a point of low order', unwrap(bob, { ...whole, their_pub: zeros })),
    failed('easyOpen: the first byte changed', unwrap(bob, { ...whole, ciphertext: flipped(ciphertext) })),
    failed('easyOpen: the last byte changed', unwrap(bob, { ...whole, ciphertext: flipped(ciphertext, -1) })),
    failed('easyOpen: another nonce', unwrap(bob, { ...whole, nonce: bytes(24) })),
    failed('easyOpen: another sender', unwrap(bob, { ...whole, their_pub: ofBob.their_pub })),
    failed('easyOpen: another own key', unwrap(bob, { ...whole, my_pub: ofAlice.my_pub, their_pub: bytes(32) })),
    ...[0, 15, 16].map(n => failed(`easyOpen: ${n} bytes`, unwrap(bob, { ...whole, ciphertext: bytes(n) }))),
    invalid('sealOpen: nothing', unwrap(bob, {})),
    invalid('sealOpen: no own key', unwrap(bob, { ciphertext })),
    failed('sealOpen: a box', unwrap(bob, { ciphertext, my_pub })),
    ...[0, 31, 32, 47, 48, 100].map(n => failed(`sealOpen: ${n} bytes`, unwrap(bob, { ciphertext: bytes(n), my_pub }))),
    failed('sealOpen: under a point of low order', unwrap(bob, { ciphertext: base64(Buffer.alloc(80)), my_pub })),
    ['sealOpen: a key that is not here', unwrap(bob, { ciphertext, my_pub: ephemeral }), 404, 'KEY_NOT_FOUND'],
    ['easyOpen: a key that is not here', unwrap(bob, { ...whole, my_pub: ephemeral }), 404, 'KEY_NOT_FOUND'],
    [
      'a key of another keystore',
      unwrap(bob, { ...whole, my_pub: (await publicOf(app, foreign)).my_pub }),
      404,
      'KEY_NOT_FOUND',
    ],
    ['a path of no key', unwrap(`${keystoreOf(bob)}/keys/unknown-id`, whole), 404, 'KEY_NOT_FOUND'],
  ])
})

t.test('keys of other types', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  const own = await publicOf(app, await app.key('ED25519', keystore))
  const table: Refusal[] = []
  for (const type of keyTypeNames.filter(type => !keyTypes[type].box)) {
    const path = await app.key(type, keystore)
    const easy = wrap(path, { payload, nonce, their_pub: own.their_pub })
    const opening = { ciphertext: payload, my_pub: own.my_pub }
    table.push([`${type}: easy`, easy, 422, 'OPERATION_UNSUPPORTED'])
    table.push([`${type}: sealOpen`, unwrap(path, opening), 422, 'OPERATION_UNSUPPORTED'])
    table.push([`${type}: easyOpen`, unwrap(path, { ...opening, nonce }), 422, 'OPERATION_UNSUPPORTED'])
  }
  await refusals(t, app, table)
})

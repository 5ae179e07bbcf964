import { keyTypeNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import t from 'tap'
import { base64, buildApp, idOf, keystoreOf, type Request } from '../../support/build-app.ts'
import { familyOf, typesOf } from '../../support/families.ts'
import { keyRouteRefusals, type Refusal, refusals } from '../../support/refusals.ts'
import { routes } from '../../support/routes.ts'

const encrypt = (keyPath: string, body: unknown): Request => ({ method: 'POST', path: `${keyPath}/encrypt`, body })
const decrypt = (keyPath: string, body: unknown): Request => ({ method: 'POST', path: `${keyPath}/decrypt`, body })
const bytes = (text: string) => Buffer.from(text, 'base64')

for (const type of typesOf('aead')) {
  t.test(`${type}: encrypts and decrypts`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    for (const message of ['message', '', 'x'.repeat(100_000)]) {
      for (const associated_data of [base64('associated'), '', null, undefined]) {
        const encrypted = await app.send(encrypt(keyPath, { message: base64(message), associated_data }))
        t.equal(encrypted.status, 200)
        t.strictSame(Object.keys(encrypted.body).sort(), ['ciphertext', 'nonce'])
        const { ciphertext, nonce } = encrypted.body
        t.equal(bytes(ciphertext).length, message.length + 16, 'the tag is behind the ciphertext, and no prefix before')
        t.equal(bytes(nonce).length, type.startsWith('X') ? 24 : 12)

        const decrypted = await app.send(decrypt(keyPath, { ciphertext, nonce, associated_data }))
        t.equal(decrypted.status, 200)
        t.strictSame(decrypted.body, { plaintext: base64(message) })
      }
    }
  })

  t.test(`${type}: what is absent is empty, and no nonce comes twice`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const nonces = new Set<string>()
    const bodies = [
      'null',
      {},
      { message: null, associated_data: null },
      { message: '' },
      { associated_data: '', x: 1 },
    ]
    for (const body of bodies) {
      const encrypted = await app.send(encrypt(keyPath, body))
      t.equal(encrypted.status, 200)
      nonces.add(encrypted.body.nonce)
      t.strictSame((await app.send(decrypt(keyPath, encrypted.body))).body, { plaintext: '' })
    }
    t.equal(nonces.size, bodies.length)
  })

  t.test(`${type}: what does not open`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const other = await app.key(type, keystoreOf(keyPath))
    const associated_data = base64('associated')
    const { body } = await app.send(encrypt(keyPath, { message: base64('a message'), associated_data }))
    const [ciphertext, nonce] = [bytes(body.ciphertext), bytes(body.nonce)]
    const flip = (of: Buffer, at: number) => {
      const copy = Buffer.from(of)
      copy.writeUInt8(copy.readUInt8(at) ^ 0x80, at)
      return base64(copy)
    }
    const whole = { ...body, associated_data }
    const wrong: readonly (readonly [string, object])[] = [
      ['the first byte changed', { ...whole, ciphertext: flip(ciphertext, 0) }],
      ['the last byte before the tag changed', { ...whole, ciphertext: flip(ciphertext, ciphertext.length - 17) }],
      ['the first byte of the tag changed', { ...whole, ciphertext: flip(ciphertext, ciphertext.length - 16) }],
      ['the last byte of the tag changed', { ...whole, ciphertext: flip(ciphertext, ciphertext.length - 1) }],
      ['the tag cut off', { ...whole, ciphertext: base64(ciphertext.subarray(0, -16)) }],
      ['a short tag', { ...whole, ciphertext: base64(ciphertext.subarray(0, -1)) }],
      ['fewer bytes than a tag', { ...whole, ciphertext: base64(ciphertext.subarray(0, 15)) }],
      ['no bytes but a tag', { ...whole, ciphertext: base64(ciphertext.subarray(-16)) }],
      ['a byte too many', { ...whole, ciphertext: base64(Buffer.concat([ciphertext, Buffer.of(0)])) }],
      ['an empty ciphertext', { ...whole, ciphertext: '' }],
      ['ciphertext null', { ...whole, ciphertext: null }],
      ['no ciphertext', { nonce: body.nonce, associated_data }],
      ['another nonce', { ...whole, nonce: flip(nonce, 0) }],
      ['the last byte of the nonce changed', { ...whole, nonce: flip(nonce, nonce.length - 1) }],
      ['a nonce that is too short', { ...whole, nonce: base64(nonce.subarray(0, -1)) }],
      ['a nonce that is too long', { ...whole, nonce: base64(Buffer.concat([nonce, Buffer.of(0)])) }],
      ['the nonce of the other length', { ...whole, nonce: base64(Buffer.alloc(nonce.length === 12 ? 24 : 12)) }],
      ['an empty nonce', { ...whole, nonce: '' }],
      ['no nonce', { ciphertext: body.ciphertext, associated_data }],
      ['the nonce before the ciphertext', { associated_data, ciphertext: base64(Buffer.concat([nonce, ciphertext])) }],
      ['other associated data', { ...whole, associated_data: base64('associate') }],
      ['no associated data', { ...body }],
    ]
    const failed = (name: string, request: Request): Refusal => [name, request, 400, 'DECRYPTION_FAILED']
    await refusals(t, app, [
      ...wrong.map(([name, body]) => failed(name, decrypt(keyPath, body))),
      failed('the body null', decrypt(keyPath, 'null')),
      failed('another key', decrypt(other, whole)),
    ])
  })
}

t.test('every refusal to open has one text', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('AES256GCM')
  const { body } = await app.send(encrypt(keyPath, { message: base64('message') }))
  const replies = await Promise.all(
    [{}, { ...body, nonce: '' }, { ...body, associated_data: 'AAAA' }].map(wrong => app.send(decrypt(keyPath, wrong))),
  )
  t.equal(new Set(replies.map(({ text }) => text)).size, 1)
})

t.test('refusals', async t => {
  const app = await buildApp(t, { bodyLimit: 8192 })
  const keyPath = await app.key('AES256GCM')
  const [keystoreId, keyId] = [idOf(keystoreOf(keyPath)), idOf(keyPath)]
  const foreign = await app.keystore()
  const unsupported: Refusal[] = []
  for (const type of keyTypeNames.filter(type => !keyTypes[type].aead)) {
    const path = await app.key(type, keystoreOf(keyPath))
    for (const request of [encrypt(path, {}), decrypt(path, {})]) {
      unsupported.push([`${type}: ${idOf(request.path)}`, request, 422, 'OPERATION_UNSUPPORTED'])
    }
  }
  t.equal(unsupported.length, 2 * keyTypeNames.filter(type => familyOf(type) !== 'aead').length)

  for (const route of [routes.encrypt, routes.decrypt]) {
    await refusals(t, app, keyRouteRefusals(route, { keystoreId, keyId }, idOf(foreign)))
  }
  await refusals(t, app, unsupported)
})

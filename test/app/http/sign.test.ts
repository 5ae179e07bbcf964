import { keyTypeNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import t from 'tap'
import { base64, buildApp, idOf, keystoreOf, type Request } from '../../support/build-app.ts'
import { familyOf, typesOf } from '../../support/families.ts'
import { foreignVerify } from '../../support/foreign-key.ts'
import { keyRouteRefusals, type Refusal, refusals } from '../../support/refusals.ts'
import { routes } from '../../support/routes.ts'

const sign = (keyPath: string, body: unknown): Request => ({ method: 'POST', path: `${keyPath}/sign`, body })
const verify = (keyPath: string, body: unknown): Request => ({ method: 'POST', path: `${keyPath}/verify`, body })

for (const type of typesOf('signature')) {
  t.test(`${type}: signs and verifies`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const { body: exported } = await app.send({ method: 'GET', path: `${keyPath}/export` })
    const publicKey = Buffer.from(exported.public_key, 'base64')
    for (const message of ['message', '', 'x'.repeat(100_000), '\0']) {
      const signed = await app.send(sign(keyPath, { message: base64(message) }))
      t.equal(signed.status, 200)
      t.strictSame(Object.keys(signed.body), ['signature'])
      const { signature } = signed.body
      t.ok(foreignVerify(type, publicKey, Buffer.from(message), Buffer.from(signature, 'base64')), 'OpenSSL agrees')

      const verified = await app.send(verify(keyPath, { message: base64(message), signature }))
      t.equal(verified.status, 200)
      t.equal(verified.text, '')
      t.match(verified.headers['content-type'], /^application\/json(;|$)/)
      t.equal(verified.headers['content-length'], '0')
    }
  })

  t.test(`${type}: an absent message is an empty one`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    for (const body of ['null', {}, { message: null }, { message: '' }, { message: '', context: [{}] }]) {
      const signed = await app.send(sign(keyPath, body))
      t.equal(signed.status, 200)
      const { signature } = signed.body
      t.equal((await app.send(verify(keyPath, { signature, message: null }))).status, 200)
      t.equal((await app.send(verify(keyPath, { signature }))).status, 200)
    }
  })

  t.test(`${type}: signatures that are not this key's over this message`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const other = await app.key(type, keystoreOf(keyPath))
    const message = base64('message')
    const { body } = await app.send(sign(keyPath, { message }))
    const signature = Buffer.from(body.signature, 'base64')
    const changed = [0, 1, signature.length >> 1, signature.length - 1].map((at): readonly [string, Buffer] => {
      const copy = Buffer.from(signature)
      copy.writeUInt8(copy.readUInt8(at) ^ 1, at)
      return [`byte ${at} changed`, copy]
    })
    const wrong: readonly (readonly [string, Buffer])[] = [
      ...changed,
      ['empty', Buffer.alloc(0)],
      ['one byte', Buffer.of(1)],
      ['zeros', Buffer.alloc(signature.length)],
      ['cut off', signature.subarray(0, -1)],
      ['a byte too many', Buffer.concat([signature, Buffer.of(0)])],
      ['10 kB', Buffer.alloc(10_000, 1)],
    ]
    const failed = (name: string, request: Request): Refusal => [name, request, 400, 'VERIFICATION_FAILED']
    await refusals(t, app, [
      ...wrong.map(([name, bytes]) => failed(name, verify(keyPath, { message, signature: base64(bytes) }))),
      failed('another message', verify(keyPath, { message: base64('massage'), signature: body.signature })),
      failed('no message', verify(keyPath, { signature: body.signature })),
      failed('no signature', verify(keyPath, { message })),
      failed('signature null', verify(keyPath, { message, signature: null })),
      failed('the body null', verify(keyPath, 'null')),
      failed('another key', verify(other, { message, signature: body.signature })),
    ])
  })
}

t.test('refusals', async t => {
  const app = await buildApp(t, { bodyLimit: 8192 })
  const keyPath = await app.key('ED25519')
  const [keystoreId, keyId] = [idOf(keystoreOf(keyPath)), idOf(keyPath)]
  const foreign = await app.keystore()
  const unsupported: Refusal[] = []
  for (const type of keyTypeNames) {
    const path = await app.key(type, keystoreOf(keyPath))
    if (!keyTypes[type].signer) unsupported.push([type, sign(path, { message: null }), 422, 'OPERATION_UNSUPPORTED'])
    if (!keyTypes[type].verifier)
      unsupported.push([type, verify(path, { message: null }), 422, 'OPERATION_UNSUPPORTED'])
  }
  t.equal(unsupported.length, 2 * keyTypeNames.filter(type => familyOf(type) !== 'signature').length)

  for (const route of [routes.sign, routes.verify]) {
    await refusals(t, app, keyRouteRefusals(route, { keystoreId, keyId }, idOf(foreign)))
  }
  await refusals(t, app, unsupported)
})

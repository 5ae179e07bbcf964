import { keyTypeNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import t from 'tap'
import { base64, buildApp, idOf, keystoreOf, type Request } from '../../support/build-app.ts'
import { familyOf, typesOf } from '../../support/families.ts'
import { keyRouteRefusals, type Refusal, refusals } from '../../support/refusals.ts'
import { routes } from '../../support/routes.ts'

const compute = (keyPath: string, body: unknown): Request => ({ method: 'POST', path: `${keyPath}/computemac`, body })
const verify = (keyPath: string, body: unknown): Request => ({ method: 'POST', path: `${keyPath}/verifymac`, body })

for (const type of typesOf('mac')) {
  t.test(`${type}: computes and verifies`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    for (const data of ['data', '', 'x'.repeat(100_000)]) {
      const computed = await app.send(compute(keyPath, { data: base64(data) }))
      t.equal(computed.status, 200)
      t.strictSame(Object.keys(computed.body), ['mac'])
      const { mac } = computed.body
      t.strictSame((await app.send(compute(keyPath, { data: base64(data) }))).body, { mac }, 'it is deterministic')

      const verified = await app.send(verify(keyPath, { data: base64(data), mac }))
      t.equal(verified.status, 200)
      t.equal(verified.text, '')
      t.match(verified.headers['content-type'], /^application\/json(;|$)/)
      t.equal(verified.headers['content-length'], '0')
    }
  })

  t.test(`${type}: absent data is empty data`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const { body: expected } = await app.send(compute(keyPath, { data: '' }))
    for (const body of ['null', {}, { data: null }, { data: '\r\n' }, { data: null, extra: true }]) {
      t.strictSame((await app.send(compute(keyPath, body))).body, expected)
    }
    t.equal((await app.send(verify(keyPath, { mac: expected.mac }))).status, 200)
    t.equal((await app.send(verify(keyPath, { mac: expected.mac, data: null }))).status, 200)
  })

  t.test(`${type}: MACs that are not this key's over this data`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const other = await app.key(type, keystoreOf(keyPath))
    const data = base64('data')
    const { body } = await app.send(compute(keyPath, { data }))
    const mac = Buffer.from(body.mac, 'base64')
    const changed = Array.from(mac, (byte, at): readonly [string, Buffer] => {
      const copy = Buffer.from(mac)
      copy.writeUInt8(byte ^ 1, at)
      return [`byte ${at} changed`, copy]
    })
    const wrong: readonly (readonly [string, Buffer])[] = [
      ...changed,
      ['empty', Buffer.alloc(0)],
      ['the prefix alone', mac.subarray(0, 5)],
      ['the HMAC alone', mac.subarray(5)],
      ['cut off', mac.subarray(0, -1)],
      ['a byte too many', Buffer.concat([mac, Buffer.of(0)])],
    ]
    const failed = (name: string, request: Request): Refusal => [name, request, 400, 'VERIFICATION_FAILED']
    await refusals(t, app, [
      ...wrong.map(([name, bytes]) => failed(name, verify(keyPath, { data, mac: base64(bytes) }))),
      failed('other data', verify(keyPath, { data: base64('date'), mac: body.mac })),
      failed('no data', verify(keyPath, { mac: body.mac })),
      failed('no MAC', verify(keyPath, { data })),
      failed('mac null', verify(keyPath, { data, mac: null })),
      failed('the body null', verify(keyPath, 'null')),
      failed('another key', verify(other, { data, mac: body.mac })),
    ])
  })
}

t.test('a MAC is 01, the key identifier and 32 bytes', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('HMACSHA256Tag256')
  const macs = await Promise.all(
    ['a', 'b'].map(async data => {
      const { body } = await app.send(compute(keyPath, { data: base64(data) }))
      return Buffer.from(body.mac, 'base64')
    }),
  )
  const [first, second] = macs
  for (const mac of macs) t.equal(mac.length, 37)
  t.equal(first?.[0], 0x01)
  t.strictSame(first?.subarray(0, 5), second?.subarray(0, 5), 'the identifier belongs to the key')
})

t.test('refusals', async t => {
  const app = await buildApp(t, { bodyLimit: 8192 })
  const keyPath = await app.key('HMACSHA256Tag256')
  const [keystoreId, keyId] = [idOf(keystoreOf(keyPath)), idOf(keyPath)]
  const foreign = await app.keystore()
  const unsupported: Refusal[] = []
  for (const type of keyTypeNames.filter(type => !keyTypes[type].mac)) {
    const path = await app.key(type, keystoreOf(keyPath))
    for (const request of [compute(path, {}), verify(path, {})]) {
      unsupported.push([`${type}: ${idOf(request.path)}`, request, 422, 'OPERATION_UNSUPPORTED'])
    }
  }
  t.equal(unsupported.length, 2 * keyTypeNames.filter(type => familyOf(type) !== 'mac').length)

  for (const route of [routes.computeMac, routes.verifyMac]) {
    await refusals(t, app, keyRouteRefusals(route, { keystoreId, keyId }, idOf(foreign)))
  }
  await refusals(t, app, unsupported)
})

import { experimentalKeyTypeNames, inThisThread, type KeyTypeName, keyTypeNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import t from 'tap'
import { base64, baseUrl, buildApp, idOf, pathOf, type Request, type TestApp } from '../../support/build-app.ts'
import { familyOf, importableKey, typesOf, use, useRequest, useStatus } from '../../support/families.ts'
import { foreignAgreementKey } from '../../support/foreign-agreement-key.ts'
import { foreignSignatureKey, foreignVerify } from '../../support/foreign-key.ts'
import { malformedBodies, type Refusal, refusals, unknownIds } from '../../support/refusals.ts'
import { routes } from '../../support/routes.ts'

const message = base64('message')

async function importInto(app: TestApp, keystore: string, body: unknown): Promise<string> {
  const reply = await app.send({ method: 'PUT', path: `${keystore}/keys`, body })
  if (reply.status !== 200) throw new Error(`${reply.status} ${reply.text}`)
  return pathOf(reply.body.key_url)
}

for (const type of keyTypeNames) {
  t.test(`${type}: imported and used`, async t => {
    const app = await buildApp(t)
    const keystore = await app.keystore()
    const body = { key_type: type, key: base64(importableKey(type)) }
    const reply = await app.send({ method: 'PUT', path: `${keystore}/keys`, body })
    t.equal(reply.status, 200)
    t.strictSame(Object.keys(reply.body), ['key_url'])
    t.ok(reply.body.key_url.startsWith(`${baseUrl}${keystore}/keys/`))
    t.match(idOf(reply.body.key_url), /^[A-Za-z0-9_-]{50}$/, 'a random id')
    const keyPath = pathOf(reply.body.key_url)
    const check = await use[familyOf(type)](app, keyPath, 'text')
    t.equal((await app.send(check(keyPath))).status, 200)
  })

  t.test(`${type}: imported under an id of its own`, async t => {
    const app = await buildApp(t)
    const keystore = await app.keystore()
    for (const id of ['a', '-', '_~.-', 'my-key_1.0~x', 'A'.repeat(128), '__proto__', 'constructor', 'export']) {
      const body = { key_type: type, key: base64(importableKey(type)), key_id: id }
      const keyPath = await importInto(app, keystore, body)
      t.equal(keyPath, `${keystore}/keys/${id}`)
      t.equal((await app.send(useRequest[familyOf(type)](keyPath, type))).status, useStatus(type), id)
    }
  })
}

for (const type of typesOf('signature')) {
  t.test(`${type}: an imported key is the one that was sent`, async t => {
    const app = await buildApp(t)
    const foreign = foreignSignatureKey(type)
    const keyPath = await importInto(app, await app.keystore(), { key_type: type, key: base64(foreign.pkcs8) })
    const exported = await app.send({ method: 'GET', path: `${keyPath}/export` })
    t.strictSame(exported.body, { public_key: base64(foreign.publicKey), key_type: type })
    const { body } = await app.send({ method: 'POST', path: `${keyPath}/sign`, body: { message } })
    const signature = Buffer.from(body.signature, 'base64')
    t.ok(foreignVerify(type, foreign.publicKey, Buffer.from('message'), signature))
  })

  t.test(`${type}: an imported verification key verifies, and does nothing else`, async t => {
    const app = await buildApp(t)
    const foreign = foreignSignatureKey(type)
    const body = { key_type: type, public_key: base64(foreign.publicKey), key: null, key_id: 'theirs' }
    const keyPath = await importInto(app, await app.keystore(), body)
    const signature = base64(foreign.sign(Buffer.from('message')))
    const verify: Request = { method: 'POST', path: `${keyPath}/verify`, body: { message, signature } }
    t.equal((await app.send(verify)).status, 200)
    const exported = await app.send({ method: 'GET', path: `${keyPath}/export` })
    t.strictSame(exported.body, { public_key: base64(foreign.publicKey), key_type: type })
    await refusals(t, app, [
      ['sign', { method: 'POST', path: `${keyPath}/sign`, body: { message } }, 422, 'OPERATION_UNSUPPORTED'],
      ['rotate', { method: 'POST', path: `${keyPath}/rotate`, body: { key_type: type } }, 422, 'OPERATION_UNSUPPORTED'],
    ])
  })
}

t.test('what existing clients send is accepted', async t => {
  const app = await buildApp(t)
  const path = `${await app.keystore()}/keys`
  const key = base64(foreignSignatureKey('ED25519').pkcs8)
  const bodies: readonly (readonly [string, unknown])[] = [
    ['nothing that is absent', { key_type: 'ED25519', key }],
    ['null for what is absent', { key_type: 'ED25519', key, public_key: null, key_id: null }],
    ['an empty id', { key_type: 'ED25519', key, key_id: '', public_key: '' }],
    ['line breaks in base64', { key_type: 'ED25519', key: key.replace(/(.{20})/g, '$1\r\n') }],
    ['unknown members', { key_type: 'ED25519', key, attrs: null, export: true }],
  ]
  for (const [name, body] of bodies) t.equal((await app.send({ method: 'PUT', path, body })).status, 200, name)
})

t.test('the same key can be imported twice, and the same id in two keystores', async t => {
  const app = await buildApp(t)
  const key = base64(foreignSignatureKey('ED25519').pkcs8)
  const [first, second] = [await app.keystore(), await app.keystore()]
  const body = { key_type: 'ED25519', key }
  t.not(await importInto(app, first, body), await importInto(app, first, body))
  t.not(await importInto(app, first, { ...body, key_id: 'x' }), await importInto(app, second, { ...body, key_id: 'x' }))
})

t.test('refusals', async t => {
  const app = await buildApp(t, { bodyLimit: 16_384 })
  const keystore = await app.keystore()
  const path = `${keystore}/keys`
  const put = (body: unknown): Request => ({ method: 'PUT', path, body })
  const key = base64(importableKey('ED25519'))
  const publicKey = base64(foreignSignatureKey('ED25519').publicKey)
  const created = idOf(await app.key('ED25519', keystore))
  await importInto(app, keystore, { key_type: 'ED25519', key, key_id: 'used-before' })

  const wrongIds = [
    'a b',
    'a/b',
    '.',
    '..',
    '.hidden',
    '\u00e9',
    '🔑',
    'a\0',
    'a\n',
    'a?b',
    'a#b',
    'a%2Fb',
    'a:b',
    'x'.repeat(129),
  ]
  await refusals(t, app, [
    ...malformedBodies(routes.importKey, path),
    ...unknownIds(routes.importKey, { keystoreId: idOf(keystore) }),
    ...wrongIds.map(
      (id): Refusal => [
        `key_id ${JSON.stringify(id.slice(0, 20))}`,
        put({ key_type: 'ED25519', key, key_id: id }),
        400,
        'INVALID_REQUEST',
      ],
    ),
    ['a key_id of 10 kB', put({ key_type: 'ED25519', key, key_id: 'x'.repeat(10_000) }), 400, 'INVALID_REQUEST'],
    ['the id of an imported key', put({ key_type: 'ED25519', key, key_id: 'used-before' }), 409, 'ALREADY_EXISTS'],
    ['the id of a created key', put({ key_type: 'ED25519', key, key_id: created }), 409, 'ALREADY_EXISTS'],
    ['both keys', put({ key_type: 'ED25519', key, public_key: publicKey }), 400, 'INVALID_REQUEST'],
    ['neither key', put({ key_type: 'ED25519' }), 400, 'INVALID_REQUEST'],
    ['the body null', put('null'), 400, 'UNSUPPORTED_KEY_TYPE'],
    ['null for both keys', put({ key_type: 'ED25519', key: null, public_key: null }), 400, 'INVALID_REQUEST'],
    ['empty keys', put({ key_type: 'ED25519', key: '', public_key: '' }), 400, 'INVALID_REQUEST'],
    ['nothing but a line break', put({ key_type: 'ED25519', key: '\r\n' }), 400, 'INVALID_REQUEST'],
    ['no key_type', put({ key }), 400, 'UNSUPPORTED_KEY_TYPE'],
    ['key_type constructor', put({ key, key_type: 'constructor' }), 400, 'UNSUPPORTED_KEY_TYPE'],
    ['key_type __proto__', put({ key, key_type: '__proto__' }), 400, 'UNSUPPORTED_KEY_TYPE'],
    ['key_type ed25519', put({ key, key_type: 'ed25519' }), 400, 'UNSUPPORTED_KEY_TYPE'],
    [
      'a body that is too large',
      put({ key_type: 'ED25519', key: base64(Buffer.alloc(16_384)) }),
      413,
      'PAYLOAD_TOO_LARGE',
    ],
  ])
})

t.test('the key material of every other type is refused', async t => {
  const app = await buildApp(t)
  const path = `${await app.keystore()}/keys`
  const materials = keyTypeNames.map(type => [type, importableKey(type)] as const)
  const table: Refusal[] = []
  for (const type of keyTypeNames) {
    for (const [other, key] of materials.filter(([other]) => differ(type, other))) {
      const body = { key_type: type, key: base64(key) }
      table.push([`${other} as ${type}`, { method: 'PUT', path, body }, 400, 'INVALID_REQUEST'])
    }
  }
  await refusals(t, app, table)
})

/** Whether a key of another type can be told from one of this type by its encoding alone. */
function differ(type: KeyTypeName, other: KeyTypeName): boolean {
  const family = familyOf(type)
  const { length } = importableKey(other)
  if (family === 'mac') return length < 16 || length > 64
  // Nearly every 32 bytes are a scalar.
  if (family === 'aead' || family.startsWith('bbs')) return length !== importableKey(type).length
  // PKCS#8 does not say what an elliptic curve key is for.
  const isPkcs8 = ['signature', 'key-agreement', 'key-encapsulation'].includes(familyOf(other))
  return !isPkcs8 || kindOf(type) !== kindOf(other)
}

/** What a thumbprint calls the kind of key, and the curve if there is one. */
function kindOf(type: KeyTypeName): string {
  if (familyOf(type) === 'key-agreement') {
    const { sent } = foreignAgreementKey(type)
    return `${sent.type} ${sent.curve}`
  }
  if (experimentalKeyTypeNames.includes(type)) return type
  const { publicPart } = keyTypes[type]
  const publicKey = publicPart?.decode(foreignSignatureKey(type).publicKey, inThisThread)
  if (publicKey === undefined || publicKey instanceof Promise) throw new Error(`${type} is not read at once`)
  const { kty, crv } = publicPart?.jwk(publicKey) ?? {}
  return `${kty} ${crv}`
}

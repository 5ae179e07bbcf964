import { type KeyTypeName, keyTypeNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import t from 'tap'
import { baseUrl, buildApp, idOf, keystoreOf, pathOf, type Request } from '../../support/build-app.ts'
import { familyOf } from '../../support/families.ts'
import { foreignAgreementThumbprint } from '../../support/foreign-agreement-key.ts'
import { foreignThumbprint } from '../../support/foreign-key.ts'
import { quickAttributes } from '../../support/quick-attributes.ts'
import { malformedBodies, type Refusal, refusals, unknownIds } from '../../support/refusals.ts'
import { fill, routes } from '../../support/routes.ts'

const isAsymmetric = (type: KeyTypeName) => keyTypes[type].publicPart !== undefined

for (const type of keyTypeNames) {
  t.test(`${type}: created and exported`, async t => {
    const app = await buildApp(t)
    const keystore = await app.keystore()
    const request = { key_type: type, attrs: quickAttributes }
    const { status, body } = await app.send({ method: 'POST', path: `${keystore}/keys`, body: request })
    t.equal(status, 200)
    t.strictSame(Object.keys(body).sort(), ['key_url', 'public_key'])
    t.ok(body.key_url.startsWith(`${baseUrl}${keystore}/keys/`), 'an absolute URL under the configured one')
    const exported = await app.send({ method: 'GET', path: `${pathOf(body.key_url)}/export` })

    if (!isAsymmetric(type)) {
      t.equal(body.public_key, null)
      t.match(idOf(body.key_url), /^[A-Za-z0-9_-]{50}$/)
      t.equal(exported.status, 422)
      return
    }
    const publicKey = Buffer.from(body.public_key, 'base64')
    const agrees = familyOf(type) === 'key-agreement'
    t.equal(idOf(body.key_url), agrees ? foreignAgreementThumbprint(publicKey) : foreignThumbprint(type, publicKey))
    t.match(idOf(body.key_url), /^[A-Za-z0-9_-]{43}$/)
    t.equal(exported.status, 200)
    t.strictSame(exported.body, { public_key: body.public_key, key_type: type })
  })
}

t.test('two keys of one type differ', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  for (const type of keyTypeNames) t.not(await app.key(type, keystore), await app.key(type, keystore), type)
})

t.test('what existing clients send is accepted', async t => {
  const app = await buildApp(t)
  const path = `${await app.keystore()}/keys`
  const requests: readonly (readonly [string, Partial<Request>])[] = [
    ['attributes', { body: { key_type: 'ED25519', attrs: ['a'] } }],
    ['no attributes', { body: { key_type: 'ED25519', attrs: [] } }],
    ['attributes that its type knows', { body: { key_type: 'RSAPS256', attrs: ['2048'] } }],
    ['attributes that are null', { body: { key_type: 'ED25519', attrs: null } }],
    ['export: true', { body: { key_type: 'ED25519', export: true } }],
    ['a query', { path: `${path}?a=b`, body: { key_type: 'ED25519' } }],
    ['a percent-encoded path', { path: path.replace('keystores', 'key%73tores'), body: { key_type: 'ED25519' } }],
    ['white space around', { body: '\r\n\t {"key_type" : "ED25519" } \n' }],
    ['an escaped name', { body: '{"\\u006bey_type":"ED\\u00325519"}' }],
  ]
  for (const [name, request] of requests) {
    t.equal((await app.send({ method: 'POST', path, ...request })).status, 200, name)
  }
})

t.test('create: refusals', async t => {
  const app = await buildApp(t, { bodyLimit: 8192 })
  const keystore = await app.keystore()
  const path = `${keystore}/keys`
  const create = (body: unknown): Request => ({ method: 'POST', path, body })
  const unknownAttributes = [['1024'], ['16384'], [''], ['2048', '2048'], ['__proto__']]
  const unknownTypes = [
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'ed25519',
    'Ed25519',
    'ED25519 ',
    ' ED25519',
    'ED25519\0',
    'ED25519\n',
    'ＥＤ25519',
    'RSARS512',
    'x'.repeat(4000),
  ].map(
    (type): Refusal => [
      `key_type ${JSON.stringify(type.slice(0, 20))}`,
      create({ key_type: type }),
      400,
      'UNSUPPORTED_KEY_TYPE',
    ],
  )
  await refusals(t, app, [
    ...malformedBodies(routes.createKey, path),
    ...unknownIds(routes.createKey, { keystoreId: idOf(keystore) }),
    ...unknownTypes,
    ['no key_type', create({}), 400, 'UNSUPPORTED_KEY_TYPE'],
    ['the body null', create('null'), 400, 'UNSUPPORTED_KEY_TYPE'],
    ['key_type null', create({ key_type: null }), 400, 'UNSUPPORTED_KEY_TYPE'],
    ['an empty key_type', create({ key_type: '' }), 400, 'UNSUPPORTED_KEY_TYPE'],
    ...unknownAttributes.map(
      (attrs): Refusal => [
        `attrs ${JSON.stringify(attrs)}`,
        create({ key_type: 'RSARS256', attrs }),
        400,
        'INVALID_REQUEST',
      ],
    ),
    ['attrs that are no texts', create({ key_type: 'ED25519', attrs: [2048] }), 400, 'INVALID_REQUEST'],
    ['attrs that are no array', create({ key_type: 'ED25519', attrs: '2048' }), 400, 'INVALID_REQUEST'],
    ['a body that is too large', create({ key_type: 'ED25519', x: 'x'.repeat(8192) }), 413, 'PAYLOAD_TOO_LARGE'],
    ['GET', { method: 'GET', path }, 405, 'METHOD_NOT_ALLOWED'],
    ['DELETE', { method: 'DELETE', path }, 405, 'METHOD_NOT_ALLOWED'],
    ['a slash at the end', { ...create({ key_type: 'ED25519' }), path: `${path}/` }, 404, 'NOT_FOUND'],
  ])
})

t.test('export: refusals', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('ED25519')
  const keystore = keystoreOf(keyPath)
  const [keystoreId, keyId] = [idOf(keystore), idOf(keyPath)]
  const foreign = idOf(await app.keystore())
  const symmetric: Refusal[] = []
  for (const type of keyTypeNames.filter(name => !isAsymmetric(name))) {
    const path = `${await app.key(type, keystore)}/export`
    symmetric.push([type, { method: 'GET', path }, 422, 'OPERATION_UNSUPPORTED'])
  }
  const { url } = routes.exportKey
  await refusals(t, app, [
    ...unknownIds(routes.exportKey, { keystoreId, keyId }),
    ...symmetric,
    [
      'a key of another keystore',
      { method: 'GET', path: fill(url, { keystoreId: foreign, keyId }) },
      404,
      'KEY_NOT_FOUND',
    ],
    ['POST', { method: 'POST', path: `${keyPath}/export` }, 405, 'METHOD_NOT_ALLOWED'],
    ['a slash at the end', { method: 'GET', path: `${keyPath}/export/` }, 404, 'NOT_FOUND'],
    ['the key itself', { method: 'GET', path: keyPath }, 404, 'NOT_FOUND'],
  ])
})

t.test('an export ignores a body and its content type', async t => {
  const app = await buildApp(t)
  const path = `${await app.key('ED25519')}/export`
  const headers = { 'content-type': 'application/json' }
  for (const body of ['', '{', '{}']) t.equal((await app.send({ method: 'GET', path, headers, body })).status, 200)
})

import t from 'tap'
import { base64, buildApp, idOf } from '../../support/build-app.ts'
import { malformedBodies, type Refusal, refusals } from '../../support/refusals.ts'
import { routes } from '../../support/routes.ts'
import { testTime } from '../../support/test-ports.ts'

const path = '/v1/keystores'
const create = (body: unknown) => ({ method: 'POST', path, body }) as const

t.test('a keystore is created', async t => {
  const app = await buildApp(t)
  const { status, headers, body } = await app.send(create({ controller: 'did:example:alice' }))
  t.equal(status, 200)
  t.match(headers['content-type'], /^application\/json(;|$)/)
  t.strictSame(Object.keys(body), ['key_store_url', 'capability'])
  t.match(body.key_store_url, /^https:\/\/kms\.example\/base\/v1\/keystores\/[A-Za-z0-9_-]{24}$/)

  const stored = await app.records.findKeystore(idOf(body.key_store_url))
  t.match(stored, { controller: 'did:example:alice', state: 'active', createdAt: testTime, revision: 1 })
})

t.test('two keystores of one controller differ', async t => {
  const app = await buildApp(t)
  t.not(await app.keystore(), await app.keystore())
})

t.test('what existing clients send is accepted', async t => {
  const app = await buildApp(t)
  const controller = 'did:example:alice'
  const bodies: readonly (readonly [string, unknown])[] = [
    ['no vault', { controller, edv: null }],
    ['an empty vault', { controller, edv: {} }],
    ['unknown members', { controller, export: true, extra: { deep: [1, null] } }],
    ['a member given twice', '{"controller":"did:example:first","controller":"did:example:alice"}'],
    ['a name that is no DID', { controller: 'alice' }],
    ['any text', { controller: '🔑 \u0000 <&> "quoted" \\' }],
    ['the longest controller', { controller: 'x'.repeat(2048) }],
  ]
  for (const [name, body] of bodies) t.equal((await app.send(create(body))).status, 200, name)
})

t.test('the controller is stored verbatim', async t => {
  const app = await buildApp(t)
  const controller = 'did:example:\u00e9\u0000\u{1f511} <&>'
  const { body } = await app.send(create({ controller }))
  t.equal((await app.records.findKeystore(idOf(body.key_store_url)))?.controller, controller)
})

t.test('refusals', async t => {
  const app = await buildApp(t, { bodyLimit: 8192 })
  const vault = { vault_url: 'https://vault.example/encrypted-data-vaults/1', capability: base64('{}') }
  const table: Refusal[] = [
    ...malformedBodies(routes.createKeystore, path),
    ['no controller', create({}), 400, 'INVALID_REQUEST'],
    ['the body null', create('null'), 400, 'INVALID_REQUEST'],
    ['controller null', create({ controller: null }), 400, 'INVALID_REQUEST'],
    ['an empty controller', create({ controller: '' }), 400, 'INVALID_REQUEST'],
    ['a controller that is too long', create({ controller: 'x'.repeat(2049) }), 400, 'INVALID_REQUEST'],
    ['a vault', create({ controller: 'did:example:alice', edv: vault }), 422, 'OPERATION_UNSUPPORTED'],
    ['edv: text', create({ controller: 'did:example:alice', edv: 'https://vault.example' }), 400, 'INVALID_REQUEST'],
    ['edv: array', create({ controller: 'did:example:alice', edv: [] }), 400, 'INVALID_REQUEST'],
    ['edv: true', create({ controller: 'did:example:alice', edv: true }), 400, 'INVALID_REQUEST'],
    ...['shamir', [], true, {}, { type: 'none' }, { type: 'shamir', field: 'gf256' }, { field: 'gf256-11b' }].map(
      (lock): Refusal => [`lock: ${JSON.stringify(lock)}`, create({ controller: 'a', lock }), 400, 'INVALID_REQUEST'],
    ),
    ['a body that is too large', create({ controller: 'a', x: 'x'.repeat(8192) }), 413, 'PAYLOAD_TOO_LARGE'],
    ['GET', { method: 'GET', path }, 405, 'METHOD_NOT_ALLOWED'],
    ['PUT', { method: 'PUT', path, body: { controller: 'did:example:alice' } }, 405, 'METHOD_NOT_ALLOWED'],
    ['a slash at the end', { ...create({ controller: 'did:example:alice' }), path: `${path}/` }, 404, 'NOT_FOUND'],
    ['another case', { ...create({ controller: 'did:example:alice' }), path: '/v1/KeyStores' }, 404, 'NOT_FOUND'],
    ['no version', { ...create({ controller: 'did:example:alice' }), path: '/keystores' }, 404, 'NOT_FOUND'],
  ]
  await refusals(t, app, table)
})

import { keyTypeNames } from '@keyhold/core'
import t from 'tap'
import { base64, baseUrl, buildApp, idOf, keystoreOf, pathOf, type Request } from '../../support/build-app.ts'
import { families, familyOf, importableKey, typesOf, use } from '../../support/families.ts'
import { quickAttributes } from '../../support/quick-attributes.ts'
import { malformedBodies, type Refusal, refusals, unknownIds } from '../../support/refusals.ts'
import { fill, routes } from '../../support/routes.ts'

const rotate = (keyPath: string, type: string): Request => ({
  method: 'POST',
  path: `${keyPath}/rotate`,
  body: { key_type: type, attrs: quickAttributes },
})

for (const type of keyTypeNames) {
  t.test(`${type}: rotated to every type of its family`, async t => {
    const app = await buildApp(t)
    const family = familyOf(type)
    const first = await app.key(type)
    const paths = [first]
    const checks = [await use[family](app, first, 'made before any rotation')]

    for (const next of typesOf(family)) {
      const { status, body } = await app.send(rotate(first, next))
      t.equal(status, 200)
      t.strictSame(Object.keys(body), ['key_url'])
      t.ok(body.key_url.startsWith(`${baseUrl}${keystoreOf(first)}/keys/`))
      const newest = pathOf(body.key_url)
      t.notOk(paths.includes(newest), 'the id is new')
      paths.push(newest)
      checks.push(await use[family](app, newest, `made after the rotation to ${next}`))
      checks.push(await use[family](app, first, `made under the first id, after the rotation to ${next}`))

      const exports = await Promise.all(paths.map(path => app.send({ method: 'GET', path: `${path}/export` })))
      const [exported] = exports
      for (const each of exports) t.strictSame(each.body, exported?.body, 'every id shows the same')
      if (exported?.status === 200) t.equal(exported.body.key_type, next)
    }
    for (const path of paths) {
      for (const check of checks) t.equal((await app.send(check(path))).status, 200, 'all is accepted under every id')
    }
  })

  t.test(`${type}: an id of its own survives rotations`, async t => {
    const app = await buildApp(t)
    const keystore = await app.keystore()
    const body = { key_type: type, key: base64(importableKey(type)), key_id: 'own-id' }
    t.equal((await app.send({ method: 'PUT', path: `${keystore}/keys`, body })).status, 200)
    const keyPath = `${keystore}/keys/own-id`
    const check = await use[familyOf(type)](app, keyPath, 'made before')
    const replies = [await app.send(rotate(keyPath, type)), await app.send(rotate(keyPath, type))]
    for (const { body } of replies) t.equal((await app.send(check(pathOf(body.key_url)))).status, 200)
    t.equal((await app.send(check(keyPath))).status, 200)
  })
}

t.test('what a rotation makes is used: the old version signs no more', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('ED25519')
  const message = base64('message')
  const sign = async () =>
    (await app.send({ method: 'POST', path: `${keyPath}/sign`, body: { message } })).body.signature
  const before = await sign()
  t.equal(await sign(), before, 'Ed25519 is deterministic')
  await app.send(rotate(keyPath, 'ED25519'))
  t.not(await sign(), before)
})

t.test('the ids of a rotated key are taken', async t => {
  const app = await buildApp(t)
  const first = await app.key('ED25519')
  const { body } = await app.send(rotate(first, 'ED25519'))
  const key = base64(importableKey('ED25519'))
  const table = [first, pathOf(body.key_url)].map((path): Refusal => {
    const body = { key_type: 'ED25519', key, key_id: idOf(path) }
    return [path, { method: 'PUT', path: `${keystoreOf(first)}/keys`, body }, 409, 'ALREADY_EXISTS']
  })
  await refusals(t, app, table)
})

t.test('rotations that run at the same time each add a version', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('HMACSHA256Tag256')
  const replies = await Promise.all([1, 2, 3, 4].map(() => app.send(rotate(keyPath, 'HMACSHA256Tag256'))))
  t.strictSame(
    replies.map(({ status }) => status),
    [200, 200, 200, 200],
  )
  t.equal(new Set(replies.map(({ body }) => body.key_url)).size, 4)
  const key = await app.records.findKey(idOf(keystoreOf(keyPath)), idOf(keyPath))
  t.strictSame(
    key?.versions.map(({ number }) => number),
    [1, 2, 3, 4, 5],
  )
})

t.test('refusals', async t => {
  const app = await buildApp(t, { bodyLimit: 8192 })
  const keyPath = await app.key('ED25519')
  const keystore = keystoreOf(keyPath)
  const [keystoreId, keyId] = [idOf(keystore), idOf(keyPath)]
  const foreign = idOf(await app.keystore())
  const otherFamilies: Refusal[] = []
  for (const family of families) {
    for (const type of typesOf(family)) {
      const path = await app.key(type, keystore)
      for (const other of keyTypeNames.filter(name => familyOf(name) !== family)) {
        otherFamilies.push([`${type} to ${other}`, rotate(path, other), 400, 'INVALID_REQUEST'])
      }
    }
  }
  const path = `${keyPath}/rotate`
  await refusals(t, app, [
    ...malformedBodies(routes.rotateKey, path),
    ...unknownIds(routes.rotateKey, { keystoreId, keyId }),
    ...otherFamilies,
    [
      'attributes that its type refuses',
      { method: 'POST', path, body: { key_type: 'RSAPS256', attrs: ['1024'] } },
      400,
      'INVALID_REQUEST',
    ],
    ['no key_type', { method: 'POST', path, body: {} }, 400, 'UNSUPPORTED_KEY_TYPE'],
    ['the body null', { method: 'POST', path, body: 'null' }, 400, 'UNSUPPORTED_KEY_TYPE'],
    ['key_type null', { method: 'POST', path, body: { key_type: null } }, 400, 'UNSUPPORTED_KEY_TYPE'],
    ['key_type constructor', rotate(keyPath, 'constructor'), 400, 'UNSUPPORTED_KEY_TYPE'],
    ['key_type __proto__', rotate(keyPath, '__proto__'), 400, 'UNSUPPORTED_KEY_TYPE'],
    ['key_type ed25519', rotate(keyPath, 'ed25519'), 400, 'UNSUPPORTED_KEY_TYPE'],
    ['key_type with a space', rotate(keyPath, 'ED25519 '), 400, 'UNSUPPORTED_KEY_TYPE'],
    [
      'a key of another keystore',
      rotate(fill('/v1/keystores/:keystoreId/keys/:keyId', { keystoreId: foreign, keyId }), 'ED25519'),
      404,
      'KEY_NOT_FOUND',
    ],
    ['a body that is too large', { method: 'POST', path, body: ' '.repeat(8193) }, 413, 'PAYLOAD_TOO_LARGE'],
    ['GET', { method: 'GET', path }, 405, 'METHOD_NOT_ALLOWED'],
    ['a slash at the end', { ...rotate(keyPath, 'ED25519'), path: `${path}/` }, 404, 'NOT_FOUND'],
  ])
})

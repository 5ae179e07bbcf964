import { keyTypeNames } from '@keyhold/core'
import { makeKeystoreLock } from '@keyhold/core/keys/keystore-lock.js'
import type { Key } from '@keyhold/core/records/key.js'
import t from 'tap'
import { buildApp, idOf, keystoreOf, pathOf, type Request, type TestApp } from '../../support/build-app.ts'
import { familyOf, use, useRequest, useStatus } from '../../support/families.ts'
import { quickAttributes } from '../../support/quick-attributes.ts'
import { type Refusal, refusals } from '../../support/refusals.ts'
import { fill, type Route, routes } from '../../support/routes.ts'
import { testTime } from '../../support/test-ports.ts'

const inactive = (name: string, request: Request): Refusal => [name, request, 409, 'NOT_ACTIVE']

function requestsOn(ids: { readonly keystoreId: string; readonly keyId: string }, only: (url: string) => boolean) {
  const rows = Object.entries<Route>(routes).filter(([, { url }]) => only(url))
  return rows.map(([name, { method, url, body }]) =>
    inactive(name, { method, path: fill(url, ids), ...(body && { body }) }),
  )
}

async function change(app: TestApp, keyPath: string, changed: (key: Key) => Key): Promise<void> {
  const key = await app.records.findKey(idOf(keystoreOf(keyPath)), idOf(keyPath))
  if (key === undefined) throw new Error('there is no such key')
  await app.records.replaceKey({ ...changed(key), revision: key.revision + 1 })
}

t.test('a suspended keystore serves nothing', async t => {
  const app = await buildApp(t)
  const id = 'suspended-keystore'
  const lock = await makeKeystoreLock(app, { kind: 'local' }, id, { kind: 'server-held' })
  const url = `http://kms.example/v1/keystores/${id}`
  await app.records.addKeystore({
    id,
    url,
    controller: 'x',
    createdAt: testTime,
    state: 'suspended',
    lock,
    revision: 1,
  })
  await refusals(
    t,
    app,
    // What was done with it is shown in whatever state it is.
    requestsOn({ keystoreId: id, keyId: 'any' }, url => url.includes(':keystoreId') && url !== routes.log.url),
  )
  t.equal((await app.send({ method: 'GET', path: fill(routes.log.url, { keystoreId: id }) })).status, 200)
})

for (const type of keyTypeNames) {
  t.test(`${type}: a suspended key can do nothing, also if it was open before`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const check = await use[familyOf(type)](app, keyPath, 'text')
    t.equal((await app.send(check(keyPath))).status, 200)
    await change(app, keyPath, key => ({ ...key, state: 'suspended' }))
    await refusals(t, app, [
      ...requestsOn({ keystoreId: idOf(keystoreOf(keyPath)), keyId: idOf(keyPath) }, url => url.includes(':keyId')),
      inactive('what its family does', useRequest[familyOf(type)](keyPath, type)),
      inactive('the check', check(keyPath)),
    ])
  })

  t.test(`${type}: a suspended version accepts nothing, and the others go on`, async t => {
    const app = await buildApp(t)
    const first = await app.key(type)
    const checkOld = await use[familyOf(type)](app, first, 'old')
    const rotated = await app.send({
      method: 'POST',
      path: `${first}/rotate`,
      body: { key_type: type, attrs: quickAttributes },
    })
    const second = pathOf(rotated.body.key_url)
    const checkNew = await use[familyOf(type)](app, second, 'new')
    await change(app, first, key => {
      const [oldest, ...others] = key.versions
      return { ...key, versions: [{ ...oldest, state: 'suspended' }, ...others] }
    })
    const opens = ['aead', 'key-agreement', 'key-encapsulation'].includes(familyOf(type))
    const failed = opens ? 'DECRYPTION_FAILED' : 'VERIFICATION_FAILED'
    await refusals(t, app, [
      ['what the old version made, under the old id', checkOld(first), 400, failed],
      ['what the old version made, under the new id', checkOld(second), 400, failed],
    ])
    for (const path of [first, second]) {
      t.equal((await app.send(checkNew(path))).status, 200)
      t.equal((await app.send(useRequest[familyOf(type)](path, type))).status, useStatus(type))
    }
  })

  t.test(`${type}: a key whose newest version is suspended makes nothing`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    await use[familyOf(type)](app, keyPath, 'text')
    await change(app, keyPath, key => {
      const [version] = key.versions
      return { ...key, versions: [{ ...version, state: 'suspended' }] }
    })
    const request = useRequest[familyOf(type)](keyPath, type)
    // To open is what other versions could do as well.
    const makes = familyOf(type) !== 'key-encapsulation'
    await refusals(t, app, [
      makes ? inactive('what its family does', request) : ['what it opens', request, 400, 'DECRYPTION_FAILED'],
    ])
  })
}

import { KmsError, keyTypeNames } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import t from 'tap'
import { base64, buildApp, pathOf, type TestApp } from '../../support/build-app.ts'
import { familyOf, importableKey, use, useRequest } from '../../support/families.ts'
import { errorOf, refusals } from '../../support/refusals.ts'
import { buildVaultedApp, type VaultedApp, vaultUrl } from '../../support/vaulted-app.ts'

/** Nothing is kept in memory, so every request asks the vault. */
const uncached = { cache: { max: 0, ttl: 0 } }

for (const type of keyTypeNames) {
  t.test(`${type}: a key in a vault does all that it does in the store`, async t => {
    const { app, vaults, keystore } = await buildVaultedApp(t, uncached)
    const path = await keystore()
    const key = await app.key(type, path)
    const check = await use[familyOf(type)](app, key, 'old')
    t.equal((await app.send(check(key))).status, 200)
    t.equal((await app.send({ method: 'GET', path: `${key}/export` })).status, keyTypes[type].publicPart ? 200 : 422)

    const rotated = pathOf(await urlOf(app, `${key}/rotate`, { key_type: type }))
    const checkNew = await use[familyOf(type)](app, rotated, 'new')
    for (const id of [key, rotated]) {
      t.equal((await app.send(check(id))).status, 200, 'what the old version made')
      t.equal((await app.send(checkNew(id))).status, 200, 'what the new version made')
    }
    t.equal(vaults.names(vaultUrl).length, 2, 'one document for the key, and the one before its rotation')

    const body = { key_type: type, key: base64(importableKey(type)), key_id: 'imported' }
    const imported = await app.send({ method: 'PUT', path: `${path}/keys`, body })
    t.equal(imported.status, 200, imported.text)
    const checkImported = await use[familyOf(type)](app, `${path}/keys/imported`, 'imported')
    t.equal((await app.send(checkImported(`${path}/keys/imported`))).status, 200)
    t.equal(vaults.names(vaultUrl).length, 3)
  })
}

t.test('the store has pointers alone', async t => {
  const { app, keystore } = await buildVaultedApp(t)
  const key = await app.key('ED25519', await keystore())
  await urlOf(app, `${key}/rotate`, { key_type: 'ED25519' })
  const bodies = app.store.written.filter(({ collection }) => collection === 'keys').map(({ body }) => body)
  t.strictSame(
    bodies.map(body => [body[0], body.length]),
    [
      [2, 33],
      [2, 65],
    ],
    'with the digest of the document, and of the one before it',
  )
})

t.test('an id is taken once, and what was put into the vault for the second one is taken back', async t => {
  const { app, vaults, keystore } = await buildVaultedApp(t)
  const path = await keystore()
  const body = { key_type: 'AES256GCM', key: base64(Buffer.alloc(32, 1)), key_id: 'mine' }
  const send = () => app.send({ method: 'PUT', path: `${path}/keys`, body })
  t.equal((await send()).status, 200)
  t.strictSame(errorOf(await send()), 'ALREADY_EXISTS')
  t.equal(vaults.names(vaultUrl).length, 1)
  t.equal((await app.send(useRequest.aead(`${path}/keys/mine`, 'AES256GCM'))).status, 200)
})

t.test('of imports under one id at the same time one wins, and its document is left', async t => {
  const { app, vaults, keystore } = await buildVaultedApp(t, uncached)
  const path = await keystore()
  const replies = await Promise.all(
    [1, 2, 3].map(byte => {
      const body = { key_type: 'AES256GCM', key: base64(Buffer.alloc(32, byte)), key_id: 'mine' }
      return app.send({ method: 'PUT', path: `${path}/keys`, body })
    }),
  )
  t.strictSame(replies.map(({ status }) => status).sort(), [200, 409, 409])
  t.equal(vaults.names(vaultUrl).length, 1)
  t.equal((await app.send(useRequest.aead(`${path}/keys/mine`, 'AES256GCM'))).status, 200)
})

t.test('of rotations at the same time none loses a version, and the last two documents are left', async t => {
  const { app, vaults, keystore } = await buildVaultedApp(t, uncached)
  const key = await app.key('AES256GCM', await keystore())
  const urls = await Promise.all(
    Array.from({ length: 4 }, () => urlOf(app, `${key}/rotate`, { key_type: 'AES256GCM' })),
  )
  for (const url of urls) t.equal((await app.send(useRequest.aead(pathOf(url), 'AES256GCM'))).status, 200)
  t.equal(new Set(urls).size, 4)
  t.equal(vaults.names(vaultUrl).length, 2)
})

t.test('two servers that share a store share the vaults of its keystores', async t => {
  const { app, failing, keystore } = await buildVaultedApp(t, uncached)
  const neighbour = await buildApp(t, { ports: { ...app.ports, vaults: failing }, ...uncached })
  const key = await app.key('HMACSHA256Tag256', await keystore())
  const check = await use.mac(app, key, 'text')
  t.equal((await neighbour.send(check(key))).status, 200)
  const rotated = pathOf(await urlOf(neighbour, `${key}/rotate`, { key_type: 'HMACSHA256Tag256' }))
  t.equal((await app.send(check(rotated))).status, 200)
})

t.test('a vault that does not keep what was put there is never believed', async t => {
  const attacks: readonly (readonly [name: string, attack: (app: VaultedApp, names: Names) => unknown])[] = [
    ['it loses the document', ({ vaults }, { current }) => vaults.lose(vaultUrl, current)],
    ['it answers that of another key', ({ vaults }, { current, other }) => vaults.swap(vaultUrl, current, other)],
    ['it empties the document', ({ vaults }, { current }) => vaults.replace(vaultUrl, current, new Uint8Array(0))],
    [
      'it puts back what was there before the rotation',
      ({ vaults }, { current, before }) => vaults.replace(vaultUrl, current, before),
    ],
    [
      'it cuts the document short',
      ({ vaults }, { current, after }) => vaults.replace(vaultUrl, current, after.subarray(0, -1)),
    ],
    [
      'it lengthens the document',
      ({ vaults }, { current, after }) => vaults.replace(vaultUrl, current, Buffer.concat([after, Buffer.of(0)])),
    ],
  ]
  for (const [name, attack] of attacks) {
    const vaulted = await buildVaultedApp(t, uncached)
    const { app, vaults, failing, keystore } = vaulted
    const path = await keystore()
    const key = await app.key('ED25519', path)
    const [old = ''] = vaults.names(vaultUrl)
    const rotated = pathOf(await urlOf(app, `${key}/rotate`, { key_type: 'ED25519' }))
    const [before = new Uint8Array(0), after = new Uint8Array(0)] = failing.contents
    const [current = ''] = vaults.names(vaultUrl).filter(each => each !== old)
    const bystander = await app.key('ED25519', path)
    const [other = ''] = vaults.names(vaultUrl).filter(each => each !== current && each !== old)
    const check = await use.signature(app, key, 'text')
    attack(vaulted, { current, other, before, after })
    for (const id of [key, rotated]) {
      await refusals(t, app, [
        [`${name}: check`, check(id), 502, 'VAULT_CORRUPT'],
        [`${name}: sign`, useRequest.signature(id, 'ED25519'), 502, 'VAULT_CORRUPT'],
        [`${name}: export`, { method: 'GET', path: `${id}/export` }, 502, 'VAULT_CORRUPT'],
        [
          `${name}: rotate`,
          { method: 'POST', path: `${id}/rotate`, body: { key_type: 'ED25519' } },
          502,
          'VAULT_CORRUPT',
        ],
      ])
    }
    const untouched = await app.send(useRequest.signature(bystander, 'ED25519'))
    t.equal(untouched.status, name.includes('another key') ? 502 : 200, `${name}: the other key`)
  }
})

t.test('who takes a document out of the vault stops its key when the cache has forgotten it', async t => {
  const { app, vaults, clock, keystore } = await buildVaultedApp(t, { cache: { max: 10, ttl: 60_000 } })
  const key = await app.key('ED25519', await keystore())
  const signing = useRequest.signature(key, 'ED25519')
  t.equal((await app.send(signing)).status, 200)
  clock.advance(30_000)
  const [name = ''] = vaults.names(vaultUrl)
  vaults.lose(vaultUrl, name)
  t.equal((await app.send(signing)).status, 200, 'until then it works')
  clock.advance(30_001)
  const reply = await app.send(signing)
  t.strictSame([reply.status, errorOf(reply)], [502, 'VAULT_CORRUPT'])
  const exported = await app.send({ method: 'GET', path: `${key}/export` })
  t.strictSame(errorOf(exported), 'VAULT_CORRUPT', 'its public part as well')
})

t.test('a vault that is away is told from one that has lost something, and nothing is left half done', async t => {
  const { app, failing, vaults, keystore } = await buildVaultedApp(t, uncached)
  const path = await keystore()
  const key = await app.key('ED25519', path)
  for (const [code, status] of [
    ['VAULT_UNAVAILABLE', 502],
    ['VAULT_REFUSED', 403],
  ] as const) {
    failing.failure = new KmsError(code, 'no')
    await refusals(t, app, [
      ['create', { method: 'POST', path: `${path}/keys`, body: { key_type: 'ED25519' } }, status, code],
      ['sign', useRequest.signature(key, 'ED25519'), status, code],
      ['rotate', { method: 'POST', path: `${key}/rotate`, body: { key_type: 'ED25519' } }, status, code],
    ])
    failing.failure = undefined
    t.equal((await app.send(useRequest.signature(key, 'ED25519'))).status, 200)
    t.equal(vaults.names(vaultUrl).length, 1)
  }
})

interface Names {
  /** Of the document of the key that is attacked, and of another key's. */
  readonly current: string
  readonly other: string
  readonly before: Uint8Array
  readonly after: Uint8Array
}

async function urlOf(app: TestApp, path: string, body: object): Promise<string> {
  const reply = await app.send({ method: 'POST', path, body })
  if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`)
  return reply.body.key_url
}

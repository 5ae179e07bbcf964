import { createHash } from 'node:crypto'
import { FixedClock, systemRandom } from '@keyhold/adapters'
import { openEdvVaults } from '@keyhold/adapters/vault-edv'
import { parseDigest } from '@keyhold/app/http/authentication/body-digest.js'
import { KmsError } from '@keyhold/core'
import t from 'tap'
import { base64, buildApp, idOf, pathOf, type Reply } from '../../support/build-app.ts'
import { errorOf, malformedBodies, type Refusal, refusals, unknownIds } from '../../support/refusals.ts'
import { fill, routes } from '../../support/routes.ts'
import { testPorts } from '../../support/test-ports.ts'
import { buildVaultedApp, vaultDidOf, vaultUrl } from '../../support/vaulted-app.ts'

const didPath = '/v1/keystores/did'
const away = new KmsError('VAULT_UNAVAILABLE', 'the vault does not answer')

/** What comes of a vault that does not do what it should. */
const failures: readonly (readonly [failure: unknown, status: number, code: string])[] = [
  [away, 502, 'VAULT_UNAVAILABLE'],
  [new KmsError('VAULT_REFUSED', 'the vault does not accept the capability'), 403, 'VAULT_REFUSED'],
  [new KmsError('VAULT_CORRUPT', 'a document does not decrypt'), 502, 'VAULT_CORRUPT'],
  [new TypeError('a bug'), 500, 'INTERNAL_ERROR'],
]

t.test('the DID of a server', async t => {
  const ports = testPorts('did')
  const app = await buildApp(t, { ports })
  const { status, headers, body } = await app.send({ method: 'POST', path: didPath })
  t.equal(status, 200)
  t.match(headers['content-type'], /^application\/json(;|$)/)
  t.strictSame(Object.keys(body), ['did'])
  t.match(body.did, /^did:key:(z6Mk[1-9A-HJ-NP-Za-km-z]+)#\1$/, 'with the fragment of its key')
  t.equal(await vaultDidOf(await buildApp(t, { ports })), body.did, 'is that of all who share a store')
  t.not(await vaultDidOf(await buildApp(t, { ports: testPorts('another') })), body.did, 'and of nobody else')
  t.equal(app.store.written.filter(({ collection }) => collection === 'server-keys').length, 2)
})

t.test('asked for the DID, a server does not look at the body', async t => {
  const app = await buildApp(t, { bodyLimit: 8192 })
  const did = await vaultDidOf(app)
  const bodies: readonly unknown[] = [
    '',
    '{',
    'not JSON',
    'null',
    '[]',
    '"text"',
    { __proto__: null, any: 'thing' },
    '{"__proto__":{}}',
    Buffer.of(0xff, 0xfe, 0x00),
    'x'.repeat(8192),
  ]
  for (const body of bodies) {
    for (const headers of [{}, { 'content-type': 'text/plain' }, { 'content-type': 'no type at all' }]) {
      const reply = await app.send({ method: 'POST', path: didPath, body, headers })
      t.strictSame([reply.status, reply.body?.did], [200, did], JSON.stringify([body, headers]).slice(0, 60))
    }
  }
  await refusals(t, app, [
    ['too large', { method: 'POST', path: didPath, body: 'x'.repeat(8193) }, 413, 'PAYLOAD_TOO_LARGE'],
    ['GET', { method: 'GET', path: didPath }, 405, 'METHOD_NOT_ALLOWED'],
    ['PUT', { method: 'PUT', path: didPath, body: '{}' }, 405, 'METHOD_NOT_ALLOWED'],
    ['a slash at the end', { method: 'POST', path: `${didPath}/`, body: '{}' }, 404, 'NOT_FOUND'],
    ['a query', { method: 'GET', path: `${didPath}?x` }, 405, 'METHOD_NOT_ALLOWED'],
  ])
})

t.test('a body that is not looked at is the signed one all the same', async t => {
  const digest = parseDigest(`SHA-256=${createHash('sha256').update('what was signed').digest('base64')}`)
  const admission = async () => ({ caller: { kind: 'admitted' } as const, ...(digest && { digest }) })
  const authenticators = () => ({ admission, signer: admission, visitor: admission, invoker: admission })
  const app = await buildApp(t, { authenticators })
  t.ok(digest)
  const status = async (body: string) => (await app.send({ method: 'POST', path: didPath, body })).status
  t.equal(await status('what was signed'), 200)
  t.equal(await status('what was not'), 401)
})

t.test('a keystore with a vault is created when the vault has been tried', async t => {
  const { app, vaults, failing, edv, create, did } = await buildVaultedApp(t)
  const reply = await create(edv())
  t.equal(reply.status, 200, reply.text)
  t.strictSame(failing.asked, ['get'], 'with one question')
  t.strictSame(vaults.names(vaultUrl), [], 'and nothing put there')
  const stored = await app.records.findKeystore(idOf(reply.body.key_store_url))
  t.match(stored?.edv, { vaultUrl, capability: Buffer.from(JSON.stringify({ invoker: did })) })
  for (const member of ['lockedRecipientKey', 'lockedMacKey'] as const) {
    t.ok((stored?.edv?.[member].length ?? 0) > 32, `${member} is locked`)
  }
  const shown = await app.send({ method: 'GET', path: pathOf(reply.body.key_store_url) })
  t.match(shown.body, { vault_url: vaultUrl, lock: 'server-held' })
  t.notOk(shown.text.includes(base64(stored?.edv?.capability ?? '')), 'its capability is not shown')
  const without = await app.send({ method: 'GET', path: await app.keystore() })
  t.notOk('vault_url' in without.body)
})

t.test('a vault may be delegated to the DID, to its key, or to several', async t => {
  const { edv, create, did } = await buildVaultedApp(t)
  const [bare] = did.split('#')
  const rows = [{ invoker: did }, { invoker: bare }, { controller: did }, { controller: ['did:example:x', bare] }]
  for (const row of rows) t.equal((await create(edv(row))).status, 200, JSON.stringify(row))
})

t.test('no vault is brought along', async t => {
  const { app, create, failing } = await buildVaultedApp(t)
  for (const edv of [null, {}]) {
    const { status, body } = await create(edv)
    t.equal(status, 200)
    t.equal((await app.records.findKeystore(idOf(body.key_store_url)))?.edv, undefined)
  }
  t.strictSame(failing.asked, [])
})

t.test('a vault that is refused leaves nothing behind', async t => {
  const random = systemRandom()
  const vaults = openEdvVaults({ allow: [], timeout: 1000, random, clock: new FixedClock('2024-02-29T12:30:00Z') })
  t.teardown(() => vaults.close())
  const { app, did, edv } = await buildVaultedApp(t, { ports: { vaults }, bodyLimit: 100_000 })
  const known = { '@context': 'https://w3id.org/security/v2', invoker: did }
  const creation = (name: string, edv: unknown): Refusal => [
    name,
    { method: 'POST', path: '/v1/keystores', body: { controller: 'did:example:alice', edv } },
    400,
    'INVALID_REQUEST',
  ]
  const urls = [
    null,
    '',
    'text',
    vaultUrl.replace('https:', 'http:'),
    vaultUrl.replace('vault.example', 'user@vault.example'),
    vaultUrl.replace('vault.example', '127.0.0.1'),
    vaultUrl.replace('vault.example', '169.254.169.254'),
    vaultUrl.replace('vault.example', '[::1]'),
    vaultUrl.replace('vault.example', 'vault.example:22'),
    `${vaultUrl}/documents`,
    `${vaultUrl}?query`,
    'https://vault.example/',
    'file:///etc/passwd',
  ]
  const texts = ['', 'no base64!', 'e30', base64('{'), base64('[]'), base64('null'), base64('"text"'), base64('7')]
  await refusals(t, app, [
    ...[true, 'text', 7, []].map(value => creation(`edv: ${JSON.stringify(value)}`, value)),
    ...urls.map(url => creation(`URL ${url}`, { ...edv(known), vault_url: url })),
    ...texts.map(text => creation(`capability ${text}`, { vault_url: vaultUrl, capability: text })),
    creation('capability null', { vault_url: vaultUrl, capability: null }),
    creation('no capability', { vault_url: vaultUrl }),
    creation('no URL', { capability: edv(known).capability }),
    creation('an array of capabilities', edv([known])),
    creation('of nobody', edv({ '@context': known['@context'] })),
    creation('of somebody else', edv({ ...known, invoker: `${did}x` })),
    creation('of somebody else, with us as its delegator', edv({ ...known, invoker: 'did:example:x', delegator: did })),
    creation('of an object', edv({ ...known, invoker: { id: did } })),
    creation('of an unknown kind', edv({ ...known, '@context': 'https://example.com/v1' })),
    creation('too large', edv({ ...known, more: base64(random(8192)) })),
  ])
})

t.test('a vault that does not work is not bound, and the other way round', async t => {
  for (const [failure, status, code] of failures) {
    const { app, failing, edv, create } = await buildVaultedApp(t)
    const before = app.store.written.length
    failing.failure = failure
    const reply = await create(edv())
    t.strictSame([reply.status, errorOf(reply)], [status, code])
    t.equal(app.store.written.length, before, 'nothing is stored')
    failing.failure = undefined
    t.equal((await create(edv())).status, 200, 'and it can be tried again')
  }
})

t.test('a keystore gets another capability for its vault', async t => {
  const { app, failing, did, keystore } = await buildVaultedApp(t)
  const path = await keystore()
  const key = await app.key('ED25519', path)
  const update = (capability: unknown) => ({ capability: base64(JSON.stringify(capability)) })
  const send = (body: unknown) => app.send({ method: 'POST', path: `${path}/edv`, body })
  const newer = { invoker: did, newer: true }
  failing.asked.length = 0
  const reply = await send(update(newer))
  t.strictSame([reply.status, reply.text], [200, ''])
  t.strictSame(failing.asked, ['get'], 'when it has been tried')
  const stored = await app.records.findKeystore(idOf(path))
  t.match(stored, { revision: 2, edv: { vaultUrl, capability: Buffer.from(JSON.stringify(newer)) } })
  t.equal((await app.send({ method: 'POST', path: `${key}/sign`, body: {} })).status, 200, 'its keys are still there')

  for (const [failure, status, code] of failures) {
    failing.failure = failure
    const refused = await send(update({ invoker: did }))
    failing.failure = undefined
    t.strictSame([refused.status, errorOf(refused)], [status, code])
  }
  const ids = { keystoreId: idOf(path) }
  await refusals(t, app, [
    ...malformedBodies(routes.updateVault, fill(routes.updateVault.url, ids)),
    ...unknownIds(routes.updateVault, ids),
    ...['', base64('[]'), base64('{'), base64('{}'), base64('{"invoker":"did:example:x"}'), null, undefined].map(
      (capability): Refusal => [
        `capability ${capability}`,
        { method: 'POST', path: `${path}/edv`, body: { capability } },
        400,
        'INVALID_REQUEST',
      ],
    ),
    [
      'a keystore without a vault',
      { method: 'POST', path: `${await app.keystore()}/edv`, body: update({ invoker: did }) },
      422,
      'OPERATION_UNSUPPORTED',
    ],
    ['GET', { method: 'GET', path: `${path}/edv` }, 405, 'METHOD_NOT_ALLOWED'],
    ['a slash at the end', { method: 'POST', path: `${path}/edv/`, body: update(newer) }, 404, 'NOT_FOUND'],
  ])
  t.strictSame(await app.records.findKeystore(idOf(path)), stored, 'none of this has changed anything')
})

t.test('a capability for a keystore that was handed over meanwhile is not stored', async t => {
  const { app, failing, did, keystore } = await buildVaultedApp(t)
  const path = await keystore()
  let handedOver: Reply | undefined
  failing.before = async () => {
    const body = { controller: 'did:example:bob', revision: 2 }
    handedOver ??= await app.send({ method: 'POST', path, body })
  }
  const body = { capability: base64(JSON.stringify({ invoker: did, newer: true })) }
  const reply = await app.send({ method: 'POST', path: `${path}/edv`, body })
  t.equal(handedOver?.status, 200)
  t.strictSame([reply.status, errorOf(reply)], [409, 'CONFLICT'])
  t.match(await app.records.findKeystore(idOf(path)), { controller: 'did:example:bob', revision: 2 })
})

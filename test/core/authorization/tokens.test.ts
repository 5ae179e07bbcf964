import { outcome } from '@keyhold/contract'
import {
  type AccessRight,
  type Caller,
  createKey,
  createKeystore,
  describeKeystore,
  exportKey,
  type Keystore,
  type Kms,
  listRevocations,
  openKms,
  sign,
  type TokenOwner,
  updateKeystore,
} from '@keyhold/core'
import t from 'tap'
import { memoryPorts } from '../../support/memory-ports.ts'

const local = { kind: 'local' } as const
const issuer = 'https://issuer.example'
const alice: TokenOwner = { issuer, subject: 'alice' }
const jkt: TokenOwner = { thumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' }

function holding(owner: TokenOwner, ...rights: readonly AccessRight[]): Caller {
  return { kind: 'token', token: { owner, rights } }
}

/** A keystore that was created with a token, and a key in it. */
async function setUp(owner: TokenOwner = alice) {
  const kms = await openKms(memoryPorts())
  const keystore = await createKeystore(kms, holding(owner, {}), { controller: 'did:example:alice' })
  const { id: keyId } = await createKey(kms, local, { keystoreId: keystore.id, keyType: 'ED25519', attributes: [] })
  return { kms, keystore, keyId }
}

const attempts: Readonly<
  Record<string, (kms: Kms, caller: Caller, keystore: Keystore, keyId: string) => Promise<unknown>>
> = {
  describe: (kms, caller, { id }) => describeKeystore(kms, caller, id),
  createKey: (kms, caller, { id }) => createKey(kms, caller, { keystoreId: id, keyType: 'ED25519', attributes: [] }),
  exportKey: (kms, caller, { id }, keyId) => exportKey(kms, caller, { keystoreId: id, keyId }),
  sign: async (kms, caller, { id }, keyId) => sign(kms, caller, { keystoreId: id, keyId, message: Uint8Array.of(1) }),
}

t.test('a keystore belongs to the owner of the token that it was created with', async t => {
  for (const owner of [alice, jkt]) {
    const { kms, keystore } = await setUp(owner)
    t.strictSame(keystore.owner, owner)
    t.strictSame((await kms.records.findKeystore(keystore.id))?.owner, owner)
  }
  const kms = await openKms(memoryPorts())
  t.notOk('owner' in (await createKeystore(kms, local, { controller: 'did:example:alice' })))
})

t.test('whose token opens whose keystore', async t => {
  const others: readonly [name: string, owner: TokenOwner][] = [
    ['another subject', { issuer, subject: 'bob' }],
    ['the subject in another case', { issuer, subject: 'Alice' }],
    ['the subject and more', { issuer, subject: 'alice ' }],
    ['the subject of another issuer', { issuer: 'https://other.example', subject: 'alice' }],
    ['the issuer with a slash', { issuer: `${issuer}/`, subject: 'alice' }],
    ['the two exchanged', { issuer: 'alice', subject: issuer }],
    ['a key', jkt],
    ['a key that is named as the subject', { thumbprint: 'alice' }],
  ]
  const { kms, keystore, keyId } = await setUp()
  for (const [action, attempt] of Object.entries(attempts)) {
    t.equal(await outcome(() => attempt(kms, holding(alice, {}), keystore, keyId)), 'done', action)
    for (const [name, owner] of others) {
      t.equal(await outcome(() => attempt(kms, holding(owner, {}), keystore, keyId)), 'FORBIDDEN', `${action}: ${name}`)
    }
  }
  const ofKey = await setUp(jkt)
  const described = (owner: TokenOwner) =>
    outcome(() => describeKeystore(ofKey.kms, holding(owner, {}), ofKey.keystore.id))
  t.equal(await described(jkt), 'done')
  t.equal(await described({ issuer, subject: 'thumbprint' in jkt ? jkt.thumbprint : '' }), 'FORBIDDEN')
})

t.test('no token opens a keystore that was created without one, or one that is not there', async t => {
  const kms = await openKms(memoryPorts())
  const keystore = await createKeystore(kms, local, { controller: 'did:example:alice' })
  for (const id of [keystore.id, 'nothing']) {
    for (const [action, attempt] of Object.entries(attempts)) {
      t.equal(await outcome(() => attempt(kms, holding(alice, {}), { ...keystore, id }, 'a')), 'FORBIDDEN', action)
    }
  }
})

t.test('a right is good for its actions and places', async t => {
  const { kms, keystore, keyId } = await setUp()
  const { url } = keystore
  const key = `${url}/keys/${keyId}`
  const service = url.slice(0, url.indexOf('/v1/'))
  const cases: readonly [name: string, rights: readonly AccessRight[], allowed: readonly string[]][] = [
    ['everything', [{}], ['describe', 'createKey', 'exportKey', 'sign']],
    ['none', [], []],
    ['an action', [{ actions: ['sign'] }], ['describe', 'sign']],
    ['two of them in one', [{ actions: ['sign', 'createKey'] }], ['describe', 'createKey', 'sign']],
    ['two of them in two', [{ actions: ['sign'] }, { actions: ['createKey'] }], ['describe', 'createKey', 'sign']],
    ['creating keystores alone', [{ actions: ['createKeyStore'] }], ['describe']],
    ['this service', [{ locations: [service] }], ['describe', 'createKey', 'exportKey', 'sign']],
    ['this keystore', [{ locations: [url] }], ['describe', 'createKey', 'exportKey', 'sign']],
    ['this key', [{ locations: [key] }], ['exportKey', 'sign']],
    ['an action of this key', [{ actions: ['sign'], locations: [key] }], ['sign']],
    [
      'an action here and a place for another',
      [
        { actions: ['sign'], locations: [] },
        { locations: [key], actions: [] },
      ],
      [],
    ],
    ['no place', [{ locations: [] }], []],
    ['another keystore', [{ locations: [`${url}x`] }], []],
    ['the beginning of this one', [{ locations: [url.slice(0, -1)] }], []],
    ['another key', [{ locations: [`${url}/keys/other`] }], []],
    ['another service', [{ locations: [`${service}.evil.example`] }], []],
    ['this key in another form', [{ locations: [`${url}/x/../keys/${keyId}`] }], []],
  ]
  for (const [name, rights, allowed] of cases) {
    for (const [action, attempt] of Object.entries(attempts)) {
      const expected = allowed.includes(action) ? 'done' : 'FORBIDDEN'
      t.equal(
        await outcome(() => attempt(kms, holding(alice, ...rights), keystore, keyId)),
        expected,
        `${name}: ${action}`,
      )
    }
  }
})

t.test('creating a keystore takes a right to do so', async t => {
  const kms = await openKms(memoryPorts())
  const cases: readonly [name: string, rights: readonly AccessRight[], expected: string][] = [
    ['everything', [{}], 'done'],
    ['this action', [{ actions: ['createKeyStore'] }], 'done'],
    ['here', [{ actions: ['createKeyStore'], locations: [kms.keystoreUrl('x').replace('/x', '')] }], 'done'],
    ['another action', [{ actions: ['createKey'] }], 'FORBIDDEN'],
    ['elsewhere', [{ locations: ['https://other.example'] }], 'FORBIDDEN'],
    ['in one keystore', [{ locations: [kms.keystoreUrl('x')] }], 'FORBIDDEN'],
    ['nothing', [], 'FORBIDDEN'],
  ]
  for (const [name, rights, expected] of cases) {
    const create = () => createKeystore(kms, holding(alice, ...rights), { controller: 'did:example:alice' })
    t.equal(await outcome(create), expected, name)
  }
})

t.test('what is the controller’s alone no token can do', async t => {
  const { kms, keystore } = await setUp()
  const handOver = { keystoreId: keystore.id, controller: 'did:example:bob', revision: 2 }
  t.equal(await outcome(() => updateKeystore(kms, holding(alice, {}), handOver)), 'FORBIDDEN')
  t.equal(await outcome(() => listRevocations(kms, holding(alice, {}), keystore.id, 10)), 'FORBIDDEN')
})

t.test('a keystore that is handed over belongs to no token any more', async t => {
  const { kms, keystore, keyId } = await setUp()
  await updateKeystore(kms, local, { keystoreId: keystore.id, controller: 'did:example:bob', revision: 2 })
  t.notOk('owner' in ((await kms.records.findKeystore(keystore.id)) ?? {}))
  for (const [action, attempt] of Object.entries(attempts)) {
    t.equal(await outcome(() => attempt(kms, holding(alice, {}), keystore, keyId)), 'FORBIDDEN', action)
  }
})

import { outcome } from '@keyhold/contract'
import { type Caller, createKey, createKeystore, easy, easyOpen, importKey, openKms, rotateKey } from '@keyhold/core'
import { ed25519 } from '@noble/curves/ed25519.js'
import t from 'tap'
import { jwkThumbprint, pkcs8 } from '../../support/encoded-keys.ts'
import { memoryPorts } from '../../support/memory-ports.ts'

const local = { kind: 'local' } as const
const key = {
  id: 'did:example:bob#1',
  controller: 'did:example:bob',
  kind: 'Ed25519',
  publicKey: new Uint8Array(32),
  verify: () => false,
} as const
const nonce = new Uint8Array(24)
const payload = Buffer.from('payload')

/** Whose chain has a target, and is not looked at any further. */
function invokerOf(target: string): Caller {
  const capability = { delegated: { target } }
  return { kind: 'invoker', key, invocation: { dialect: 'ccg', action: 'unwrap', capabilityHash: target, capability } }
}

async function setUp() {
  const kms = await openKms(memoryPorts(), {
    capabilities: {
      policy: { maximumTtl: 1000, clockSkew: 0 },
      resolveDid: async () => undefined,
      verifyCcgChain: async ({ target }) => ({
        delegations: [],
        invokers: [key.id],
        target: String(target),
        expires: Number.POSITIVE_INFINITY,
      }),
    },
  })
  const { id: keystoreId, url } = await createKeystore(kms, local, { controller: 'did:example:owner' })
  const created = () => createKey(kms, local, { keystoreId, keyType: 'ED25519' })
  const [alice, bob] = [await created(), await created()]
  const montgomery = (publicKey: Uint8Array = new Uint8Array(0)) => ed25519.utils.toMontgomery(publicKey)
  const theirPublicKey = montgomery(alice.publicKey)
  const boxFor = (publicKey: Uint8Array = new Uint8Array(0)) =>
    easy(kms, local, { keystoreId, keyId: alice.id, payload, nonce, theirPublicKey: montgomery(publicKey) })
  const openAs = (caller: Caller, keyId: string, ciphertext: Uint8Array, myPublicKey: Uint8Array = new Uint8Array(0)) =>
    outcome(() => easyOpen(kms, caller, { keystoreId, keyId, ciphertext, nonce, theirPublicKey, myPublicKey }))
  return { kms, keystoreId, url, alice, bob, boxFor, openAs }
}

t.test('a capability for one key opens nothing with another, whatever the path says', async t => {
  const { url, alice, bob, boxFor, openAs } = await setUp()
  const box = await boxFor(bob.publicKey)
  const forAlice = invokerOf(`${url}/keys/${alice.id}`)
  t.equal(await openAs(forAlice, alice.id, box, bob.publicKey), 'FORBIDDEN', 'by the path that is allowed')
  t.equal(await openAs(forAlice, bob.id, box, bob.publicKey), 'FORBIDDEN', 'by its own path')
  t.equal(
    await openAs(forAlice, alice.id, box, ed25519.getPublicKey(new Uint8Array(32))),
    'FORBIDDEN',
    'nor a key that is not there',
  )
  t.equal(await openAs(invokerOf(`${url}/keys/${bob.id}`), bob.id, box, bob.publicKey), 'done')
  t.equal(await openAs(invokerOf(url), alice.id, box, bob.publicKey), 'done', 'for the keystore: any key of it')
})

t.test('a capability names a key by any of its ids', async t => {
  const { kms, keystoreId, url, bob, boxFor, openAs } = await setUp()
  const box = await boxFor(bob.publicKey)
  const rotated = await rotateKey(kms, local, { keystoreId, keyId: bob.id, keyType: 'ED25519' })
  t.equal(await openAs(invokerOf(`${url}/keys/${rotated.id}`), rotated.id, box, bob.publicKey), 'done', 'the newest')

  const seed = Buffer.alloc(32, 5)
  const publicKey = ed25519.getPublicKey(seed)
  const encoded = pkcs8('Ed25519', seed, publicKey)
  await importKey(kms, local, { keystoreId, keyType: 'ED25519', key: encoded, keyId: 'mine' })
  const other = await boxFor(publicKey)
  const id = jwkThumbprint('Ed25519', publicKey)
  t.equal(await openAs(invokerOf(`${url}/keys/mine`), 'mine', other, publicKey), 'done', 'its own')
  t.equal(await openAs(invokerOf(`${url}/keys/${id}`), id, other, publicKey), 'done', 'the thumbprint')
})

t.test('of two imports of one key at the same time both are there', async t => {
  const { kms, keystoreId } = await setUp()
  const seed = Buffer.alloc(32, 6)
  const publicKey = ed25519.getPublicKey(seed)
  const imports = ['a', 'b', 'c', 'd'].map(keyId =>
    importKey(kms, local, { keystoreId, keyType: 'ED25519', key: pkcs8('Ed25519', seed, publicKey), keyId }),
  )
  t.same(
    (await Promise.all(imports)).map(({ id }) => id),
    ['a', 'b', 'c', 'd'],
  )
  const found = await kms.records.findKey(keystoreId, jwkThumbprint('Ed25519', publicKey))
  t.ok(found && ['a', 'b', 'c', 'd'].includes(found.id), 'one of them has the thumbprint')
})

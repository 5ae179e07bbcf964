import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto'
import { EdvClient, HttpsTransport } from '@digitalbazaar/edv-client'
import { outcome } from '@keyhold/contract'
import { encodeMultibase } from '@keyhold/core'
import { decodeMultibase } from '@keyhold/core/encoding/multibase.js'
import { type GeneralJWE, generalDecrypt } from 'jose'
import t, { type Test } from 'tap'
import { delegate } from '../support/ccg-delegation.ts'
import { recipientKey } from '../support/edv-jwe.ts'
import { openVault } from '../support/edv-server.ts'
import { newSigner } from '../support/edv-wallet.ts'
import { type SpecFake, specFake } from '../support/spec-edv-fake.ts'

const signer = await newSigner()

/** The header of an X25519 public key (multicodec). */
const x25519Header = Uint8Array.of(0xec, 0x01)

function x25519Key(): { readonly privateKey: KeyObject; readonly publicKeyMultibase: string } {
  const seed = Buffer.from(`302e020100300506032b656e04220420${'07'.repeat(32)}`, 'hex')
  const privateKey = createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' })
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  return { privateKey, publicKeyMultibase: encodeMultibase(Buffer.concat([x25519Header, Buffer.from(x, 'base64url')])) }
}

/** Digital Bazaar's own client, of the controller of a vault. */
async function publishedClient({ place, controller }: SpecFake) {
  const { privateKey, publicKeyMultibase } = x25519Key()
  const id = 'did:example:wallet#key'
  const publicKeyOf = (text: string) => {
    const x = Buffer.from(decodeMultibase(text)?.subarray(2) ?? []).toString('base64url')
    return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x } })
  }
  const members = { expires: new Date(Date.now() + 3_600_000).toISOString(), allowedAction: ['read', 'write'] }
  const capability = await delegate(place.url, { by: controller, to: controller.did, created: Date.now(), members })
  const access = { capability, invocationSigner: controller.signer }
  const client = new EdvClient({
    id: place.url,
    ...access,
    keyAgreementKey: {
      id,
      type: 'X25519KeyAgreementKey2020',
      deriveSecret: async ({ publicKey }) =>
        diffieHellman({ privateKey, publicKey: publicKeyOf(publicKey.publicKeyMultibase) }),
    },
    keyResolver: async () => ({ id, type: 'X25519KeyAgreementKey2020', publicKeyMultibase }),
  })
  return { client, transport: new HttpsTransport({ edvId: place.url, ...access }) }
}

async function sceneOf(t: Test) {
  const fake = await specFake(t, signer)
  return { fake, vault: await openVault(t, fake.place), ...(await publishedClient(fake)) }
}

t.test('the vault of these tests is one to the published client', async t => {
  const { fake, client } = await sceneOf(t)
  const { id } = await client.insert({ doc: { content: { a: 1 } } })
  const inserted = await client.get({ id })
  t.match(inserted, { id, sequence: 0, content: { a: 1 } })
  await client.update({ doc: { ...inserted, content: { a: 2 } } })
  const updated = await client.get({ id })
  t.match(updated, { id, sequence: 1, content: { a: 2 } })
  await t.rejects(client.update({ doc: { ...inserted, content: { a: 3 } } }), { name: 'InvalidStateError' })
  await t.rejects(client.insert({ doc: { id, content: { a: 3 } } }), { name: 'DuplicateError' })
  await client.delete({ doc: updated })
  t.match(fake.documents.get(id), { sequence: 2 })
  t.match(await client.get({ id }), { content: {}, meta: { deleted: true } })
})

t.test('the published client fetches what is put there, and any library of JOSE opens it', async t => {
  const { fake, vault, transport } = await sceneOf(t)
  await vault.put('one', Uint8Array.of(1, 2, 3))
  const [id = ''] = fake.documents.keys()
  const document = await transport.get({ id })
  t.match(document, { id, sequence: 0, indexed: [] })
  const { plaintext } = await generalDecrypt(document['jwe'] as GeneralJWE, recipientKey)
  t.match(JSON.parse(Buffer.from(plaintext).toString()), { id, content: { unformattedValue: 'AQID' } })
  await t.rejects(transport.insert({ encrypted: document }), { name: 'DuplicateError' }, 'and it counts as a document')
})

t.test('what the published client puts in the place of a document does not pass for it', async t => {
  const { fake, vault, client } = await sceneOf(t)
  await vault.put('one', Uint8Array.of(1))
  const [id = ''] = fake.documents.keys()
  await client.update({ doc: { id, sequence: 0, content: { unformattedKey: 'one', unformattedValue: 'AQ==' } } })
  t.equal(await outcome(() => vault.get('one')), 'VAULT_CORRUPT', 'its cipher is another')
  await vault.remove('one')
  t.match(fake.documents.get(id), { sequence: 2 }, 'it can be removed all the same')
  t.equal(await vault.get('one'), undefined)
})

const skip = 'it looks for the ephemeral key in the header of the recipient alone, and JOSE libraries protect it'
t.test('the published client decrypts what is put there', { skip }, async () => {})

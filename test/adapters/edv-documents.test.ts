import { createHash, createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { outcome } from '@keyhold/contract'
import { encodeMultibase, type Vault } from '@keyhold/core'
import { calculateJwkThumbprint, type GeneralJWE, generalDecrypt, type JWK } from 'jose'
import t, { type Test } from 'tap'
import type { EdvFake, FakeDocument } from '../support/edv-fake.ts'
import { documentText, flattenedJwe, generalJwe, recipientKey, unprotectedJwe } from '../support/edv-jwe.ts'
import { macKeyBytes, openVault } from '../support/edv-server.ts'
import { newSigner } from '../support/edv-wallet.ts'
import { specFake } from '../support/spec-edv-fake.ts'
import { trustblocFake } from '../support/trustbloc-edv-fake.ts'

const signer = await newSigner()
const fakes = { trustbloc: trustblocFake, spec: specFake } as const

const aContent = Uint8Array.of(1, 2, 3)

async function sceneOf(t: Test, kind: keyof typeof fakes = 'trustbloc'): Promise<{ fake: EdvFake; vault: Vault }> {
  const fake = await fakes[kind](t, signer)
  return { fake, vault: await openVault(t, fake.place) }
}

/** The one document of a vault. */
function onlyDocument({ documents }: EdvFake): FakeDocument {
  const [document, ...others] = documents.values()
  if (document === undefined || others.length > 0) throw new Error('there is not one document')
  return document
}

for (const kind of ['trustbloc', 'spec'] as const) {
  t.test(`${kind}: what is put into a vault`, async t => {
    const { fake, vault } = await sceneOf(t, kind)
    await vault.put('a name', aContent)
    const { id, sequence, indexed, jwe } = onlyDocument(fake)

    const length = Buffer.from([0, 0, 0, 6])
    const mac = createHmac('sha256', macKeyBytes).update('keyhold/edv-doc/v1').update(length).update('a name')
    const bytes = mac.digest().subarray(0, 16)
    const expected = {
      trustbloc: encodeMultibase(bytes).slice(1),
      spec: encodeMultibase(Buffer.concat([Uint8Array.of(0x00, 0x10), bytes])),
    }
    t.equal(id, expected[kind], 'its id says nothing about its name')
    t.equal(sequence, 0)
    const noAttributes = [{ sequence: 0, hmac: { id: '', type: '' }, attributes: [] }]
    t.strictSame(indexed, kind === 'spec' ? [] : noAttributes, 'nothing can be searched for')

    const kid = await calculateJwkThumbprint(createPublicKey(recipientKey).export({ format: 'jwk' }) as JWK)
    const { header } = (jwe as unknown as GeneralJWE).recipients[0] ?? {}
    t.strictSame(header, { alg: 'ECDH-ES+A256KW', kid }, 'the algorithm is named for the recipient')
    const { plaintext, protectedHeader } = await generalDecrypt(jwe as unknown as GeneralJWE, recipientKey)
    t.strictSame(Object.keys(protectedHeader ?? {}).sort(), ['enc', 'epk'])
    t.strictSame(
      Object.keys(protectedHeader?.['epk'] ?? {}).sort(),
      ['crv', 'kty', 'x', 'y'],
      'nothing secret is in it',
    )
    t.strictSame(JSON.parse(Buffer.from(plaintext).toString()), {
      id,
      meta: { v: 1 },
      content: { unformattedKey: 'a name', unformattedValue: 'AQID', unformattedTags: null },
    })
    await vault.put('another name', aContent)
    const wrapped = Array.from(fake.documents.values(), each => each.jwe['ciphertext'])
    t.equal(new Set(wrapped).size, 2, 'the same content looks different each time')
  })
}

const text = documentText('one', 'AQID')

t.test('documents of other writers are read', async t => {
  const writers = {
    'general, everything protected but the algorithm': generalJwe(text),
    'general, the ephemeral key not protected': unprotectedJwe(text),
    flattened: flattenedJwe(text),
    'as the reference writes it': flattenedJwe(text, { more: { cty: 'application/json' } }),
    'with members that mean nothing here': generalJwe(JSON.stringify({ ...JSON.parse(text), more: true })),
  }
  for (const [name, jwe] of Object.entries(writers)) {
    const { fake, vault } = await sceneOf(t)
    await vault.put('one', Uint8Array.of(9))
    const { id } = onlyDocument(fake)
    fake.documents.set(id, { id, sequence: 7, jwe: { ...(await jwe) } })
    t.strictSame(Buffer.from((await vault.get('one')) ?? []), Buffer.from(aContent), name)
  }
})

/** The JWE of one document, changed. */
type Change = (jwe: GeneralJWE, other: GeneralJWE) => unknown | Promise<unknown>

const withHeader = (jwe: GeneralJWE, members: object): GeneralJWE => ({
  ...jwe,
  recipients: jwe.recipients.map(each => ({ ...each, header: { ...each.header, ...members } })),
})

const withEpk = (jwe: GeneralJWE, members: object): GeneralJWE => {
  const header = JSON.parse(Buffer.from(jwe.protected ?? '', 'base64url').toString())
  const changed = JSON.stringify({ ...header, epk: { ...header.epk, ...members } })
  return { ...jwe, protected: Buffer.from(changed).toString('base64url') }
}

const changes: Readonly<Record<string, Change>> = {
  'that of another document': (_, other) => other,
  'the ciphertext of another': (jwe, other) => ({ ...jwe, ciphertext: other.ciphertext }),
  'the recipient of another': (jwe, other) => ({ ...jwe, recipients: other.recipients }),
  'the header of another': (jwe, other) => ({ ...jwe, protected: other.protected }),
  'a changed tag': jwe => ({ ...jwe, tag: jwe.tag?.replace(/^./, c => (c === 'A' ? 'B' : 'A')) }),
  'a changed ciphertext': jwe => ({ ...jwe, ciphertext: jwe.ciphertext.replace(/^./, c => (c === 'A' ? 'B' : 'A')) }),
  'no ciphertext': ({ ciphertext: _, ...jwe }) => jwe,
  'no tag': ({ tag: _, ...jwe }) => jwe,
  'a short tag': jwe => ({ ...jwe, tag: jwe.tag?.slice(0, 16) }),
  'no protected header': ({ protected: _, ...jwe }) => jwe,
  'a protected header that is no JSON': jwe => ({ ...jwe, protected: 'AAAA' }),
  'a protected header that is a list': jwe => ({ ...jwe, protected: Buffer.from('[]').toString('base64url') }),
  'a huge protected header': jwe => ({ ...jwe, protected: 'A'.repeat(8000) }),
  'a member more': jwe => ({ ...jwe, unprotected: {} }),
  'additional authenticated data': jwe => ({ ...jwe, aad: 'AAAA' }),
  'no recipient': jwe => ({ ...jwe, recipients: [] }),
  'two recipients': jwe => ({ ...jwe, recipients: [...jwe.recipients, ...jwe.recipients] }),
  'a recipient that is null': jwe => ({ ...jwe, recipients: [null] }),
  'a member of a recipient more': jwe => ({ ...jwe, recipients: [{ ...jwe.recipients[0], x: 1 }] }),
  'both forms at once': jwe => ({ ...jwe, ...jwe.recipients[0] }),
  'a header that is a text': jwe => ({ ...jwe, recipients: [{ ...jwe.recipients[0], header: 'x' }] }),
  'no algorithm': jwe => ({ ...jwe, recipients: [{ encrypted_key: jwe.recipients[0]?.encrypted_key }] }),
  'the algorithm none': jwe => withHeader(jwe, { alg: 'none' }),
  'the algorithm of direct agreement': jwe => withHeader(jwe, { alg: 'ECDH-ES' }),
  'compression in the header': jwe => withHeader(jwe, { zip: 'DEF' }),
  'a critical member': jwe => withHeader(jwe, { crit: ['exp'] }),
  'a URL of a key': jwe => withHeader(jwe, { jku: 'https://vault.example/keys' }),
  'the private part of the ephemeral key, in the protected header': jwe => withEpk(jwe, { d: 'AAAA' }),
  'the private part of the ephemeral key': () => unprotectedJwe(text, { d: 'AAAA' }),
  'the private part of the ephemeral key, empty': () => unprotectedJwe(text, { d: '' }),
  'an ephemeral key on another curve': jwe => withEpk(jwe, { crv: 'P-384' }),
  'an ephemeral key that is not on the curve': jwe => withEpk(jwe, { x: Buffer.alloc(32, 1).toString('base64url') }),
  'an ephemeral key that is a text': jwe => withHeader(withEpk(jwe, {}), { epk: 'x' }),
  'another key, direct agreement': () => generalJwe(text, { alg: 'ECDH-ES' }),
  'a smaller key for the wrapping': () => generalJwe(text, { alg: 'ECDH-ES+A128KW' }),
  'a smaller key for the content': () => generalJwe(text, { enc: 'A128GCM' }),
  'CBC and HMAC': () => generalJwe(text, { enc: 'A256CBC-HS512' }),
  'a compressed plaintext': () => generalJwe(text, { more: { zip: 'DEF' } }),
  'a password': () => generalJwe(text, { alg: 'PBES2-HS512+A256KW', key: Buffer.from('password') }),
  'a symmetric key': () => generalJwe(text, { alg: 'A256KW', key: Buffer.alloc(32) }),
  'another recipient key': () =>
    generalJwe(text, { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey }),
  'a flattened one with a password': () =>
    flattenedJwe(text, { alg: 'PBES2-HS512+A256KW', key: Buffer.from('password') }),
  'a document of another name': () => generalJwe(documentText('two', 'AQID')),
  'a document of a longer name': () => generalJwe(documentText('one\0', 'AQID')),
  'a document without a name': () => generalJwe('{"id":"","meta":null,"content":{"unformattedValue":"AQID"}}'),
  'a document without a value': () => generalJwe('{"id":"","meta":null,"content":{"unformattedKey":"one"}}'),
  'a document without content': () => generalJwe('{"id":"","meta":null}'),
  'a value that is not in base64': () => generalJwe(documentText('one', 'AQI')),
  'a value in the other base64': () => generalJwe(documentText('one', '-_-_')),
  'a plaintext that is no JSON': () => generalJwe('{'),
  'a plaintext that is null': () => generalJwe('null'),
  'a plaintext that is a list': () => generalJwe('[]'),
  'an empty plaintext': () => generalJwe(''),
  'null instead of it': () => null,
  'a text instead of it': () => 'eyJ.eyJ.x.y.z',
  'a list instead of it': jwe => [jwe],
  'nothing instead of it': () => undefined,
}

t.test('a document that is not what was put there is VAULT_CORRUPT', async t => {
  const { fake, vault } = await sceneOf(t)
  await vault.put('one', aContent)
  const { id, jwe } = onlyDocument(fake)
  await vault.put('two', aContent)
  const other = Array.from(fake.documents.values()).find(each => each.id !== id)
  const messages = new Set<string>()
  for (const [name, change] of Object.entries(changes)) {
    const changed = await change(jwe as unknown as GeneralJWE, other?.jwe as unknown as GeneralJWE)
    fake.documents.set(id, { id, sequence: 0, jwe: changed as FakeDocument['jwe'] })
    t.equal(await outcome(() => vault.get('one')), 'VAULT_CORRUPT', name)
    messages.add(await vault.get('one').then(String, error => error.message))
  }
  t.equal(messages.size, 1, 'in the same words')
  fake.documents.set(id, { ...other, id } as FakeDocument)
  t.equal(await outcome(() => vault.get('one')), 'VAULT_CORRUPT', 'another document under the id of this one')
  if (other !== undefined) fake.documents.set(id, other)
  t.equal(await outcome(() => vault.get('one')), 'VAULT_CORRUPT', 'another document, whole')
  fake.documents.set(id, { id: other?.id ?? '', sequence: 0, jwe })
  t.equal(await outcome(() => vault.get('one')), 'VAULT_CORRUPT', 'this document under the id of another')
  fake.documents.set(id, { id, sequence: 0, jwe })
  t.strictSame(Buffer.from((await vault.get('one')) ?? []), Buffer.from(aContent), 'and what was put there is read')
})

t.test('that everybody could read a document is in the log', async t => {
  const { fake, vault } = await sceneOf(t)
  await vault.put('one', aContent)
  const { id } = onlyDocument(fake)
  fake.documents.set(id, { id, sequence: 0, jwe: { ...(await unprotectedJwe(text, { d: 'AAAA' })) } })
  await t.rejects(vault.get('one'), { code: 'VAULT_CORRUPT', cause: 'the ephemeral key of a JWE is not secret' })
})

t.test('what the vault answers is in no message and in no cause', async t => {
  const { fake, vault } = await sceneOf(t)
  await vault.put('one', aContent)
  const { id } = onlyDocument(fake)
  const marker = createHash('sha256').update('marker').digest('hex')
  const jwes = [
    marker,
    { [marker]: marker },
    { ...(await generalJwe(marker)) },
    { ...(await generalJwe(`{"${marker}`)) },
  ]
  for (const jwe of jwes) {
    fake.documents.set(id, { id, sequence: 0, jwe: jwe as FakeDocument['jwe'] })
    const error = await vault.get('one').catch((error: unknown) => error as Error)
    t.notMatch(String((error as Error).message) + String((error as Error).cause), marker)
  }
})

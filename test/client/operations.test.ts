import { createHash } from 'node:crypto'
import { type Capability, delegate, Keyhold, KeyholdError, zcap } from '@keyhold/client'
import { verifyLog } from '@keyhold/core/audit/verify-log.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { createLocalJWKSet, flattenedVerify } from 'jose'
import t from 'tap'
import { routes } from '../app/http/authorization/routes.ts'
import { alice, bob, clientService } from '../support/client-service.ts'
import { quickAttributes } from '../support/quick-attributes.ts'

const message = Buffer.from('hello')
const other = Buffer.from('something else')
const hour = 3_600_000

/** The route of a URL, as the table of routes names it. */
function routeOf(method: string, url: string): string {
  const { pathname } = new URL(url)
  const path = pathname
    .replace(/^(\/v1\/keystores\/)(?!did$)[^/]+/, '$1:keystoreId')
    .replace(/(\/keys\/)[^/]+/, '$1:keyId')
    .replace(/(\/revocations\/).+/, '$1:capabilityId')
    .replace(/(\/sessions\/).+/, '$1:sessionId')
  return `${method} ${path}`
}

const asText = (bytes: Uint8Array) => Buffer.from(bytes).toString()

t.test('every operation, by a client that invokes capabilities', async t => {
  const service = await clientService(t)
  const called = new Set<string>()
  const keyhold = new Keyhold({
    url: `${service.url}/`,
    authorization: service.authorizations.trustbloc,
    userShare: { share: service.share, user: 'alice' },
    fetch: (url, init) => {
      called.add(routeOf(init?.method ?? '', String(url)))
      return fetch(url, init)
    },
  })
  const keystore = await keyhold.createKeystore()

  t.equal(await keyhold.isReady(), true)

  await t.test('keystores', async t => {
    const { url, revision, controller, jwks, lock, created } = await keystore.describe()
    t.strictSame(
      { url, revision, controller, jwks },
      { url: keystore.url, revision: 1, controller: alice.didUrl, jwks: 'controller' },
    )
    t.equal(lock, 'shamir', 'the request has brought a share')
    t.ok(Math.abs(created.getTime() - Date.now()) < hour)
    const published = await keystore.update({ jwks: 'public', revision: 2 })
    t.match(published, { jwks: 'public', revision: 2 })
    t.strictSame(published.capability, keystore.capability)
    const anyone = new Keyhold({ url: service.url })
    t.strictSame(await anyone.keystore(keystore.url).jwks(), { keys: [] })
  })

  await t.test('signatures', async t => {
    const key = await keystore.createKey('ED25519')
    const signature = await key.sign(message)
    t.ok(ed25519.verify(signature, message, key.publicKey ?? message))
    t.equal(await key.verify(signature, message), true)
    t.equal(await key.verify(signature, other), false)
    t.strictSame(await key.export(), { type: 'ED25519', publicKey: key.publicKey })
    const [jwk, spki, multikey, didKey] = await Promise.all([
      key.export('jwk'),
      key.export('spki'),
      key.export('multikey'),
      key.export('did_key'),
    ])
    t.match(jwk, { kty: 'OKP', crv: 'Ed25519', kid: key.id, use: 'sig' })
    t.strictSame(spki.subarray(-32), key.publicKey)
    t.equal(didKey, `did:key:${multikey}`)
    const rotated = await key.rotate('ECDSAP256IEEEP1363')
    t.equal(await keystore.key(rotated.id).verify(signature, message), true, 'by the older version')
    t.strictSame((await keystore.jwks()).keys.map(({ kid }) => kid).sort(), [key.id, rotated.id].sort())
  })

  await t.test('imports', async t => {
    const jwk = { kty: 'oct', k: Buffer.alloc(32, 7).toString('base64url') }
    const byJwk = await keystore.importKey('AES256GCM', { jwk }, 'mine')
    t.equal(byJwk.url, `${keystore.url}/keys/mine`)
    const same = await keystore.importKey('AES256GCM', { key: Buffer.alloc(32, 7) })
    t.strictSame(asText(await byJwk.decrypt(await same.encrypt(message))), 'hello')
    const verifying = await keystore.importKey('ED25519', { publicKey: ed25519.getPublicKey(Buffer.alloc(32, 3)) })
    t.equal(await verifying.verify(ed25519.sign(message, Buffer.alloc(32, 3)), message), true)
  })

  await t.test('encryption and MACs', async t => {
    const key = await keystore.createKey('XChaCha20Poly1305')
    t.equal(key.publicKey, undefined)
    const encrypted = await key.encrypt(message, other)
    t.strictSame(asText(await key.decrypt(encrypted, other)), 'hello')
    await t.rejects(key.decrypt(encrypted), { status: 400, code: 'DECRYPTION_FAILED' })
    const empty = await key.encrypt(new Uint8Array(0))
    t.equal((await key.decrypt(empty)).length, 0)
    const mac = await keystore.createKey('HMACSHA256Tag256')
    const tag = await mac.computeMac(message)
    t.strictSame([await mac.verifyMac(tag, message), await mac.verifyMac(tag, other)], [true, false])
  })

  await t.test('wrapped keys', async t => {
    const cek = Buffer.alloc(32, 9)
    for (const type of ['X25519ECDHKW', 'NISTP256ECDHKW', 'NISTP521ECDHKW', 'ML-KEM-768'] as const) {
      const key = await keystore.createKey(type)
      const recipient = await key.export('jwk')
      const wrapped = await keystore.wrap({ cek, recipient, apu: message, apv: other })
      t.equal(wrapped.kid, recipient.kid)
      t.strictSame(Buffer.from(await key.unwrap(wrapped)), cek, `${type} ${wrapped.alg}`)
    }
    const sender = await keystore.createKey('X25519ECDHKW')
    const key = await keystore.createKey('X25519ECDHKW')
    const wrapped = await sender.wrap({ cek, recipient: await key.export('jwk'), tag: message })
    const opened = await key.unwrap(wrapped, { sender: await sender.export('jwk'), tag: message })
    t.strictSame([Buffer.from(opened), wrapped.alg], [cek, 'ECDH-1PU+A128KW'])
    const recipient = await keystore.createKey('ED25519')
    const jwk = await recipient.export('jwk')
    await t.rejects(keystore.wrap({ cek, recipient: jwk }), KeyholdError, 'a key that signs')
    await t.rejects(keystore.wrap({ cek, recipient: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } }), TypeError)
  })

  await t.test('batches', async t => {
    const signing = await keystore.createKey('ED25519')
    const messages = [message, other, new Uint8Array(0)]
    const signatures = await signing.signAll(messages)
    t.equal(signatures.length, 3)
    for (const [index, signature] of signatures.entries()) {
      if (signature instanceof KeyholdError) throw signature
      t.ok(ed25519.verify(signature, messages[index] ?? message, signing.publicKey ?? message))
    }
    const [first = message] = signatures.filter(each => each instanceof Uint8Array)
    const signed = [message, other].map(each => ({ signature: first, message: each }))
    t.strictSame(await signing.verifyAll(signed), [true, false])
    const encrypting = await keystore.createKey('AES256GCM')
    const encrypted = await encrypting.encryptAll([{ message, associatedData: other }, { message: other }])
    const opening = encrypted.flatMap(each => (each instanceof KeyholdError ? [] : [each]))
    const decrypted = await encrypting.decryptAll(opening)
    t.match(decrypted, [{ status: 200, code: 'DECRYPTION_FAILED' }, Uint8Array])
    t.ok(decrypted[0] instanceof KeyholdError)
    const mac = await keystore.createKey('HMACSHA256Tag256')
    const macs = await mac.computeMacAll([message, other])
    const marked = macs.map(each => ({ mac: each instanceof Uint8Array ? each : message, data: message }))
    t.strictSame(await mac.verifyMacAll(marked), [true, false])
    t.match(await mac.signAll([message]), [{ code: 'OPERATION_UNSUPPORTED' }])
    t.match(await signing.verifyMacAll(marked), [{ code: 'OPERATION_UNSUPPORTED' }, KeyholdError], 'which is no answer')
    const agreeing = await keystore.createKey('X25519ECDHKW')
    const recipient = await agreeing.export('jwk')
    const ceks = [1, 2].map(byte => Buffer.alloc(32, byte))
    const wrapped = await agreeing.wrapAll(ceks.map(cek => ({ cek, recipient })))
    const unwraps = wrapped.flatMap(each =>
      each instanceof KeyholdError ? [] : [{ wrapped: each, sender: recipient }],
    )
    const opened = await agreeing.unwrapAll(unwraps)
    t.strictSame(
      opened.map(each => each instanceof Uint8Array && Buffer.from(each)),
      ceks,
    )
    await t.rejects(signing.signAll([]), { status: 400, code: 'INVALID_REQUEST' })
  })

  await t.test('batches of several operations', async t => {
    const [signing, mac, agreeing] = await Promise.all([
      keystore.createKey('ED25519'),
      keystore.createKey('HMACSHA256Tag256'),
      keystore.createKey('X25519ECDHKW'),
    ])
    const digest = { from: 'digest', member: 'digest' }
    const [hash, signature, marked, isValid, isOther] = await keystore.batch([
      { operation: 'hash', id: 'digest', algorithm: 'SHA-256', message },
      { operation: 'sign', id: 'signature', key: signing, message: digest },
      { operation: 'computeMac', key: mac.id, data: { from: 'signature', member: 'signature' } },
      { operation: 'verify', key: signing, message: digest, signature: { from: 'signature', member: 'signature' } },
      { operation: 'verify', key: signing, message: other, signature: { from: 'signature', member: 'signature' } },
    ])
    t.strictSame(hash, Uint8Array.from(createHash('sha256').update(message).digest()))
    t.strictSame([isValid, isOther], [true, false])
    if (signature instanceof KeyholdError || marked instanceof KeyholdError) throw new Error('they are there')
    t.equal(await mac.verifyMac(marked, signature), true)

    const recipient = await agreeing.export('jwk')
    const cek = Buffer.alloc(32, 9)
    const wrapped = await keystore.wrap({ cek, recipient })
    const key = { from: 'cek', member: 'key', type: 'AES256GCM' } as const
    const content = await (await keystore.importKey('AES256GCM', { key: cek })).encrypt(message, other)
    const [kept, opened, anew, failed, not] = await keystore.batch([
      { operation: 'unwrap', id: 'cek', key: agreeing, wrapped, answer: false },
      { operation: 'decrypt', key, ...content, associatedData: other },
      { operation: 'wrap', cek: { from: 'cek', member: 'key' }, recipient },
      { operation: 'decrypt', key, ...content, answer: false },
      { operation: 'verify', key: signing, message, signature: message, answer: false },
    ])
    t.equal(kept, undefined)
    t.strictSame(opened, Uint8Array.from(message))
    t.match(failed, { code: 'DECRYPTION_FAILED' })
    t.match(not, { code: 'VERIFICATION_FAILED' })
    if (anew instanceof KeyholdError) throw anew
    t.strictSame(Buffer.from(await agreeing.unwrap(anew)), cek)
    await t.rejects(keystore.batch([{ operation: 'sign', key: signing, message: digest }]), {
      status: 400,
      code: 'INVALID_REQUEST',
    })
  })

  await t.test('NaCl boxes', async t => {
    const key = await keystore.createKey('ED25519')
    const myPublicKey = key.publicKey ?? message
    const theirSecret = Buffer.alloc(32, 5)
    const theirPublicKey = x25519.getPublicKey(theirSecret)
    const nonce = Buffer.alloc(24, 1)
    const box = await key.easy(message, { nonce, theirPublicKey })
    t.equal(box.length, message.length + 16)
    t.strictSame(
      asText(await key.easyOpen(box, { nonce, theirPublicKey, myPublicKey })),
      'hello',
      'one secret for both',
    )
    await t.rejects(key.easyOpen(other, { nonce, theirPublicKey, myPublicKey }), { code: 'DECRYPTION_FAILED' })
    await t.rejects(key.sealOpen(Buffer.alloc(64), myPublicKey), { code: 'DECRYPTION_FAILED' })
  })

  await t.test('signatures over several messages', async t => {
    const messages = [message, other, Buffer.from('third')]
    const old = await keystore.createKey('BLS12381G2')
    const signature = await old.signMulti({ messages })
    t.equal(await old.verifyMulti(signature, { messages }), true)
    t.equal(await old.verifyMulti(signature, { messages: [message] }), false)
    const proof = await old.deriveProof(signature, { messages, revealed: [2], nonce: other })
    const told = { messages: messages.slice(2), nonce: other }
    t.strictSame([await old.verifyProof(proof, told), await old.verifyProof(proof, { messages })], [true, false])

    const key = await keystore.createKey('BLS12381G2-SHA-256')
    const header = Buffer.from('header')
    const signed = await key.signMulti({ messages, header })
    const disclosure = { header, revealed: [0], nonce: other }
    const derived = await key.deriveProof(signed, { ...disclosure, messages })
    t.equal(await key.verifyProof(derived, { ...disclosure, messages: [message] }), true)
  })

  await t.test('vaults', async t => {
    const capability = { invoker: await keyhold.vaultDid() }
    const vault = { url: 'https://vault.example/edvs/1', capability }
    const vaulted = await keyhold.createKeystore({ vault, lock: { type: 'server-held' } })
    t.match(await vaulted.describe(), { vaultUrl: vault.url, lock: 'server-held' })
    await vaulted.updateVault(capability)
    t.equal((await (await vaulted.createKey('ED25519')).sign(message)).length, 64)
  })

  await t.test('revocations', async t => {
    const key = await keystore.createKey('ED25519')
    const delegation = { to: bob.didUrl, actions: ['sign'], target: key.url, expires: new Date(Date.now() + hour) }
    const capability = await delegate(keystore.capability ?? {}, delegation, alice)
    const { userShare } = { userShare: { share: service.share, user: 'alice' } }
    const bobs = new Keyhold({ url: service.url, authorization: zcap(bob), userShare }).key(key.url, capability)
    t.equal((await bobs.sign(message)).length, 64)
    await t.rejects(bobs.verify(message, message), { status: 403, code: 'FORBIDDEN' })
    await keystore.revoke(capability)
    await t.rejects(bobs.sign(message), { status: 403, code: 'FORBIDDEN' })
    const revoked = []
    for await (const each of keystore.revocations()) revoked.push(each)
    t.match(revoked, [{ id: capability['id'], by: alice.didUrl, revoked: Date, expires: Date }])
  })

  await t.test('sessions', async t => {
    const key = await keystore.createKey('ED25519')
    const session = await keyhold.openSession(keystore, { ttl: 60 })
    t.equal((await session.keystore.key(key.id).sign(message)).length, 64, 'with the share that the lock needs')
    const open = []
    for await (const each of keystore.sessions()) open.push(each)
    t.match(open, [{ id: await session.id(), by: alice.didUrl, target: keystore.url, opened: Date, expires: Date }])
    await keystore.closeSession(await session.id())
    await t.rejects(session.keystore.key(key.id).sign(message), { status: 401, code: 'UNAUTHENTICATED' })
  })

  await t.test('the log', async t => {
    const lines = []
    for await (const line of keystore.log()) lines.push(line)
    t.match(await verifyLog(lines), { keystores: [keystore.url.slice(keystore.url.lastIndexOf('/') + 1)], faults: [] })
    t.match(JSON.parse(lines.at(-1) ?? ''), { type: 'begin' })
    const strangers = new Keyhold({ url: service.url, authorization: zcap(bob) }).keystore(keystore.url)
    await t.rejects(Promise.resolve(strangers.log().next()), { status: 403, code: 'FORBIDDEN' })
  })

  const without = ['blind', 'correctnessproof', 'signwithsecrets']
  const expected = routes.map(({ method, path }) => `${method} ${path}`)
  t.strictSame(
    [...called].filter(route => !route.includes('/health')).sort(),
    expected.filter(route => !without.some(name => route.endsWith(name))).sort(),
    'no route is without its method, but those that no key of the service can do',
  )
})

t.test('public keys and revocations are read to their last page', async t => {
  const { url, authorizations } = await clientService(t)
  const keystore = await new Keyhold({ url, authorization: authorizations.trustbloc }).createKeystore()
  const keys = await Promise.all(Array.from({ length: 101 }, () => keystore.createKey('ED25519')))
  const set = await keystore.jwks()
  t.strictSame(set.keys.map(({ kid }) => kid).sort(), keys.map(({ id }) => id).sort())
  const protectedHeader = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: keys[100]?.id })).toString('base64url')
  const payload = message.toString('base64url')
  const signature = await keys[100]?.sign(Buffer.from(`${protectedHeader}.${payload}`))
  const jws = { protected: protectedHeader, payload, signature: Buffer.from(signature ?? '').toString('base64url') }
  t.ok(await flattenedVerify(jws, createLocalJWKSet({ keys: set.keys.map(key => ({ ...key })) })))

  const expires = new Date(Date.now() + hour)
  const root: Capability = keystore.capability ?? {}
  const all = await Promise.all(Array.from({ length: 101 }, () => delegate(root, { to: bob.didUrl, expires }, alice)))
  await Promise.all(all.map(capability => keystore.revoke(capability)))
  const ids = []
  for await (const { id } of keystore.revocations()) ids.push(id)
  t.strictSame(ids.sort(), all.map(({ id }) => id).sort())
})

for (const name of ['trustbloc', 'ccg', 'gnap', 'bearer'] as const) {
  t.test(`${name}: a keystore is created and a key used`, async t => {
    const { url, authorizations } = await clientService(t)
    const authorization = authorizations[name]
    const keyhold = new Keyhold({ url, authorization })
    const keystore = await keyhold.createKeystore({ controller: alice.didUrl })
    const key = await keystore.createKey('RSAPS256', quickAttributes)
    const signature = await key.sign(message)
    t.equal(await key.verify(signature, message), true)
    t.equal(await keyhold.key(key.url, keystore.capability).verify(signature, other), false)
    t.match(await keystore.describe(), { controller: alice.didUrl })
    const strangers = new Keyhold({ url, authorization: zcap(bob) })
    await t.rejects(strangers.keystore(keystore.url).describe(), { status: 403, code: 'FORBIDDEN' })
    await t.rejects(strangers.key(key.url).sign(message), { status: 401, code: 'UNAUTHENTICATED' })
  })
}

t.test('whom a keystore belongs to must be said by who has no DID', async t => {
  const { url, authorizations } = await clientService(t)
  await t.rejects(new Keyhold({ url, authorization: authorizations.bearer }).createKeystore(), TypeError)
  await t.rejects(new Keyhold({ url }).createKeystore({ controller: 'a' }), { status: 401, code: 'UNAUTHENTICATED' })
})

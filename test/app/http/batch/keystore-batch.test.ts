import { createHash } from 'node:crypto'
import { verifyLog } from '@keyhold/core/audit/verify-log.js'
import fc from 'fast-check'
import t from 'tap'
import { exportedKey } from '../../../support/agreement.ts'
import { wholeLog } from '../../../support/audit-log.ts'
import { batchScene, from, message, post, secret } from '../../../support/batch-scene.ts'
import { base64, idOf } from '../../../support/build-app.ts'
import { CountingEd25519 } from '../../../support/counting-ed25519.ts'
import { foreignVerify } from '../../../support/foreign-key.ts'

t.test('a hash is signed, and the signature marked, by one request', async t => {
  const { app, key, path, results } = await batchScene(t)
  const [hash, signature, mac, verified] = await results([
    { id: 'hash', operation: 'hash', algorithm: 'SHA-384', message },
    { id: 'signature', operation: 'sign', key: key.signing, message: from('hash', 'digest') },
    { id: 'mac', operation: 'computemac', key: key.marking, data: from('signature', 'signature') },
    { operation: 'verifymac', key: key.marking, data: from('signature', 'signature'), mac: from('mac', 'mac') },
  ])
  const digest = createHash('sha384').update('a message').digest()
  t.strictSame([hash, verified], [{ digest: digest.toString('base64') }, {}])
  const { body } = await app.send({ method: 'GET', path: `${path.signing}/export` })
  const publicKey = Buffer.from(body.public_key, 'base64')
  t.ok(foreignVerify('ED25519', publicKey, digest, Buffer.from(signature.signature, 'base64')))
  t.strictSame(await post(app, `${path.marking}/computemac`, { data: signature.signature }), mac)
})

t.test('a content is opened by a key that is unwrapped and told to nobody', async t => {
  const { app, keystore, key, recipient_pub_key, batch } = await batchScene(t)
  const wrapped = await post(app, `${keystore}/wrap`, { cek: secret, recipient_pub_key })
  const unwrap = { id: 'cek', operation: 'unwrap', key: key.agreeing, wrapped_key: wrapped, answer: false }
  for (const key_type of ['AES256GCM', 'AES256GCMNoPrefix', 'ChaCha20Poly1305', 'XChaCha20Poly1305']) {
    const imported = { key_type, key: secret }
    const put = await app.send({ method: 'PUT', path: `${keystore}/keys`, body: imported })
    const other = idOf(put.body.key_url)
    const bytes = { message, associated_data: base64('context') }
    const encrypted = await post(app, `${keystore}/keys/${other}/encrypt`, bytes)
    const content = { ...from('cek', 'key'), key_type }
    const { body, text } = await batch([
      unwrap,
      { operation: 'decrypt', key: content, ...encrypted, associated_data: bytes.associated_data },
      { id: 'again', operation: 'encrypt', key: content, ...bytes },
      { operation: 'decrypt', key: content, ...encrypted },
      {
        operation: 'decrypt',
        key: other,
        ciphertext: from('again', 'ciphertext'),
        nonce: from('again', 'nonce'),
        associated_data: bytes.associated_data,
      },
    ])
    t.match(body.results, [{}, { plaintext: message }, {}, { code: 'DECRYPTION_FAILED' }, { plaintext: message }])
    t.strictSame(body.results[0], {})
    t.notMatch(text, secret, 'the key is not told')
  }
  const [, { code, message: said }] = (
    await batch([unwrap, { operation: 'encrypt', key: { ...from('cek', 'key'), key_type: 'AES128GCM' }, message }])
  ).body.results
  t.equal(code, 'INVALID_REQUEST', said)
})

t.test('a key is wrapped anew for somebody else, and a plaintext encrypted anew', async t => {
  const { app, keystore, path, key, recipient_pub_key, results } = await batchScene(t)
  const other = await app.key('NISTP256ECDHKW', keystore)
  const next = await exportedKey(app, other)
  const wrapped = await post(app, `${keystore}/wrap`, { cek: secret, recipient_pub_key })
  const [nothing, anonymous, authenticated] = await results([
    { id: 'cek', operation: 'unwrap', key: key.agreeing, wrapped_key: wrapped, answer: false },
    { operation: 'wrap', cek: from('cek', 'key'), recipient_pub_key: next },
    { operation: 'wrap', key: key.agreeing, cek: from('cek', 'key'), recipient_pub_key },
  ])
  t.strictSame(nothing, {})
  t.strictSame(await post(app, `${other}/unwrap`, { wrapped_key: anonymous }), { key: secret })
  const sent = { wrapped_key: authenticated, sender_pub_key: recipient_pub_key }
  t.strictSame(await post(app, `${path.agreeing}/unwrap`, sent), { key: secret }, 'the first wrapping has wiped a copy')

  const encrypted = await post(app, `${path.encrypting}/encrypt`, { message })
  const [, again] = await results([
    { id: 'plain', operation: 'decrypt', key: key.encrypting, ...encrypted, answer: false },
    { operation: 'encrypt', key: key.encrypting, message: from('plain', 'plaintext') },
  ])
  t.strictSame(await post(app, `${path.encrypting}/decrypt`, again), { plaintext: message })
})

t.test('items are answered as the requests for them alone, in their order', async t => {
  const { app, keystore, path, key, recipient_pub_key, results } = await batchScene(t)
  const encrypted = await post(app, `${path.encrypting}/encrypt`, { message })
  const signed = await post(app, `${path.signing}/sign`, { message })
  const marked = await post(app, `${path.marking}/computemac`, { data: message })
  const wrapped_key = await post(app, `${keystore}/wrap`, { cek: secret, recipient_pub_key })
  const asked = [
    ['signing', 'sign', { message }],
    ['signing', 'sign', { message: '?' }],
    ['encrypting', 'sign', { message }],
    ['signing', 'verify', { message, ...signed }],
    ['signing', 'verify', { message: secret, ...signed }],
    ['encrypting', 'decrypt', encrypted],
    ['encrypting', 'decrypt', { ...encrypted, nonce: null }],
    ['marking', 'computemac', {}],
    ['marking', 'verifymac', { data: message, ...marked }],
    ['agreeing', 'unwrap', { wrapped_key }],
    ['agreeing', 'unwrap', { wrapped_key, tag: '!' }],
  ] as const
  const alone = await Promise.all(asked.map(([name, operation, body]) => post(app, `${path[name]}/${operation}`, body)))
  const indexes = fc.array(fc.nat(asked.length - 1), { minLength: 1, maxLength: 80 })
  const property = fc.asyncProperty(indexes, async picked => {
    const items = picked.map(index => {
      const [name, operation, body] = asked[index] ?? asked[0]
      return { operation, key: key[name], ...body }
    })
    const expected = JSON.stringify(picked.map(index => alone[index]))
    const found = JSON.stringify(await results(items))
    if (found !== expected) throw new Error(`${found} in place of ${expected}`)
  })
  const { failed, counterexample, errorInstance } = await fc.check(property, { numRuns: 40 })
  t.notOk(failed, JSON.stringify({ counterexample, error: String(errorInstance) }))
})

t.test('a batch is one entry of the audit log, which says what was done with which key', async t => {
  const { app, keystore, key, results } = await batchScene(t, { audit: { mode: 'closed', timeout: 60_000 } })
  const [, { signature }] = await results([
    { id: 'hash', operation: 'hash', algorithm: 'SHA-256', message },
    { id: 'signed', operation: 'sign', key: key.signing, message: from('hash', 'digest') },
    { operation: 'sign', key: key.signing, message: '!' },
    { operation: 'computemac', key: key.marking, data: from('signed', 'signature') },
    { operation: 'wrap', cek: secret },
  ])
  await app.send({ method: 'POST', path: `${keystore}/batch`, body: { items: [{ operation: 'sign', key: 'none' }] } })
  const lines = await wholeLog(app.records, idOf(keystore))
  t.match(await verifyLog(lines), { faults: [] })
  const [refused, done] = lines.map(line => JSON.parse(line)).filter(({ operation }) => operation === 'batch')
  const { chain: _c, seq: _s, prev: _p, time: _t, request: _r, ...said } = done
  t.strictSame(said, {
    type: 'decision',
    operation: 'batch',
    principal: 'local',
    status: 200,
    items: 5,
    failed: 2,
    uses: [
      { action: 'sign', key: key.signing, version: 1, items: 2, failed: 1 },
      { action: 'computeMAC', key: key.marking, version: 1, items: 1, failed: 0 },
      { action: 'wrap', items: 1, failed: 1 },
    ],
  })
  t.match(refused, { status: 404, code: 'KEY_NOT_FOUND', items: undefined, uses: undefined })
  for (const text of [message, secret, signature]) t.notMatch(lines.join(), text)
})

t.test('what was made, and what was made of it, is wiped', async t => {
  const seen: Uint8Array[] = []
  const ed25519 = new CountingEd25519(
    (_signed, message) => seen.push(message),
    signature => seen.push(signature),
  )
  const { app, keystore, path, key, recipient_pub_key, results } = await batchScene(t, { ports: { ed25519 } })
  const wrapped_key = await post(app, `${keystore}/wrap`, { cek: secret, recipient_pub_key })
  const encrypted = await post(app, `${path.encrypting}/encrypt`, { message })
  const take = { operation: 'sign', key: key.signing, answer: false }
  seen.length = 0
  await results([
    { id: 'cek', operation: 'unwrap', key: key.agreeing, wrapped_key, answer: false },
    { id: 'plain', operation: 'decrypt', key: key.encrypting, ...encrypted, answer: false },
    { ...take, message: from('cek', 'key') },
    { ...take, message: from('plain', 'plaintext') },
    { ...take, id: 'signature', message: from('cek', 'key') },
    { ...take, message: from('signature', 'signature') },
    { ...take, message: '!' },
  ])
  t.equal(seen.length, 8)
  for (const bytes of seen) t.ok(bytes.length > 0 && bytes.every(byte => byte === 0))
})

t.test('the keys are looked for once, whatever is done with them', async t => {
  const { app, key, results } = await batchScene(t)
  const finds = async (items: readonly object[]) => {
    const before = app.store.finds
    await results(items)
    return app.store.finds - before
  }
  const items = [
    { operation: 'sign', key: key.signing },
    { operation: 'computemac', key: key.marking },
  ]
  t.equal(await finds(Array(50).fill(items).flat()), await finds(items))
})

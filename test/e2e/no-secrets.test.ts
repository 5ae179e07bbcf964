import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { base64, call, request } from '@keyhold/scripts/http-client.js'
import { startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { foreignAgreementKey } from '../support/foreign-agreement-key.ts'
import { exchange, rawRequest } from '../support/raw-http.ts'
import { secretForms, secretsIn } from '../support/secret-forms.ts'
import { spanCollector } from '../support/span-collector.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

t.test('the search finds a secret in every form', async t => {
  const secret = randomBytes(24)
  for (const form of secretForms(secret)) t.strictSame(secretsIn(`before ${form} after`, { secret }), ['secret'])
  for (const length of [0, 1, 2, 3, 4, 5]) {
    const surrounded = Buffer.concat([randomBytes(length), secret, randomBytes(7)])
    for (const encoding of ['base64', 'base64url', 'hex', 'latin1'] as const) {
      t.strictSame(
        secretsIn(surrounded.toString(encoding), { secret }),
        ['secret'],
        `${encoding} behind ${length} bytes`,
      )
    }
  }
  t.strictSame(secretsIn(randomBytes(1000).toString('base64'), { secret }), [])
})

t.test('no secret is in the log, metrics or traces, and no key in the files', async t => {
  const directory = await temporaryDirectory(t)
  const collector = await spanCollector(t)
  const service = await startService({
    directory,
    environment: {
      KMS_LOG_LEVEL: 'debug',
      KMS_METRICS_HOST: '127.0.0.1:0',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    },
  })
  t.teardown(() => service.stop())
  const ed25519 = generateKeyPairSync('ed25519').privateKey
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const x25519 = generateKeyPairSync('x25519').privateKey
  const ephemeral = foreignAgreementKey('X25519ECDHKW')
  const keys = {
    aesKey: randomBytes(32),
    macKey: randomBytes(32),
    ed25519Seed: Buffer.from(ed25519.export({ format: 'jwk' }).d ?? '', 'base64url'),
    p256Scalar: Buffer.from(p256.export({ format: 'jwk' }).d ?? '', 'base64url'),
    x25519Scalar: Buffer.from(x25519.export({ format: 'jwk' }).d ?? '', 'base64url'),
    ephemeralScalar: Buffer.from(ephemeral.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url'),
    cek: randomBytes(32),
    refusedKey: randomBytes(33),
  }
  const data = {
    message: randomBytes(24),
    plaintext: randomBytes(24),
    associatedData: randomBytes(24),
    macData: randomBytes(24),
    boxed: randomBytes(24),
    strayMember: randomBytes(24),
    brokenBody: randomBytes(24),
    query: randomBytes(24),
    credential: randomBytes(24),
  }
  const pkcs8 = { format: 'der', type: 'pkcs8' } as const

  const { key_store_url } = await call('POST', `${service.url}/v1/keystores`, {
    controller: 'alice',
    stray: base64(data.strayMember),
  })
  const imported = async (key_type: string, key: Uint8Array) =>
    (await call('PUT', `${key_store_url}/keys`, { key_type, key: base64(key) })).key_url
  const [aes, mac, ed, ecdsa, ecdh] = [
    await imported('AES256GCM', keys.aesKey),
    await imported('HMACSHA256Tag256', keys.macKey),
    await imported('ED25519', ed25519.export(pkcs8)),
    await imported('ECDSAP256DER', p256.export(pkcs8)),
    await imported('X25519ECDHKW', x25519.export(pkcs8)),
  ]
  await call('PUT', `${key_store_url}/keys`, { key_type: 'ED25519', jwk: ed25519.export({ format: 'jwk' }) })
  for (const key of [ed, ecdsa]) {
    const { signature } = await call('POST', `${key}/sign`, { message: base64(data.message) })
    await call('POST', `${key}/verify`, { message: base64(data.message), signature })
    await call('GET', `${key}/export`)
  }
  const associated_data = base64(data.associatedData)
  const encrypted = await call('POST', `${aes}/encrypt`, { message: base64(data.plaintext), associated_data })
  await call('POST', `${aes}/decrypt`, { ...encrypted, associated_data })
  await call('POST', `${mac}/verifymac`, {
    ...(await call('POST', `${mac}/computemac`, { data: base64(data.macData) })),
    data: base64(data.macData),
  })
  const { public_key } = await call('GET', `${ecdh}/export`)
  const sender_pub_key = JSON.parse(Buffer.from(public_key, 'base64').toString())
  const epk = { ...ephemeral.sent, d: base64(keys.ephemeralScalar) }
  const wrapping = { cek: base64(keys.cek), recipient_pub_key: sender_pub_key, epk }
  for (const path of [key_store_url, ecdh]) {
    const wrapped_key = await call('POST', `${path}/wrap`, wrapping)
    await call('POST', `${ecdh}/unwrap`, { wrapped_key, sender_pub_key })
  }
  const nonce = base64(new Uint8Array(24))
  await call('POST', `${ed}/wrap`, { payload: base64(data.boxed), nonce, their_pub: ephemeral.sent.x })
  for (const [key, key_type] of [
    [aes, 'AES256GCM'],
    [ed, 'ED25519'],
  ])
    await call('POST', `${key}/rotate`, { key_type })

  const refusedJwk = { kty: 'oct', k: keys.refusedKey.toString('base64url') }
  const refused: readonly (readonly [method: string, url: string, body?: unknown])[] = [
    ['PUT', `${key_store_url}/keys`, { key_type: 'AES256GCM', key: base64(keys.refusedKey) }],
    ['PUT', `${key_store_url}/keys`, { key_type: base64(keys.refusedKey), key: base64(keys.refusedKey) }],
    ['PUT', `${key_store_url}/keys`, { key_type: 'AES256GCM', key: `${base64(keys.refusedKey)}!` }],
    ['PUT', `${key_store_url}/keys`, { key_type: 'AES128GCM', jwk: refusedJwk }],
    ['PUT', `${key_store_url}/keys`, { key_type: 'AES256GCM', jwk: { ...refusedJwk, alg: refusedJwk.k } }],
    ['PUT', `${key_store_url}/keys`, { key_type: 'AES256GCM', jwk: { ...refusedJwk, k: `${refusedJwk.k}!` } }],
    ['PUT', `${key_store_url}/keys`, { key_type: 'AES256GCM', jwk: { ...refusedJwk, kid: `${refusedJwk.k}!` } }],
    ['POST', `${key_store_url}/wrap`, { ...wrapping, alg: base64(keys.cek) }],
    ['POST', `${ecdh}/wrap`, { ...wrapping, epk: { ...epk, x: base64(keys.cek) } }],
    ['POST', `${ed}/wrap`, { payload: base64(data.boxed), nonce: base64(data.boxed), their_pub: '' }],
    ['POST', `${ed}/sign`, { message: [base64(data.message)] }],
    ['POST', `${ed}/verify`, { message: base64(data.message), signature: base64(data.message) }],
    ['POST', `${aes}/decrypt`, { ...encrypted, associated_data: base64(data.message) }],
    ['POST', `${aes}/sign`, { message: base64(data.message) }],
    ['POST', `${ed}/sign`, `{"message":"${base64(data.brokenBody)}`],
    ['POST', `${ed}/sign?secret=${data.query.toString('base64url')}`, {}],
    ['GET', `${ed}/nowhere?secret=${data.query.toString('base64url')}`],
    ['GET', `${service.url}/%zz?secret=${data.query.toString('base64url')}`],
  ]
  for (const [method, url, body] of refused) await request(method, url, body)
  const headers = [
    `authorization: Bearer ${data.credential.toString('base64url')}`,
    `secret-share: ${base64(data.credential)}`,
    `x-request-id: ${data.credential.toString('base64url')}`,
    'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    `tracestate: secret=${data.credential.toString('base64url')}`,
  ]
  const port = Number(new URL(service.url).port)
  for (const path of ['/v1/keystores', '/nowhere', '/%zz'])
    await exchange(port, rawRequest('POST', path, '{}', headers))
  await exchange(port, rawRequest('GET', '/healthcheck', '', [...headers, `x-large: ${'x'.repeat(20_000)}`]))
  const [shown = ''] = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(service.output()) ?? []
  const metrics = await (await fetch(shown)).text()
  t.equal(await service.stop(), 0)

  t.match(service.output(), /"route":"\/v1\/keystores\/:keystoreId\/keys\/:keyId\/decrypt"/, 'something was logged')
  t.match(metrics, 'kms_http_requests_count{path="/v1/keystores/{keystore}/keys/{key}/decrypt"}', 'was measured')
  t.match(collector.text(), 'POST /v1/keystores/:keystoreId/keys/:keyId/decrypt', 'and traced')
  for (const text of [service.output(), metrics, collector.text()]) {
    t.strictSame(secretsIn(text, { ...keys, ...data }), [])
  }
  const store = join(directory, 'keyhold-data')
  const files = await readdir(store)
  t.ok(files.includes('data.mdb'))
  for (const file of files) {
    t.strictSame(secretsIn(await readFile(join(store, file), 'latin1'), { ...keys, ...data }), [], file)
  }
  const stored = await readFile(join(store, 'data.mdb'), 'latin1')
  const controller = Buffer.from('alice')
  t.ok(stored.includes(controller.toString('latin1')), 'what is no secret is found')
})

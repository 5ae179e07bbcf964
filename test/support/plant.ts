import { type KeyObject, randomBytes } from 'node:crypto'
import { base64 } from '@keyhold/scripts/http-client.js'
import { type PlantedService, privateKeys, type Secrets, tokens } from './planted-secrets.ts'

const pkcs8 = { format: 'der', type: 'pkcs8' } as const
const scalarOf = (key: KeyObject) => Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url')
/** Less than the order of BLS12-381. */
const scalar = () => Buffer.concat([Uint8Array.of(1), randomBytes(31)])

export interface Pushed {
  readonly keys: Secrets
  /** What was done with them. */
  readonly data: Secrets
  /** Of the keystore, JSON Lines. */
  readonly log: string
}

/**
 * Pushes secrets through every route, in what is done and in what is refused.
 */
export async function plant({ send, service }: PlantedService): Promise<Pushed> {
  const keys = {
    ed25519: scalarOf(privateKeys.ed25519),
    p256: scalarOf(privateKeys.p256),
    x25519: scalarOf(privateKeys.x25519),
    aes: randomBytes(32),
    mac: randomBytes(32),
    bbs: scalar(),
    bbsPlus: scalar(),
    cek: randomBytes(32),
    refusedKey: randomBytes(33),
    refusedJwk: randomBytes(32),
  }
  const data = {
    message: randomBytes(40),
    plaintext: randomBytes(40),
    associatedData: randomBytes(40),
    macData: randomBytes(40),
    multiMessage: randomBytes(40),
    header: randomBytes(40),
    boxed: randomBytes(40),
    stray: randomBytes(40),
    broken: randomBytes(40),
    query: randomBytes(40),
    values: randomBytes(40),
  }
  const ok = async (...[method, path, body]: Parameters<PlantedService['send']>) => {
    const answer = await send(method, path, body)
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const created = { controller: 'did:example:alice', stray: base64(data.stray) }
  const { key_store_url: plain } = await ok('POST', '/v1/keystores', { ...created, lock: { type: 'server' } }).catch(
    () => ok('POST', '/v1/keystores', created),
  )
  const { key_store_url: keystore } = await ok('POST', '/v1/keystores', { ...created, lock: { type: 'shamir' } })
  const imported = async (key_type: string, material: object) =>
    (await ok('PUT', `${keystore}/keys`, { key_type, ...material })).key_url as string
  const raw = (key: Uint8Array) => ({ key: base64(key) })
  const aes = await imported('AES256GCM', raw(keys.aes))
  const mac = await imported('HMACSHA256Tag256', raw(keys.mac))
  const bbs = await imported('BLS12381G2-SHA-256', raw(keys.bbs))
  const bbsPlus = await imported('BLS12381G2', raw(keys.bbsPlus))
  const ed = await imported('ED25519', raw(privateKeys.ed25519.export(pkcs8)))
  const p256 = await imported('ECDSAP256DER', { jwk: privateKeys.p256.export({ format: 'jwk' }) })
  const x25519 = await imported('X25519ECDHKW', raw(privateKeys.x25519.export(pkcs8)))
  await ok('POST', `${plain}/keys`, { key_type: 'ED25519', stray: base64(data.stray) })

  const message = base64(data.message)
  for (const key of [ed, p256]) {
    const { signature } = await ok('POST', `${key}/sign`, { message })
    await ok('POST', `${key}/verify`, { message, signature })
    await ok('GET', `${key}/export`)
  }
  const associated_data = base64(data.associatedData)
  const encrypted = await ok('POST', `${aes}/encrypt`, { message: base64(data.plaintext), associated_data })
  await ok('POST', `${aes}/decrypt`, { ...encrypted, associated_data })
  const macced = { data: base64(data.macData) }
  await ok('POST', `${mac}/verifymac`, { ...(await ok('POST', `${mac}/computemac`, macced)), ...macced })
  for (const [key, header] of [[bbs, { header: base64(data.header) }] as const, [bbsPlus, {}] as const]) {
    const messages = [base64(data.multiMessage), base64(data.message)]
    const { signature } = await ok('POST', `${key}/signmulti`, { messages, ...header })
    await ok('POST', `${key}/verifymulti`, { messages, signature, ...header })
    const told = { ...header, revealed_indexes: [1], nonce: base64(data.header) }
    const { proof } = await ok('POST', `${key}/deriveproof`, { messages, signature, ...told })
    await ok('POST', `${key}/verifyproof`, { proof, messages: [message], ...told })
  }
  const { public_key } = await ok('GET', `${x25519}/export`)
  const sender_pub_key = JSON.parse(Buffer.from(public_key, 'base64').toString())
  const wrapping = { cek: base64(keys.cek), recipient_pub_key: sender_pub_key }
  for (const path of [keystore, x25519]) {
    const wrapped_key = await ok('POST', `${path}/wrap`, wrapping)
    await ok('POST', `${x25519}/unwrap`, { wrapped_key, sender_pub_key })
  }
  const nonce = base64(new Uint8Array(24))
  await ok('POST', `${ed}/wrap`, { payload: base64(data.boxed), nonce, their_pub: base64(Buffer.alloc(32, 9)) })
  for (const [key, key_type] of [
    [aes, 'AES256GCM'],
    [ed, 'ED25519'],
  ] as const)
    await ok('POST', `${key}/rotate`, { key_type })

  const jwk = { kty: 'oct', k: keys.refusedJwk.toString('base64url') }
  const query = `secret=${data.query.toString('base64url')}`
  const values = { name: base64(data.values) }
  const refused: readonly (readonly [method: string, path: string, body?: object | string])[] = [
    ['PUT', `${keystore}/keys`, { key_type: 'AES256GCM', ...raw(keys.refusedKey) }],
    ['PUT', `${keystore}/keys`, { key_type: base64(keys.refusedKey), ...raw(keys.refusedKey) }],
    ['PUT', `${keystore}/keys`, { key_type: 'AES256GCM', key: `${base64(keys.refusedKey)}!` }],
    ['PUT', `${keystore}/keys`, { key_type: 'AES128GCM', jwk }],
    ['PUT', `${keystore}/keys`, { key_type: 'AES256GCM', jwk: { ...jwk, k: `${jwk.k}!` } }],
    ['PUT', `${keystore}/keys`, { key_type: 'AES256GCM', jwk: { ...jwk, alg: jwk.k } }],
    ['POST', `${keystore}/wrap`, { ...wrapping, alg: base64(keys.cek) }],
    ['POST', `${ed}/sign`, { message: [message] }],
    ['POST', `${ed}/verify`, { message, signature: message }],
    ['POST', `${aes}/decrypt`, { ...encrypted, associated_data: message }],
    ['POST', `${ed}/sign`, `{"message":"${base64(data.broken)}`],
    ['POST', `${ed}/sign?${query}`, {}],
    ['GET', `${ed}/nowhere?${query}`],
    ['GET', `${service.url}/%zz?${query}`],
    ['POST', `${ed}/blind`, { values }],
    ['POST', `${ed}/signwithsecrets`, { values, secrets: base64(data.values) }],
    ['GET', `${ed}/correctnessproof?${query}`],
    ['GET', keystore],
    ['GET', `${keystore}/jwks`],
    ['GET', `${keystore}/zcaps/revocations`],
    ['POST', keystore, { revision: 9, controller: base64(data.stray) }],
    ['POST', `${keystore}/edv`, { capability: base64(data.stray) }],
    ['POST', `${keystore}/zcaps/revocations/urn:zcap:1`, { id: base64(data.stray) }],
    ['POST', `${service.url}/v1/keystores/did?${query}`],
    ['GET', `${service.url}/healthcheck?${query}`],
    ['GET', `${service.url}/health/ready?${query}`],
  ]
  for (const [method, path, body] of refused) await send(method, path, body)
  await send('POST', `${ed}/sign`, { message }, tokens.madeUp)
  // Nobody's secrets: what the parser of answers and the like remember is the last one they have seen.
  await send('POST', `${plain}/keys`, { key_type: 'ED25519' }, tokens.other)
  return { keys, data, log: await ok('GET', `${keystore}/log`) }
}

import { createPrivateKey, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { Keyhold, zcap } from '@keyhold/client'
import { openKeyFile } from '@keyhold/client/node'
import t, { type Test } from 'tap'
import { clientService } from '../../support/client-service.ts'
import { runCli } from '../../support/run-cli.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

interface Given {
  /** The exit code that is expected. */
  readonly code?: number
  readonly input?: string | Uint8Array
  readonly environment?: Readonly<Record<string, string>>
}

/** A service, an empty directory, and the command line. */
async function open(t: Test) {
  const service = await clientService(t)
  const directory = await temporaryDirectory(t)
  const file = (name: string) => join(directory, name)
  const write = async (name: string, content: string | Uint8Array) => {
    await writeFile(file(name), content, { mode: 0o600 })
    return file(name)
  }
  const keyhold = async (args: readonly string[], { code = 0, ...given }: Given = {}) => {
    const ended = await runCli(args, given)
    t.equal(ended.code, code, `${args.slice(0, 2).join(' ')}: ${ended.notes}`)
    return ended
  }
  return { service, file, write, keyhold }
}

/** The same with a keystore of Alice, whose key and root the environment names. */
async function openKeystore(t: Test) {
  const { service, file, write, keyhold } = await open(t)
  await keyhold(['did', 'new', file('alice.pem')])
  const [key, root] = [file('alice.pem'), file('alice.zcap')]
  const made = await keyhold(['keystore', 'create', service.url, '--key', key, '--save-root', root])
  const environment = { KEYHOLD_KEY_FILE: key, KEYHOLD_CAPABILITY_FILE: root }
  const alice = (args: readonly string[], given: Given = {}) => keyhold(args, { environment, ...given })
  const line = async (args: readonly string[], given?: Given) => (await alice(args, given)).output.trimEnd()
  return { service, file, write, keyhold, alice, line, environment, keystore: made.output.trimEnd() }
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Neither text nor JSON, and with a line end behind. */
const message = Buffer.concat([randomBytes(300), Buffer.from([0, 0xff, 0x0d, 0x0a])])

t.test('a keystore is created, shown and handed over', async t => {
  const { file, keyhold, alice, line, keystore } = await openKeystore(t)
  t.match(keystore, /^http:\/\/127\.0\.0\.1:\d+\/v1\/keystores\/[\w-]{24}$/)
  t.equal((await stat(file('alice.zcap'))).mode & 0o777, 0o600)
  t.match(await line(['keystore', 'show', keystore]), /^controller +did:key:z6Mk/m)
  t.match(JSON.parse(await line(['keystore', 'show', keystore, '--json'])), { revision: 1, lock: 'server-held' })
  await line(['key', 'create', keystore, 'ED25519'])
  t.match(JSON.parse(await line(['keystore', 'jwks', keystore])), { keys: [{ crv: 'Ed25519' }] })

  const bob = (await keyhold(['did', 'new', file('bob.pem')])).output.trimEnd()
  t.match(await line(['keystore', 'hand-over', keystore, '--to', bob]), / belongs to did:key:z6Mk/)
  await alice(['keystore', 'show', keystore], { code: 4 })
  const owned = { environment: { KEYHOLD_KEY_FILE: file('bob.pem') } }
  t.match(await keyhold(['keystore', 'show', keystore], owned), { output: new RegExp(`^controller +${bob}$`, 'm') })
  t.match(await keyhold(['log', 'fetch', keystore], owned), { output: /"operation":"updateKeyStore"/ })
})

t.test('what is signed is verified, from files and streams', async t => {
  const { file, write, alice, line, keystore } = await openKeystore(t)
  const key = await line(['key', 'create', keystore, 'ECDSAP256DER'])
  await write('message', message)
  await writeFile(file('signature'), 'what others may read', { mode: 0o644 })
  await alice(['sign', key, file('message'), '--out', file('signature')])
  t.equal((await stat(file('signature'))).mode & 0o777, 0o600)
  const verify = ['verify', key, '--signature', file('signature')]
  t.equal(await line([...verify, file('message')]), 'valid')
  t.equal(await line([...verify, '-'], { input: message }), 'valid')
  const { bytes } = await alice(['sign', key], { input: message })
  await write('other', bytes)
  t.equal(await line(['verify', key, '--signature', file('other'), file('message')]), 'valid')
  t.equal(await line(verify, { input: 'something else', code: 5 }), 'NOT VALID')
  t.strictSame(JSON.parse(await line([...verify, '--json'], { input: '', code: 5 })), { valid: false })
  t.match(JSON.parse(await line(['sign', key, '--json'], { input: message })), { signature: /^[A-Za-z0-9+/]+=*$/ })
  t.match(await line(['sign', key, '--base64'], { input: message }), /^[A-Za-z0-9+/]{90,}=*$/)
})

t.test('what is encrypted, authenticated and wrapped opens again, as it was', async t => {
  const { file, write, alice, line, keystore } = await openKeystore(t)
  const key = await line(['key', 'create', keystore, 'AES256GCM'])
  await write('aad', 'about it')
  const encrypted = await line(['encrypt', key, '--aad', file('aad')], { input: message })
  const decrypt = ['decrypt', key, '--aad', file('aad')]
  t.strictSame((await alice(decrypt, { input: encrypted })).bytes, message)
  await alice(['decrypt', key], { input: encrypted, code: 5 })
  const rotated = await line(['key', 'rotate', key, 'AES256GCM'])
  t.not(rotated, key)
  await alice(['decrypt', rotated, '--aad', file('aad'), '--out', file('plaintext')], { input: encrypted })
  t.strictSame(await readFile(file('plaintext')), message)

  const mac = await line(['key', 'create', keystore, 'HMACSHA256Tag256'])
  await alice(['mac', mac, '--out', file('mac')], { input: message })
  t.equal(await line(['verify-mac', mac, '--mac', file('mac')], { input: message }), 'valid')
  t.equal(await line(['verify-mac', mac, '--mac', file('mac')], { input: '', code: 5 }), 'NOT VALID')

  const cek = randomBytes(32)
  const [recipient, sender] = [
    await line(['key', 'create', keystore, 'X25519ECDHKW']),
    await line(['key', 'create', keystore, 'X25519ECDHKW']),
  ]
  await write('recipient.jwk', await line(['key', 'export', recipient, '--format', 'jwk']))
  await write('sender.jwk', await line(['key', 'export', sender, '--format', 'jwk']))
  const to = ['--recipient', file('recipient.jwk')]
  const anonymous = await line(['wrap', keystore, ...to], { input: cek })
  t.strictSame((await alice(['unwrap', recipient], { input: anonymous })).bytes, cek)
  const authentic = await line(['wrap', sender, ...to], { input: cek })
  const from = ['--sender', file('sender.jwk')]
  t.strictSame((await alice(['unwrap', recipient, ...from], { input: authentic })).bytes, cek)
  await alice(['unwrap', recipient], { input: authentic, code: 1 })
})

t.test('keys are brought along in the forms that they have, and published in all of theirs', async t => {
  const { file, write, line, keystore } = await openKeystore(t)
  await write('key.jwk', JSON.stringify(createPrivateKey(await readFile(file('alice.pem'))).export({ format: 'jwk' })))
  await write('bytes', randomBytes(32))
  const imported = await line(['key', 'import', keystore, 'ED25519', file('alice.pem'), '--id', 'mine'])
  t.equal(imported, `${keystore}/keys/mine`)
  const pem = await line(['key', 'export', imported, '--format', 'did_key'])
  const other = await line(['key', 'import', keystore, 'ED25519', file('key.jwk'), '--id', 'the-same'])
  t.equal(await line(['key', 'export', other, '--format', 'did_key']), pem)
  t.match(pem, /^did:key:z6Mk/)
  t.match(await line(['key', 'export', other, '--format', 'multikey']), /^z6Mk/)
  await line(['key', 'export', other, '--format', 'spki', '--out', file('spki')])
  t.equal((await readFile(file('spki'))).length, 44)
  await line(['key', 'export', other, '--out', file('public')])
  const known = await line(['key', 'import', keystore, 'ED25519', file('public'), '--public', '--id', 'theirs'])
  await line(['sign', other, '--out', file('signature')], { input: message })
  t.equal(await line(['verify', known, '--signature', file('signature')], { input: message }), 'valid')
  t.match(await line(['key', 'import', keystore, 'AES256GCM', file('bytes')]), /\/keys\/[\w-]{50}$/)
})

t.test('a delegation is used until it is revoked', async t => {
  const { file, write, keyhold, line, environment, keystore } = await openKeystore(t)
  const key = await line(['key', 'create', keystore, 'ED25519'])
  const bob = (await keyhold(['did', 'new', file('bob.pem')])).output.trimEnd()
  const narrowed = ['--to', bob, '--action', 'sign', '--target', key, '--expires', '1d']
  await write('bob.zcap', await line(['zcap', 'delegate', '--parent', file('alice.zcap'), ...narrowed]))
  const his = { environment: { KEYHOLD_KEY_FILE: file('bob.pem'), KEYHOLD_CAPABILITY_FILE: file('bob.zcap') } }
  await keyhold(['sign', key], { ...his, input: message })
  await keyhold(['encrypt', key], { ...his, input: message, code: 4 })
  t.match(await line(['zcap', 'revoke', keystore, file('bob.zcap')]), /is revoked$/)
  await keyhold(['sign', key], { ...his, input: message, code: 4 })
  t.match(await line(['keystore', 'revocations', keystore]), /^20[\dT:.-]+Z urn:uuid:\S+ by did:key:z6Mk\S+$/)
  await keyhold(['sign', key, '--dialect', 'ccg'], {
    environment: { KEYHOLD_KEY_FILE: environment.KEYHOLD_KEY_FILE },
    input: message,
  })
})

t.test('the controller sees the sessions of a keystore, and closes one', async t => {
  const { line, alice, environment, keystore } = await openKeystore(t)
  t.equal(await line(['keystore', 'sessions', keystore]), '')
  const capability = JSON.parse(await readFile(environment.KEYHOLD_CAPABILITY_FILE, 'utf8'))
  const authorization = zcap(await openKeyFile(environment.KEYHOLD_KEY_FILE))
  const keyhold = new Keyhold({ url: keystore, authorization })
  const session = await keyhold.openSession(keyhold.keystore(keystore, capability))
  const id = await session.id()

  const listed = await line(['keystore', 'sessions', keystore])
  const time = String.raw`20[\dT:.-]+Z`
  t.match(listed, new RegExp(`^${id} opened ${time} by did:key:\\S+ until ${time} for everything of ${keystore}$`))
  const { output } = await alice(['keystore', 'sessions', keystore, '--json'])
  t.match(JSON.parse(output), { sessions: [{ id, target: keystore }] })

  t.equal(await line(['keystore', 'close-session', keystore, id]), `${id} is closed`)
  t.equal(await line(['keystore', 'sessions', keystore]), '')
  await alice(['keystore', 'close-session', keystore, id], { code: 1 })
  await alice(['keystore', 'close-session', keystore], { code: 2 })
})

t.test('keys live in a vault that was delegated to the service', async t => {
  const { service, file, write, alice, line } = await openKeystore(t)
  const did = await line(['keystore', 'vault-did', service.url])
  t.match(did, /^did:key:z/)
  await write('vault.zcap', JSON.stringify({ invoker: did }))
  const create = ['keystore', 'create', service.url, '--vault', 'https://vault.example/edvs/1']
  await alice(create, { code: 2 })
  const delegated = ['--vault-capability', file('vault.zcap'), '--save-root', file('vaulted.zcap')]
  const keystore = await line([...create, ...delegated])
  const invoked = ['--capability', file('vaulted.zcap')]
  t.match(await line(['keystore', 'show', keystore]), /^vaultUrl +https:\/\/vault.example\/edvs\/1$/m)
  await line(['keystore', 'update-vault', keystore, file('vault.zcap'), ...invoked])
  const key = await line(['key', 'create', keystore, 'ED25519', ...invoked])
  t.equal((await alice(['sign', key, ...invoked], { input: message })).bytes.length, 64)
})

t.test('a running service is measured', async t => {
  const { alice, line, keystore } = await openKeystore(t)
  const keys = {
    sign: await line(['key', 'create', keystore, 'ED25519']),
    encrypt: await line(['key', 'create', keystore, 'AES256GCM']),
    mac: await line(['key', 'create', keystore, 'HMACSHA256Tag256']),
  }
  const rows = [...Object.entries(keys), ['verify', keys.sign], ['decrypt', keys.encrypt]] as const
  const few = ['--requests', '20', '--for', '10m', '--connections', '3']
  for (const [operation, key] of rows) {
    const report = JSON.parse(await line(['bench', key, '--operation', operation, ...few, '--json']))
    t.match(report, { operation, connections: 3, answered: 20, refused: 0, perSecond: Number })
    const { p50, p90, p99, max } = report.milliseconds
    t.ok(p50 > 0 && p50 <= p90 && p90 <= p99 && p99 <= max, JSON.stringify(report))
  }
  t.match(await line(['bench', keys.sign, ...few]), /^20 answers in .* a second\nrefused: 0\np50 .* ms, p90 /)
  t.match(await alice(['bench', keys.mac, ...few], { code: 1 }), { notes: /OPERATION_UNSUPPORTED|400|422/, output: '' })
})

t.test('tokens and shares are read from files', async t => {
  const { service, file, write, keyhold } = await open(t)
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', service.tokenKey))
  const pem = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' })
  await write('token.pem', pem)
  await write('gnap', 'gnap-token\n')
  await write('bearer', 'bearer-token\n')
  await write('share', service.share)
  const ways: readonly (readonly [name: string, environment: Readonly<Record<string, string>>])[] = [
    ['GNAP', { KEYHOLD_KEY_FILE: file('token.pem'), KEYHOLD_TOKEN_FILE: file('gnap') }],
    ['bearer', { KEYHOLD_TOKEN_FILE: file('bearer') }],
  ]
  for (const [name, environment] of ways) {
    const create = ['keystore', 'create', service.url, '--controller', 'did:example:alice']
    const { output } = await keyhold(create, { environment })
    const key = (await keyhold(['key', 'create', output.trimEnd(), 'ED25519'], { environment })).output.trimEnd()
    t.equal((await keyhold(['sign', key], { environment, input: message })).bytes.length, 64, name)
  }

  const [, environment] = ways[1] ?? []
  const held = { ...environment, KEYHOLD_SHARE_FILE: file('share'), KEYHOLD_USER: 'alice' }
  const create = ['keystore', 'create', service.url, '--controller', 'did:example:alice', '--lock', 'shamir']
  const keystore = (await keyhold(create, { environment: held })).output.trimEnd()
  const key = (await keyhold(['key', 'create', keystore, 'ED25519'], { environment: held })).output.trimEnd()
  await keyhold(['sign', key], { environment: held, input: message })
  t.match(await keyhold(['sign', key], { environment: { ...environment }, code: 1 }), { notes: /Secret-Share/ })
})

t.test('what cannot be done is refused in a sentence, and nothing is asked or written', async t => {
  const { file, write, alice, keyhold, line, keystore } = await openKeystore(t)
  const key = await line(['key', 'create', keystore, 'ED25519'])
  await write('text', 'x')
  await write('array', '[1]')
  await write('half', '{"ciphertext":"AA=="}')
  const nowhere = `http://127.0.0.1:${await closedPort()}/v1/keystores/a/keys/b`
  const rows: readonly (readonly [args: readonly string[], code: number, said: RegExp])[] = [
    [['key', 'create', keystore, 'ED25518'], 2, /TYPE: must be one of .*ED25519/],
    [['key', 'create', keystore], 2, /TYPE is missing/],
    [['sign'], 2, /KEY is missing/],
    [['verify', key, file('text')], 2, /--signature FILE is missing/],
    [['key', 'export', key, '--format', 'pem'], 2, /--format: must be one of jwk/],
    [['sign', key, '--timeout', 'soon'], 2, /--timeout: /],
    [['sign', key, file('nothing')], 1, /ENOENT/],
    [['sign', `${keystore}/keys/none`, file('text')], 1, /404 KEY_NOT_FOUND/],
    [['sign', nowhere, file('text')], 3, /ECONNREFUSED/],
    [['decrypt', key, file('text')], 1, /no JSON object/],
    [['decrypt', key, file('half')], 1, /nonce is not base64/],
    [['unwrap', key, file('half')], 1, /no wrapped key/],
    [['wrap', keystore, file('text'), '--recipient', file('array')], 1, /no public key/],
    [['zcap', 'revoke', keystore, file('array')], 1, /this is no capability/],
    [['key', 'import', keystore, 'ED25519', await write('bad.pem', '-----BEGIN x')], 1, /neither a JWK nor/],
    [['keystore', 'create', nowhere, '--save-root', file('alice.zcap')], 1, /EEXIST/],
    [['keystore', 'create', nowhere, '--save-root', file('new.zcap')], 3, /ECONNREFUSED/],
    [
      ['keystore', 'show', keystore, '--key', await write('bad.jwk', '{"d":"SECRETSECR'), '--json'],
      1,
      /bad.jwk: no private key/,
    ],
    [['sign', key, '--capability', file('bad.jwk')], 1, /this is no capability/],
    [['keystore', 'hand-over', keystore], 2, /--to DID is missing/],
  ]
  for (const [args, code, said] of rows) {
    const { notes, output } = await alice(args, { code })
    t.match(notes, said, args.join(' '))
    t.notMatch(notes, /\n {4}at |SECRET/)
    t.equal(output, '')
  }
  t.notOk(existsSync(file('new.zcap')))
  const nobody = { KEYHOLD_KEY_FILE: '', KEYHOLD_CAPABILITY_FILE: '' }
  await keyhold(['sign', key], { code: 4, input: message, environment: nobody })
})

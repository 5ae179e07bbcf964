import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import tls from 'node:tls'
import { IssuerFileError, readIssuers } from '@keyhold/adapters'
import { type Composition, compose, loadConfig } from '@keyhold/app'
import { outcome } from '@keyhold/contract'
import { SecretBytes } from '@keyhold/core'
import { pino } from 'pino'
import t from 'tap'
import { useTestCredentials } from '../support/aws-environment.ts'
import { selfSignedCertificate } from '../support/certificate.ts'
import { newSigner } from '../support/edv-wallet.ts'
import { writeSigningKey } from '../support/gnap-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { type TlsListener, tlsListener } from '../support/tls-listener.ts'

useTestCredentials()

const directory = await temporaryDirectory(t)
const file = (name: string) => join(directory, name)
await writeFile(file('secret'), 'a-token')
await writeFile(file('master.key'), Buffer.alloc(32, 1).toString('base64'), { mode: 0o600 })
await writeSigningKey(file('signing-key.pem'))

const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
const jwt = `${part({ alg: 'ES256', typ: 'at+jwt' })}.${part({})}.AA`

async function useVault({ ports }: Composition, url: string): Promise<void> {
  const vault = await ports.vaults?.open({
    url: `${url}/edvs/one`,
    capability: { '@context': 'https://w3id.org/zcap/v1' },
    signer: await newSigner(),
    recipientKey: new SecretBytes(new Uint8Array(32).fill(1)),
    macKey: new SecretBytes(new Uint8Array(32).fill(2)),
  })
  await vault?.get('a name').finally(() => vault.close())
}

interface Kind {
  readonly settings: (url: string) => Readonly<Record<string, string>>
  /** Calls the server, unless that is done already when everything is opened. */
  readonly use?: (composition: Composition, url: string) => Promise<unknown>
  readonly refusal: string
  /** What metrics call it, unless it is no server that is spoken HTTP with. */
  readonly peer?: string
}

/** Everything that is called, by the settings that make it so. */
const kinds: Readonly<Record<string, Kind>> = {
  MongoDB: {
    settings: url => ({
      KMS_DATABASE_TYPE: 'mongodb',
      KMS_DATABASE_URL: `${url.replace('https', 'mongodb')}/?tls=true`,
      KMS_DATABASE_TIMEOUT: '4s',
      KMS_SECRET_LOCK_KEY_PATH: file('master.key'),
    }),
    refusal: 'STORE_UNAVAILABLE',
  },
  'AWS KMS': {
    settings: url => ({
      KMS_SECRET_LOCK_TYPE: 'aws',
      KMS_SECRET_LOCK_AWS_KEY_URI: 'aws-kms://arn:aws:kms:eu-west-2:111122223333:alias/keyhold',
      KMS_SECRET_LOCK_AWS_ENDPOINT: url,
    }),
    refusal: 'LOCK_UNAVAILABLE',
    peer: 'aws-kms',
  },
  'OpenBao or Vault': {
    settings: url => ({
      KMS_SECRET_LOCK_TYPE: 'vault',
      KMS_SECRET_LOCK_VAULT_URL: url,
      KMS_SECRET_LOCK_VAULT_KEY: 'keyhold',
      KMS_SECRET_LOCK_VAULT_TOKEN_FILE: file('secret'),
    }),
    use: ({ ports }) => ports.lock.check(),
    refusal: 'LOCK_UNAVAILABLE',
    peer: 'openbao',
  },
  'the holder of shares': {
    settings: url => ({ KMS_AUTH_SERVER_URL: url, KMS_AUTH_SERVER_TOKEN_FILE: file('secret') }),
    use: async ({ ports }) => ports.shares?.check(),
    refusal: 'SHARE_UNAVAILABLE',
    peer: 'shares',
  },
  'the issuer of GNAP tokens': {
    settings: url => ({
      KMS_AUTH_TYPE: 'gnap',
      KMS_AUTH_SERVER_URL: url,
      KMS_GNAP_SIGNING_KEY: file('signing-key.pem'),
    }),
    use: async ({ tokens }) => tokens.gnap?.tokens.introspect('token'),
    refusal: 'AUTH_UNAVAILABLE',
    peer: 'auth-server',
  },
  'the keys of an issuer': {
    settings: url => ({
      KMS_AUTH_TYPE: 'bearer',
      KMS_BEARER_ISSUER: url,
      KMS_TOKEN_AUDIENCE: 'kms',
      KMS_BEARER_JWKS_URL: `${url}/jwks`,
    }),
    use: async ({ tokens }) => tokens.bearer?.introspect(jwt),
    refusal: 'AUTH_UNAVAILABLE',
    peer: 'issuer',
  },
  'the introspection of an issuer': {
    settings: url => ({
      KMS_AUTH_TYPE: 'bearer',
      KMS_BEARER_ISSUER: url,
      KMS_TOKEN_AUDIENCE: 'kms',
      KMS_BEARER_INTROSPECTION_URL: `${url}/introspect`,
      KMS_BEARER_CLIENT_ID: 'kms',
      KMS_BEARER_CLIENT_SECRET_FILE: file('secret'),
    }),
    use: async ({ tokens }) => tokens.bearer?.introspect('token'),
    refusal: 'AUTH_UNAVAILABLE',
    peer: 'issuer',
  },
  'a vault': {
    settings: url => ({ KMS_VAULT_ALLOW: url }),
    use: useVault,
    refusal: 'VAULT_UNAVAILABLE',
    peer: 'vault',
  },
}

const [own, other] = [selfSignedCertificate('localhost'), selfSignedCertificate('localhost')]
await writeFile(file('own.pem'), own.cert)
await writeFile(file('both.pem'), `one of several:\n${other.cert}\n${own.cert}`)
await writeFile(file('other.pem'), other.cert)

const lists: readonly (readonly [name: string, settings: Readonly<Record<string, string>>, isTrusted: boolean])[] = [
  ['no list', {}, false],
  ['its issuer', { KMS_TLS_CACERTS: file('own.pem') }, true],
  ['its issuer, among others', { KMS_TLS_CACERTS: `${file('other.pem')}, ${file('both.pem')}` }, true],
  ['another issuer', { KMS_TLS_CACERTS: file('other.pem') }, false],
]

/** Has a server called that nothing but TLS is spoken with, and that answers nobody. */
async function callsTo(
  listener: TlsListener,
  { settings, use, refusal }: Kind,
  more: Readonly<Record<string, string>>,
  observers?: Parameters<typeof compose>[2],
) {
  const url = `https://localhost:${listener.port}`
  const config = loadConfig({ KMS_DATABASE_TYPE: 'memory', ...settings(url), ...more })
  const ended = await outcome(async () => {
    const composition = await compose(config, pino({ level: 'silent' }), observers)
    try {
      await use?.(composition, url)
    } finally {
      await composition.close()
    }
  })
  return ended === refusal ? listener.trusted() > 0 : ended
}

for (const [name, kind] of Object.entries(kinds)) {
  t.test(`${name} is called if its issuer is trusted`, async t => {
    const calls = lists.map(async ([list, settings, isTrusted]) => {
      const listener = await tlsListener(t, own)
      t.equal(await callsTo(listener, kind, settings), isTrusted, list)
      t.ok(listener.connections() > 0, `${list}: a connection was made`)
    })
    await Promise.all(calls)
  })
}

t.test('whoever observes learns of every call, and of whom it was', async t => {
  for (const [name, kind] of Object.entries(kinds)) {
    const seen = new Set<string>()
    const outbound = (peer: string) => () => ({ end: (outcome: string) => void seen.add(`${peer} ${outcome}`) })
    await callsTo(await tlsListener(t, own), kind, {}, { outbound })
    const failed = kind.peer === 'aws-kms' ? 'failed' : 'connection'
    t.strictSame([...seen], kind.peer === undefined ? [] : [`${kind.peer} ${failed}`], name)
  }
})

t.test('nothing older than TLS 1.2 is spoken, and certificates are verified, whatever the process is told', async t => {
  const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = tls
  t.teardown(() => {
    Object.assign(tls, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS })
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  })
  const { MongoDB: _own, ...overHttp } = kinds
  const trusting = { KMS_TLS_CACERTS: file('own.pem') }
  Object.assign(tls, { DEFAULT_MIN_VERSION: 'TLSv1.1', DEFAULT_CIPHERS: 'DEFAULT@SECLEVEL=0' })
  for (const [name, kind] of Object.entries(overHttp)) {
    const old = await tlsListener(t, { ...own, maxVersion: 'TLSv1.1' })
    t.equal(await callsTo(old, kind, trusting), false, name)
  }
  const old = await tlsListener(t, { ...own, maxVersion: 'TLSv1.1' })
  t.ok(await isReached(old), 'this process would do it')
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  for (const [name, kind] of Object.entries(overHttp)) {
    t.equal(await callsTo(await tlsListener(t, own), kind, {}), false, name)
  }
  t.ok(await isReached(await tlsListener(t, own)), 'and this too')
})

async function isReached(listener: TlsListener): Promise<boolean> {
  await new Promise<void>(resolve => {
    const socket = tls.connect({ port: listener.port, host: 'localhost', ca: own.cert })
    socket.on('error', () => resolve()).on('close', () => resolve())
    socket.on('secureConnect', () => socket.write('x'))
  })
  return listener.trusted() > 0
}

t.test('files that name no issuer', async t => {
  await writeFile(file('key.pem'), own.key)
  await writeFile(file('cut.pem'), own.cert.replace(/^[A-Za-z0-9+/]{20}/m, ''))
  await writeFile(file('empty.pem'), '')
  await mkdir(file('directory'))
  const wrong: readonly (readonly [name: string, reason: RegExp])[] = [
    ['nowhere.pem', /nowhere\.pem: cannot be read \(ENOENT\)/],
    ['directory', /directory: cannot be read \(EISDIR\)/],
    ['empty.pem', /empty\.pem: no certificate in PEM/],
    ['key.pem', /key\.pem: no certificate in PEM/],
    ['cut.pem', /cut\.pem: a certificate in it cannot be read/],
  ]
  for (const [name, message] of wrong) {
    const files = [file('own.pem'), file(name)]
    await t.rejects(readIssuers({ files, system: false }), { name: IssuerFileError.name, message }, name)
  }
})

t.test('the issuers of the system come on top', async t => {
  const read = await readIssuers({ files: [file('own.pem')], system: true }).catch((error: unknown) => error)
  if (read instanceof IssuerFileError) t.match(read.message, /no list of issuers/, 'a system without any')
  else t.ok(Array.isArray(read) && read.length > 1 && own.cert.startsWith(read[0]))
})

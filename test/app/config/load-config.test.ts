import { type Config, loadConfig } from '@keyhold/app'
import { type SettingName, settings, unsupportedSettings } from '@keyhold/app/config/settings.js'
import t from 'tap'
import { arn, choices, introspected, problemsOf, type Variables } from './choices.ts'

const names = Object.keys(settings) as SettingName[]

const alias = 'arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/team/keyhold'
const mongodb = {
  kind: 'mongodb',
  url: 'mongodb://db',
  startTimeout: 30_000,
  callTimeout: 5000,
  cacheTtl: 1000,
} as const
const aws = { kind: 'aws-kms', keyArn: arn, region: 'eu-west-2', timeout: 5000 } as const
const vault = {
  kind: 'openbao-transit',
  url: 'https://bao.example',
  mount: 'transit',
  key: 'keyhold',
  tokenFile: '/token',
  timeout: 5000,
} as const

const before = { kind: 'local', file: '/keys/before', made: false } as const

const gnap = {
  type: 'keyhold',
  timeout: 2000,
  cacheTtl: 30_000,
  url: 'https://auth.example',
  signingKeyFile: '/key.pem',
  isSigned: true,
} as const

/** The part of the configuration that says how callers prove who they are. */
const byGnap = (changes: object) => ({ auth: { kind: 'credentials', gnap: { ...gnap, ...changes } } }) as const

const jwks = { jwksUrl: 'https://issuer.example/jwks', algorithms: ['ES256', 'RS256', 'PS256', 'EdDSA'] } as const
const introspection = {
  introspectionUrl: 'https://issuer.example/introspect',
  clientId: 'keyhold',
  clientSecretFile: '/secret',
} as const
const bearer = {
  type: 'keyhold',
  audience: 'kms',
  timeout: 2000,
  cacheTtl: 30_000,
  issuer: 'https://issuer.example',
  routes: 'creation',
} as const

const byBearer = (verification: typeof jwks | typeof introspection, changes: object = {}) =>
  ({ auth: { kind: 'credentials', bearer: { ...bearer, verification, ...changes } } }) as const

const rates = { failures: { quota: 300, window: 60 } } as const

const shares = { url: 'https://auth.example', token: { file: '/token' }, timeout: 2000, cacheTtl: 60_000 } as const

const audit = { mode: 'closed', sync: 'changes', timeout: 5000, headroom: 1_073_741_824 } as const

/** What must be chosen beside a setting for it to mean something. */
function choiceOf(name: SettingName): Variables {
  if (/^database(Prefix|.*Timeout)$|^recordCache/.test(name)) return choices.mongodb
  if (/^tls(Serve|Client)/.test(name)) return choices.tls
  if (name === 'corsOrigins') return { KMS_CORS_ENABLE: 'true' }
  if (/^secretLock(Aws|Timeout)/.test(name)) return choices.aws
  if (/^secretLockVault/.test(name)) return choices.vault
  if (/^previousLock(Type|KeyPath)/.test(name)) return choices.previousLocal
  if (/^previousLockAws/.test(name)) return choices.previousAws
  if (/^previousLockVault/.test(name)) return choices.previousVault
  if (name === 'authServerToken') return { KMS_AUTH_SERVER_URL: 'https://auth.example', KMS_AUTH_SERVER_TOKEN: 'other' }
  if (/^(userLock|authServer|shamir|trusted)/.test(name)) return choices.shares
  if (/^(gnap|token)/.test(name)) return choices.gnap
  if (/^bearer(Introspection|Client)/.test(name)) return introspected
  if (/^bearer/.test(name)) return choices.jwt
  return name === 'keystoreAdmissionTokenFile' ? choices.bearer : {}
}

/** Another valid text than the default, for every setting, and what of the configuration comes of it. */
const others: Readonly<Record<SettingName, readonly [text: string, expected: Partial<Config>]>> = {
  host: ['127.0.0.1:1', { listen: { host: '127.0.0.1', port: 1 } }],
  baseUrl: ['https://kms.example/', { baseUrl: 'https://kms.example' }],
  corsEnable: ['true', { allowedOrigins: 'any' }],
  docsEnable: ['false', { docs: false }],
  ed25519: ['openssl', { ed25519: 'openssl' }],
  audit: ['open', { audit: { ...audit, mode: 'open' } }],
  auditSync: ['always', { audit: { ...audit, sync: 'always' } }],
  auditTimeout: ['1s', { audit: { ...audit, timeout: 1000 } }],
  auditHeadroom: ['1', { audit: { ...audit, headroom: 1_048_576 } }],
  corsOrigins: ['https://wallet.example', { allowedOrigins: ['https://wallet.example'] }],
  workers: ['2', { workers: 2 }],
  rateLimitFailures: ['5/1s', { rates: { failures: { quota: 5, window: 1 } } }],
  rateLimitAddress: ['600/1m', { rates: { ...rates, address: { quota: 600, window: 60 } } }],
  rateLimitPrincipal: ['10/1m30s', { rates: { ...rates, principal: { quota: 10, window: 90 } } }],
  maxRequests: ['10', { pressure: { requests: 10, loopDelay: 5000 } }],
  maxConnections: ['10', { maxConnections: 10 }],
  maxLoopDelay: ['1s', { pressure: { requests: 2000, loopDelay: 1000 } }],
  maxMemory: ['512', { pressure: { requests: 2000, loopDelay: 5000, memory: 536_870_912 } }],
  tlsServeCert: ['/other.pem', { tls: { cert: '/other.pem', key: '/key.pem' } }],
  tlsServeKey: ['/other.pem', { tls: { cert: '/cert.pem', key: '/other.pem' } }],
  tlsClientCacerts: ['/ca.pem', { tls: { cert: '/cert.pem', key: '/key.pem', clientCa: '/ca.pem' } }],
  tlsCacerts: ['/a.pem, b.pem', { issuers: { files: ['/a.pem', 'b.pem'], system: false } }],
  tlsSystemcertpool: ['true', { issuers: { files: [], system: true } }],
  databaseType: ['memory', { store: { kind: 'memory' }, lock: { kind: 'process' } }],
  databaseUrl: [
    '/elsewhere',
    {
      store: { kind: 'embedded', directory: '/elsewhere' },
      lock: { kind: 'local', file: '/elsewhere/master.key', made: true },
    },
  ],
  databasePrefix: ['tenant_', { store: { ...mongodb, prefix: 'tenant_' } }],
  databaseTimeout: ['1m', { store: { ...mongodb, startTimeout: 60_000 } }],
  databaseCallTimeout: ['2s', { store: { ...mongodb, callTimeout: 2000 } }],
  recordCacheTtl: ['0', { store: { ...mongodb, cacheTtl: 0 } }],
  secretLockType: ['local', {}],
  secretLockAwsKeyUri: [`aws-kms://${alias}`, { lock: { ...aws, keyArn: alias, region: 'us-gov-west-1' } }],
  secretLockAwsEndpoint: ['http://127.0.0.1:4599', { lock: { ...aws, endpoint: 'http://127.0.0.1:4599' } }],
  secretLockVaultUrl: ['https://other.example/', { lock: { ...vault, url: 'https://other.example' } }],
  secretLockVaultMount: ['seals', { lock: { ...vault, mount: 'seals' } }],
  secretLockVaultKey: ['other', { lock: { ...vault, key: 'other' } }],
  secretLockVaultTokenFile: ['/other', { lock: { ...vault, tokenFile: '/other' } }],
  secretLockVaultNamespace: ['team/a', { lock: { ...vault, namespace: 'team/a' } }],
  previousLockType: ['local', { previousLock: before }],
  previousLockKeyPath: ['/other', { previousLock: { ...before, file: '/other' } }],
  previousLockAwsKeyUri: [`aws-kms://${alias}`, { previousLock: { ...aws, keyArn: alias, region: 'us-gov-west-1' } }],
  previousLockAwsEndpoint: ['http://127.0.0.1:4599', { previousLock: { ...aws, endpoint: 'http://127.0.0.1:4599' } }],
  previousLockVaultUrl: ['https://other.example/', { previousLock: { ...vault, url: 'https://other.example' } }],
  previousLockVaultMount: ['seals', { previousLock: { ...vault, mount: 'seals' } }],
  previousLockVaultKey: ['other', { previousLock: { ...vault, key: 'other' } }],
  previousLockVaultTokenFile: ['/other', { previousLock: { ...vault, tokenFile: '/other' } }],
  previousLockVaultNamespace: ['team/a', { previousLock: { ...vault, namespace: 'team/a' } }],
  secretLockTimeout: ['1s', { lock: { ...aws, timeout: 1000 } }],
  secretLockKeyPath: ['/keys/own', { lock: { kind: 'local', file: '/keys/own', made: false } }],
  authType: ['none', { auth: { kind: 'none' } }],
  userLock: ['shamir', { shares, userLock: 'shamir' }],
  authServerUrl: ['https://other.example', { shares: { ...shares, url: 'https://other.example' } }],
  authServerToken: ['secret', { shares: { ...shares, token: { text: 'secret' } } }],
  authServerTokenFile: ['/other', { shares: { ...shares, token: { file: '/other' } } }],
  authServerTimeout: ['1s', { shares: { ...shares, timeout: 1000 } }],
  shamirSecretCacheTtl: ['0', { shares: { ...shares, cacheTtl: 0 } }],
  experimentalKeyTypes: ['ML-KEM-768,ML-DSA-65', { experimentalKeyTypes: ['ML-KEM-768', 'ML-DSA-65'] }],
  trustedProxies: ['10.0.0.0/8, ::1', { trustedProxies: ['10.0.0.0/8', '::1'] }],
  vaultAllow: ['http://127.0.0.1:1', { vaults: { allow: ['http://127.0.0.1:1'], timeout: 5000 } }],
  vaultTimeout: ['1s', { vaults: { allow: [], timeout: 1000 } }],
  zcapCoverage: [
    'legacy',
    { auth: { kind: 'credentials', zcap: { coverage: 'legacy', admission: { kind: 'controller' } } } },
  ],
  zcapMaxTtl: ['1d', { chainPolicy: { maximumTtl: 86_400, clockSkew: 30 } }],
  sessionTtl: ['1m', { sessionTtl: 60_000 }],
  clockSkew: ['5s', { chainPolicy: { maximumTtl: 7_776_000, clockSkew: 5 } }],
  keystoreAdmission: [
    'open',
    { auth: { kind: 'credentials', zcap: { coverage: 'strict', admission: { kind: 'open' } } } },
  ],
  keystoreAdmissionTokenFile: [
    '/tokens',
    { auth: { kind: 'credentials', zcap: { coverage: 'strict', admission: { kind: 'bearer', file: '/tokens' } } } },
  ],
  tokenAccessType: ['urn:kms', byGnap({ type: 'urn:kms' })],
  tokenAudience: ['kms', byGnap({ audience: 'kms' })],
  tokenCacheTtl: ['0', byGnap({ cacheTtl: 0 })],
  gnapSigningKey: ['/other', byGnap({ signingKeyFile: '/other' })],
  gnapHttpsigDisable: ['true', byGnap({ isSigned: false })],
  gnapHttpsigDisableRemote: ['true', {}],
  bearerIssuer: ['https://other.example/', byBearer(jwks, { issuer: 'https://other.example/' })],
  bearerRoutes: ['all', byBearer(jwks, { routes: 'all' })],
  bearerJwksUrl: ['https://other.example/k', byBearer({ ...jwks, jwksUrl: 'https://other.example/k' as never })],
  bearerAlgorithms: ['ES384, PS512', byBearer({ ...jwks, algorithms: ['ES384', 'PS512'] as never })],
  bearerIntrospectionUrl: [
    'https://other.example/i',
    byBearer({ ...introspection, introspectionUrl: 'https://other.example/i' as never }),
  ],
  bearerClientId: ['other', byBearer({ ...introspection, clientId: 'other' as never })],
  bearerClientSecretFile: ['/other', byBearer({ ...introspection, clientSecretFile: '/other' as never })],
  cacheEnable: ['false', { cache: { max: 1000, ttl: 0 } }],
  kmsCacheTtl: ['1m', { cache: { max: 1000, ttl: 60_000 } }],
  kmsCacheSize: ['5', { cache: { max: 5, ttl: 600_000 } }],
  bodyLimit: ['2048', { bodyLimit: 2048 }],
  requestTimeout: ['1s', { requestTimeout: 1000 }],
  shutdownDelay: ['5s', { shutdownDelay: 5000 }],
  shutdownTimeout: ['2s', { shutdownTimeout: 2000 }],
  logLevel: ['debug', { logLevel: 'debug' }],
  logFormat: ['pretty', { logFormat: 'pretty' }],
  metricsHost: ['127.0.0.1:9090', { metrics: { host: '127.0.0.1', port: 9090 } }],
}

const defaults: Config = {
  listen: { host: '127.0.0.1', port: 8076 },
  store: { kind: 'embedded', directory: './keyhold-data' },
  lock: { kind: 'local', file: 'keyhold-data/master.key', made: true },
  vaults: { allow: [], timeout: 5000 },
  experimentalKeyTypes: [],
  ed25519: 'auto',
  trustedProxies: [],
  auth: { kind: 'credentials', zcap: { coverage: 'strict', admission: { kind: 'controller' } } },
  chainPolicy: { maximumTtl: 7_776_000, clockSkew: 30 },
  sessionTtl: 300_000,
  cache: { max: 1000, ttl: 600_000 },
  workers: 1,
  rates,
  pressure: { requests: 2000, loopDelay: 5000 },
  maxConnections: 10_000,
  docs: true,
  audit,
  bodyLimit: 1_048_576,
  requestTimeout: 30_000,
  shutdownDelay: 1000,
  shutdownTimeout: 30_000,
  logLevel: 'info',
  logFormat: 'auto',
}

t.test('with nothing set there are the defaults', async t => {
  t.strictSame(loadConfig({}), defaults)
  t.strictSame(loadConfig({ PATH: '/bin', HOME: '/', kms_host: 'x', XKMS_HOST: 'x' }), defaults, 'others do not matter')
  t.ok(Object.isFrozen(loadConfig({})))
})

for (const name of names) {
  const { variable, flag, ...rest } = settings[name]
  const fallback = 'default' in rest ? rest.default : undefined
  const [text, expected] = others[name]

  t.test(`${variable}`, async t => {
    const beside = choiceOf(name)
    const base = loadConfig(beside)
    const changed = { ...base, ...expected }
    const load = (variables: object, flags = {}) => loadConfig({ ...beside, ...variables }, flags)
    t.strictSame(load({ [variable]: text }), changed, 'the variable wins over the default')
    t.strictSame(load({}, { [flag]: text }), changed, 'the flag wins over the default')
    t.strictSame(load({ [variable]: '\0wrong' }, { [flag]: text }), changed, 'the flag wins over the variable')
    if (fallback !== undefined) {
      t.strictSame(load({ [variable]: text }, { [flag]: fallback }), base, 'also if it says the default')
      t.strictSame(load({ [variable]: fallback }), base, 'the default can be written down')
    }
    t.match(problemsOf({ [variable]: '' }), [new RegExp(`^${variable}: must `)], 'an empty variable counts as set')
    t.match(
      problemsOf({ [variable]: text }, { [flag]: '' }),
      [new RegExp(`^${variable}: `)],
      'and so does an empty flag',
    )
  })
}

t.test('every problem is told at once, each beginning with its variable', async t => {
  const wrong = names.map(name => [settings[name].variable, ''] as const)
  const variables = [...wrong.map(([variable]) => variable), 'KMS_NONSENSE', 'KMS_HOTS', 'KMS_DID_DOMAIN']
  const problems = problemsOf(Object.fromEntries(variables.map(variable => [variable, ''])))
  t.strictSame(problems.map(problem => problem.slice(0, problem.indexOf(': '))).sort(), variables.sort())
  t.throws(() => loadConfig({ KMS_HOST: '', KMS_LOG_LEVEL: 'x' }), { message: /^KMS_HOST: .*\nKMS_LOG_LEVEL: / })
})

t.test('a contradiction is told together with what is wrong elsewhere', async t => {
  const open = { KMS_AUTH_TYPE: 'none', KMS_HOST: '0.0.0.0:80', KMS_LOG_LEVEL: 'loud' }
  t.match(problemsOf(open), [/^KMS_LOG_LEVEL: /, /^KMS_AUTH_TYPE: /])
  t.match(problemsOf({ KMS_HOST: 'nonsense', KMS_LOG_LEVEL: 'loud' }), [/^KMS_HOST: /, /^KMS_LOG_LEVEL: /])
})

t.test('what browsers and connections need', async t => {
  const url = 'http://kms.example'
  t.match(problemsOf({ KMS_CORS_ENABLE: 'true', KMS_AUTH_TYPE: 'none' }), [/^KMS_CORS_ENABLE: /])
  t.match(problemsOf({ KMS_CORS_ORIGINS: 'https://wallet.example' }), [/^KMS_CORS_ORIGINS: /])
  t.match(problemsOf({ KMS_CORS_ENABLE: 'true', KMS_CORS_ORIGINS: '*' }), [/^KMS_CORS_ORIGINS: /])
  t.match(problemsOf({ KMS_TLS_SERVE_CERT: '/cert.pem' }), [/^KMS_TLS_SERVE_KEY: /])
  t.match(problemsOf({ KMS_TLS_SERVE_KEY: '/key.pem' }), [/^KMS_TLS_SERVE_CERT: /])
  t.match(problemsOf({ KMS_TLS_CLIENT_CACERTS: '/ca.pem' }), [/^KMS_TLS_CLIENT_CACERTS: /])
  t.match(problemsOf({ ...choices.tls, KMS_BASE_URL: url }), [/^KMS_BASE_URL: /])
  const own = { ...choices.mongodb, KMS_DATABASE_URL: 'mongodb://db/?tls=true&tlsCAFile=/ca.pem' }
  t.strictSame(problemsOf(own), [])
  t.match(problemsOf({ ...own, KMS_TLS_CACERTS: '/ca.pem' }), [/^KMS_DATABASE_URL: /])
  t.match(problemsOf({ ...own, KMS_TLS_SYSTEMCERTPOOL: 'true' }), [/^KMS_DATABASE_URL: /])
})

t.test('a value is not repeated', async t => {
  for (const name of names) {
    const problems = problemsOf({ [settings[name].variable]: '\0secret-value' })
    t.notOk(
      problems.some(problem => problem.includes('secret-value')),
      settings[name].variable,
    )
  }
})

t.test('a variable that looks like a setting and is none is an error', async t => {
  for (const variable of ['KMS_', 'KMS_HOSTS', 'KMS_host', 'KMS_LOGLEVEL', 'KMS_CACHE_TTL', 'KMS___proto__']) {
    t.strictSame(problemsOf({ [variable]: 'x' }), [`${variable}: there is no such setting`])
    t.strictSame(problemsOf({ [variable]: '' }), [`${variable}: there is no such setting`])
  }
})

t.test('what this version does not support is refused, by variable and by flag', async t => {
  for (const [variable, flag] of Object.entries(unsupportedSettings)) {
    const refused = [`${variable}: not supported by this version`]
    t.strictSame(problemsOf({ [variable]: 'x' }), refused)
    t.strictSame(problemsOf({ [variable]: '' }), refused, 'also if it is empty')
    t.strictSame(problemsOf({}, { [flag]: 'x' }), refused)
  }
  t.ok('KMS_DID_DOMAIN' in unsupportedSettings)
})

t.test('without authentication the service listens on a loopback address alone', async t => {
  const accepted = ['127.0.0.1:8076', '127.5.5.5:1', '127.255.255.254:0', '[::1]:8076', 'localhost:8076']
  for (const host of accepted) t.strictSame(problemsOf({ KMS_HOST: host }), [], host)
  const refused = [
    ':8076',
    '0.0.0.0:8076',
    '[::]:80',
    '[::0]:80',
    '[::ffff:0.0.0.0]:80',
    '192.168.1.10:8076',
    '10.0.0.1:8076',
    '169.254.1.1:80',
    '203.0.113.7:8076',
    '[2001:db8::1]:80',
    '[fe80::1]:80',
    'kms.example:8076',
    'localhost.kms.example:8076',
    '127.0.0.1.kms.example:8076',
    '127.0.0.256:8076',
    '127.999.0.1:8076',
    '128.0.0.1:8076',
    '0:80',
  ]
  for (const host of refused) {
    t.match(problemsOf({ KMS_AUTH_TYPE: 'none', KMS_HOST: host }), [/^KMS_AUTH_TYPE: none is refused/], host)
    t.match(problemsOf({ KMS_AUTH_TYPE: 'none' }, { host }), [/^KMS_AUTH_TYPE: none is refused/], `--host ${host}`)
  }
})

t.test('a master key that somebody named is never made', async t => {
  t.match(loadConfig({ KMS_SECRET_LOCK_KEY_PATH: './keyhold-data/master.key' }).lock, { made: false })
  const memory = loadConfig({ KMS_DATABASE_TYPE: 'memory', KMS_SECRET_LOCK_KEY_PATH: '/k' })
  t.match(memory.lock, { kind: 'local', file: '/k', made: false })
})

t.test('a choice wants what it needs, and nothing is said to a choice that was not made', async t => {
  for (const [choice, variables] of Object.entries(choices)) {
    for (const variable of Object.keys(variables).slice(1)) {
      const { [variable]: _omitted, ...rest } = variables as Variables
      t.match(problemsOf(rest), [new RegExp(`^${variable}: must be `)], `${choice} without ${variable}`)
    }
  }
  const lonely: Variables = {
    KMS_SECRET_LOCK_AWS_KEY_URI: `aws-kms://${arn}`,
    KMS_SECRET_LOCK_AWS_ENDPOINT: 'http://127.0.0.1:1',
    KMS_SECRET_LOCK_VAULT_URL: 'https://bao.example',
    KMS_SECRET_LOCK_VAULT_KEY: 'k',
    KMS_SECRET_LOCK_VAULT_TOKEN_FILE: '/t',
    KMS_SECRET_LOCK_VAULT_NAMESPACE: 'n',
    KMS_SECRET_LOCK_PREVIOUS_KEY_PATH: '/k',
    KMS_SECRET_LOCK_PREVIOUS_AWS_ENDPOINT: 'http://127.0.0.1:1',
    KMS_SECRET_LOCK_PREVIOUS_VAULT_NAMESPACE: 'n',
    KMS_DATABASE_PREFIX: 'p',
    KMS_KEYSTORE_ADMISSION_TOKEN_FILE: '/t',
    KMS_GNAP_SIGNING_KEY: '/k',
    KMS_TOKEN_AUDIENCE: 'kms',
    KMS_BEARER_ISSUER: 'https://issuer.example',
    KMS_BEARER_JWKS_URL: 'https://issuer.example/jwks',
    KMS_BEARER_INTROSPECTION_URL: 'https://issuer.example/introspect',
    KMS_BEARER_CLIENT_ID: 'c',
    KMS_BEARER_CLIENT_SECRET_FILE: '/s',
  }
  for (const [variable, value] of Object.entries(lonely)) {
    t.match(problemsOf({ [variable]: value }), [new RegExp(`^${variable}: is for .* only$`)])
  }
  t.match(problemsOf({ ...choices.aws, KMS_SECRET_LOCK_KEY_PATH: '/k' }), [
    /^KMS_SECRET_LOCK_KEY_PATH: is for the lock local only/,
  ])
  t.match(problemsOf({ KMS_DATABASE_URL: 'mongodb://db' }), [/^KMS_DATABASE_URL: is the URL of a MongoDB/])
  const srv = { ...choices.mongodb, KMS_DATABASE_URL: 'mongodb+srv://user:word@db.example/keys' }
  t.strictSame(problemsOf(srv), [])
})

t.test('what is wrong already is not called missing as well', async t => {
  const { KMS_SECRET_LOCK_AWS_KEY_URI: _uri, ...rest } = choices.aws
  t.match(problemsOf({ ...rest, KMS_SECRET_LOCK_AWS_KEY_URI: 'nonsense' }), [
    /^KMS_SECRET_LOCK_AWS_KEY_URI: must be aws-kms/,
  ])
})

t.test('no two settings share a name', async t => {
  const rows = names.map(name => settings[name])
  const variables = [...rows.map(row => row.variable), ...Object.keys(unsupportedSettings)]
  const flags = [...rows.map(row => row.flag), ...Object.values(unsupportedSettings)]
  t.equal(new Set(variables).size, variables.length)
  t.equal(new Set(flags).size, flags.length)
})

import { type SettingName, type Settings, settings } from './settings.ts'
import { has, tokenContradictions } from './token-contradictions.ts'
import { isLoopback } from './values.ts'

type Parsed = Partial<Settings>

interface Belonging {
  readonly choice: string
  /** Whether it was chosen; undefined if that cannot be said. */
  readonly chosen: (settings: Parsed) => boolean | undefined
  readonly needs?: readonly SettingName[]
  readonly takes?: readonly SettingName[]
}

const is = <T>(value: T | undefined, wanted: T) => (value === undefined ? undefined : value === wanted)

/** What a choice cannot do without, and what beside that means something to it alone. */
const belongings: readonly Belonging[] = [
  {
    choice: 'TLS',
    chosen: ({ tlsServeCert, tlsServeKey }) => tlsServeCert !== undefined || tlsServeKey !== undefined,
    needs: ['tlsServeCert', 'tlsServeKey'],
    takes: ['tlsClientCacerts'],
  },
  { choice: 'CORS', chosen: ({ corsEnable }) => corsEnable, takes: ['corsOrigins'] },
  { choice: 'the store mongodb', chosen: ({ databaseType }) => is(databaseType, 'mongodb'), takes: ['databasePrefix'] },
  {
    choice: 'the lock local',
    chosen: ({ secretLockType }) => is(secretLockType, 'local'),
    takes: ['secretLockKeyPath'],
  },
  {
    choice: 'the lock aws',
    chosen: ({ secretLockType }) => is(secretLockType, 'aws'),
    needs: ['secretLockAwsKeyUri'],
    takes: ['secretLockAwsEndpoint'],
  },
  {
    choice: 'the lock vault',
    chosen: ({ secretLockType }) => is(secretLockType, 'vault'),
    needs: ['secretLockVaultUrl', 'secretLockVaultKey', 'secretLockVaultTokenFile'],
    takes: ['secretLockVaultNamespace'],
  },
  ...(
    [
      ['local', ['previousLockKeyPath'], []],
      ['aws', ['previousLockAwsKeyUri'], ['previousLockAwsEndpoint']],
      [
        'vault',
        ['previousLockVaultUrl', 'previousLockVaultKey', 'previousLockVaultTokenFile'],
        ['previousLockVaultNamespace'],
      ],
    ] as const
  ).map(([type, needs, takes]) => ({
    choice: `the previous lock ${type}`,
    chosen: ({ previousLockType }: Parsed) => previousLockType === type,
    needs,
    takes,
  })),
  {
    choice: 'admission by bearer',
    chosen: ({ keystoreAdmission }) => is(keystoreAdmission, 'bearer'),
    needs: ['keystoreAdmissionTokenFile'],
  },
  { choice: 'the authentication gnap', chosen: ({ authType }) => has(authType, 'gnap'), needs: ['gnapSigningKey'] },
  {
    choice: 'the authentication bearer',
    chosen: ({ authType }) => has(authType, 'bearer'),
    needs: ['bearerIssuer'],
    takes: ['bearerJwksUrl'],
  },
  {
    choice: 'the introspection of bearer tokens',
    chosen: ({ bearerIntrospectionUrl: url, authType }) => (has(authType, 'bearer') ? url !== undefined : false),
    takes: ['bearerIntrospectionUrl'],
    needs: ['bearerClientId', 'bearerClientSecretFile'],
  },
  {
    choice: 'authentication by tokens',
    chosen: ({ authType }) => authType && (has(authType, 'gnap') || has(authType, 'bearer')),
    takes: ['tokenAudience'],
  },
]

/** What is of no use without an auth server. */
const ofAuthServer: readonly SettingName[] = ['authServerToken', 'authServerTokenFile']

/**
 * What is wrong between settings that are well-formed each, a line for each problem.
 *
 * @param isGiven whether a setting has a value, be it a wrong one
 */
export function contradictions(parsed: Parsed, isGiven: (name: SettingName) => boolean): string[] {
  const problems = [...misplaced(parsed, isGiven)]
  const check = (problem: string, wrong: boolean | undefined) => wrong && problems.push(problem)
  const {
    host,
    baseUrl,
    authType,
    zcapCoverage,
    keystoreAdmission,
    databaseType,
    databaseUrl,
    secretLockType,
    userLock,
  } = parsed
  const issuers = parsed.tlsCacerts !== undefined || parsed.tlsSystemcertpool
  const remote = host !== undefined && !isLoopback(host.host)
  const mongoUrl = databaseUrl !== undefined && /^mongodb(\+srv)?:\/\//.test(databaseUrl)
  check(
    'KMS_DATABASE_URL: must be a mongodb:// URL for the store mongodb',
    databaseType === 'mongodb' && mongoUrl === false,
  )
  check(
    'KMS_DATABASE_URL: is the URL of a MongoDB: set KMS_DATABASE_TYPE to mongodb',
    databaseType === 'embedded' && mongoUrl,
  )
  check(
    'KMS_DATABASE_URL: names issuers with tlsCAFile: add that file to KMS_TLS_CACERTS instead',
    databaseType === 'mongodb' && issuers && /[?&]tlsCAFile=/i.test(databaseUrl ?? ''),
  )
  check(
    'KMS_SECRET_LOCK_KEY_PATH: must be set for the store mongodb: there is no directory to make a key in',
    databaseType === 'mongodb' && secretLockType === 'local' && !isGiven('secretLockKeyPath'),
  )
  check(
    'KMS_WORKERS: the store memory is in one process, and cannot be shared: set it to 1, or another KMS_DATABASE_TYPE',
    databaseType === 'memory' && (parsed.workers ?? 1) > 1,
  )
  const authServer = isGiven('authServerUrl')
  const hasToken = isGiven('authServerTokenFile') || isGiven('authServerToken')
  for (const name of ofAuthServer) {
    check(
      `${settings[name].variable}: is for an auth server only: set KMS_AUTH_SERVER_URL`,
      !authServer && parsed[name] !== undefined,
    )
  }
  check(
    'KMS_AUTH_SERVER_TOKEN_FILE: must be set for the auth server',
    parsed.authServerUrl !== undefined && has(authType, 'gnap') === false && !hasToken,
  )
  check(
    'KMS_AUTH_SERVER_TOKEN: is given twice: KMS_AUTH_SERVER_TOKEN_FILE is set as well',
    parsed.authServerTokenFile !== undefined && parsed.authServerToken !== undefined,
  )
  check(
    'KMS_USER_LOCK: shamir needs a server that holds the other shares: set KMS_AUTH_SERVER_URL and its token',
    userLock === 'shamir' && !(authServer && hasToken),
  )
  check(
    'KMS_AUTH_TYPE: none is refused on any address but loopback: set KMS_HOST to 127.0.0.1:8076',
    has(authType, 'none') && remote,
  )
  check('KMS_KEYSTORE_ADMISSION: open is refused on any address but loopback', keystoreAdmission === 'open' && remote)
  check('KMS_CORS_ENABLE: pages are served only if they prove who they are', parsed.corsEnable && has(authType, 'none'))
  check(
    'KMS_BASE_URL: must be an https URL where TLS is spoken',
    parsed.tlsServeCert !== undefined && baseUrl?.startsWith('http:'),
  )
  check(
    'KMS_BASE_URL: must be set on any address but loopback: what is signed names it',
    has(authType, 'none') === false && baseUrl === undefined && remote,
  )
  check(
    'KMS_ZCAP_COVERAGE: legacy is refused without TLS: set KMS_BASE_URL to an https URL, or listen on loopback',
    zcapCoverage === 'legacy' && remote && !baseUrl?.startsWith('https:'),
  )
  problems.push(...tokenContradictions(parsed, isGiven))
  return problems
}

function* misplaced(parsed: Parsed, isGiven: (name: SettingName) => boolean): Generator<string> {
  for (const { choice, chosen, needs = [], takes = [] } of belongings) {
    const isChosen = chosen(parsed)
    for (const name of needs) {
      if (isChosen === true && !isGiven(name)) yield `${settings[name].variable}: must be set for ${choice}`
    }
    for (const name of [...needs, ...takes]) {
      if (isChosen === false && parsed[name] !== undefined) yield `${settings[name].variable}: is for ${choice} only`
    }
  }
}

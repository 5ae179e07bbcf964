import * as values from './values.ts'

/** One setting: the flag wins over the variable, the variable over the default. */
interface Setting<T> {
  readonly variable: `KMS_${string}`
  readonly flag: string
  /** As it would be written in the environment; absent if nothing is assumed. */
  readonly default?: string
  readonly description: string
  readonly parse: (value: string) => T
}

function setting<T, const D extends string | undefined>(
  variable: `KMS_${string}`,
  flag: string,
  parse: (value: string) => T,
  fallback: D,
  description: string,
): Setting<T> & { readonly parsed: D extends string ? T : T | undefined } {
  return {
    variable,
    flag,
    parse,
    description,
    ...(fallback !== undefined && { default: fallback }),
    // A phantom for the type alone: what the setting is once it is parsed.
    parsed: undefined as D extends string ? T : T | undefined,
  }
}

/**
 * Every setting. `keyhold start --help`, `.env.example` and the table in the README are this table, and tests hold
 * them together. Names and meanings are those of TrustBloc KMS where it has the thing.
 */
export const settings = {
  host: setting('KMS_HOST', 'host', values.address, '127.0.0.1:8076', 'Where to listen, as host:port.'),
  baseUrl: setting(
    'KMS_BASE_URL',
    'base-url',
    values.baseUrl,
    undefined,
    'The URL under which clients reach the service; every answered key URL begins with it. Default: where it listens.',
  ),
  databaseType: setting(
    'KMS_DATABASE_TYPE',
    'database-type',
    values.oneOf('embedded', 'memory'),
    'embedded',
    'Where records live: embedded (a directory, shared by any number of processes) or memory (gone with the process).',
  ),
  databaseUrl: setting(
    'KMS_DATABASE_URL',
    'database-url',
    values.text,
    './keyhold-data',
    'The directory of the embedded store. It is made if it is not there.',
  ),
  secretLockType: setting(
    'KMS_SECRET_LOCK_TYPE',
    'secret-lock-type',
    values.oneOf('local'),
    'local',
    'The server lock: local (a master key file).',
  ),
  secretLockKeyPath: setting(
    'KMS_SECRET_LOCK_KEY_PATH',
    'secret-lock-key-path',
    values.text,
    undefined,
    'The master key file: 32 bytes, raw or as hex or base64 text, mode 0600. Default: master.key in the directory of ' +
      'the embedded store, made only if that directory is new. With the memory store: a key that ends with the process.',
  ),
  authType: setting(
    'KMS_AUTH_TYPE',
    'auth-type',
    values.oneOf('zcap', 'none'),
    'zcap',
    'How callers prove what they may do: zcap (requests that are signed and invoke a capability) or none (accepted on a ' +
      'loopback address only).',
  ),
  zcapCoverage: setting(
    'KMS_ZCAP_COVERAGE',
    'zcap-coverage',
    values.oneOf('strict', 'legacy'),
    'strict',
    'What clients of TrustBloc must sign: strict (method, path, time, capability and body) or legacy (the time alone: ' +
      'who sees such a request can send others for a minute).',
  ),
  zcapMaxTtl: setting(
    'KMS_ZCAP_MAX_TTL',
    'zcap-max-ttl',
    values.duration,
    '90d',
    'How long a delegated capability may live at most.',
  ),
  clockSkew: setting(
    'KMS_CLOCK_SKEW',
    'clock-skew',
    values.duration,
    '30s',
    'By how much the clocks of clients may differ from ours.',
  ),
  keystoreAdmission: setting(
    'KMS_KEYSTORE_ADMISSION',
    'keystore-admission',
    values.oneOf('controller', 'bearer', 'open'),
    'controller',
    'Who may create keystores: controller (the request is signed by the controller that it names), bearer (whoever ' +
      'sends a token of the token file) or open (anyone; accepted on a loopback address only).',
  ),
  keystoreAdmissionTokenFile: setting(
    'KMS_KEYSTORE_ADMISSION_TOKEN_FILE',
    'keystore-admission-token-file',
    values.text,
    undefined,
    'The tokens of the admission by bearer token, one a line. Read for each request, so they can be exchanged any time.',
  ),
  cacheEnable: setting(
    'KMS_CACHE_ENABLE',
    'enable-cache',
    values.boolean,
    'true',
    'Whether opened keys may be kept in memory at all.',
  ),
  kmsCacheTtl: setting(
    'KMS_KMS_CACHE_TTL',
    'kms-cache-ttl',
    values.duration,
    '10m',
    'How long an opened key is kept in memory at most. 0: it is closed after each use.',
  ),
  kmsCacheSize: setting(
    'KMS_KMS_CACHE_SIZE',
    'kms-cache-size',
    values.integer(0, 1_000_000),
    '1000',
    'How many opened keys are kept in memory at most.',
  ),
  bodyLimit: setting(
    'KMS_BODY_LIMIT',
    'body-limit',
    values.integer(1024, 64 * 1024 * 1024),
    '1048576',
    'The largest request body, in bytes.',
  ),
  requestTimeout: setting(
    'KMS_REQUEST_TIMEOUT',
    'request-timeout',
    values.timeout,
    '30s',
    'How long a client may take to send a request.',
  ),
  shutdownTimeout: setting(
    'KMS_SHUTDOWN_TIMEOUT',
    'shutdown-timeout',
    values.timeout,
    '30s',
    'How long a stop waits for the requests under way.',
  ),
  logLevel: setting(
    'KMS_LOG_LEVEL',
    'log-level',
    values.oneOf('critical', 'error', 'warning', 'info', 'debug'),
    'info',
    'How much is logged: critical, error, warning, info or debug.',
  ),
} as const

export type SettingName = keyof typeof settings
export type Settings = { readonly [N in SettingName]: (typeof settings)[N]['parsed'] }

/**
 * Settings of TrustBloc KMS that this version cannot honour. They are refused rather than ignored: whoever asks for TLS
 * must not get plain HTTP.
 */
export const unsupportedSettings: Readonly<Record<string, string>> = {
  KMS_METRICS_HOST: 'metrics-host',
  KMS_DATABASE_PREFIX: 'database-prefix',
  KMS_DATABASE_TIMEOUT: 'database-timeout',
  KMS_SECRET_LOCK_AWS_KEY_URI: 'secret-lock-aws-key-uri',
  KMS_SECRET_LOCK_AWS_ACCESS_KEY: 'secret-lock-aws-access-key',
  KMS_SECRET_LOCK_AWS_SECRET_KEY: 'secret-lock-aws-secret-key',
  KMS_SECRET_LOCK_AWS_ENDPOINT: 'secret-lock-aws-endpoint',
  KMS_TLS_SYSTEMCERTPOOL: 'tls-systemcertpool',
  KMS_TLS_CACERTS: 'tls-cacerts',
  KMS_TLS_SERVE_CERT: 'tls-serve-cert',
  KMS_TLS_SERVE_KEY: 'tls-serve-key',
  KMS_DID_DOMAIN: 'did-domain',
  KMS_AUTH_DISABLE: 'disable-auth',
  KMS_AUTH_SERVER_URL: 'auth-server-url',
  KMS_AUTH_SERVER_TOKEN: 'auth-server-token',
  KMS_GNAP_SIGNING_KEY: 'gnap-signing-key',
  KMS_GNAP_HTTPSIG_DISABLE: 'disable-HTTPSIG',
  KMS_KEY_STORE_CACHE_TTL: 'key-store-cache-ttl',
  KMS_SHAMIR_SECRET_CACHE_TTL: 'shamir-secret-cache-ttl',
  KMS_CORS_ENABLE: 'enable-cors',
}

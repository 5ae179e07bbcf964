import * as values from '../values.ts'
import { setting } from './setting.ts'

/** What users hold themselves: a share of what opens their lock, and the vault that their keys live in. */
export const userSettings = {
  userLock: setting(
    'KMS_USER_LOCK',
    'user-lock',
    values.oneOf('any', 'shamir'),
    'any',
    'How the locks of new keystores are opened: shamir (only with a share that the user keeps) or any (as whoever makes ' +
      'the keystore chooses).',
  ),
  authServerUrl: setting(
    'KMS_AUTH_SERVER_URL',
    'auth-server-url',
    values.endpoint,
    undefined,
    "The server that holds the other shares of users' secrets, and that issues GNAP tokens.",
  ),
  authServerToken: setting(
    'KMS_AUTH_SERVER_TOKEN',
    'auth-server-token',
    values.text,
    undefined,
    'The token with which shares are read there. Better in a file.',
  ),
  authServerTokenFile: setting(
    'KMS_AUTH_SERVER_TOKEN_FILE',
    'auth-server-token-file',
    values.text,
    undefined,
    'A file that holds the token with which shares are read there. Read for each call, so it can be exchanged any time.',
  ),
  authServerTimeout: setting(
    'KMS_AUTH_SERVER_TIMEOUT',
    'auth-server-timeout',
    values.timeout,
    '2s',
    'How long a call to that server, or to the issuer of bearer tokens, may take, a repetition included.',
  ),
  shamirSecretCacheTtl: setting(
    'KMS_SHAMIR_SECRET_CACHE_TTL',
    'shamir-secret-cache-ttl',
    values.duration,
    '60s',
    'How long a share of that server is kept in memory at most. 0: it is fetched for each request.',
  ),
  trustedProxies: setting(
    'KMS_TRUSTED_PROXIES',
    'trusted-proxies',
    values.networks,
    undefined,
    'Addresses and networks (10.0.0.0/8), separated by commas, of proxies: their Auth-User header says whose share a ' +
      'request brings, their X-Request-Id how it is called in the log, and their X-Forwarded-For or Forwarded whence it ' +
      'comes.',
  ),
  vaultAllow: setting(
    'KMS_VAULT_ALLOW',
    'vault-allow',
    values.origins,
    undefined,
    'Origins, separated by commas, that vaults may have although they are not https or not public.',
  ),
  vaultTimeout: setting(
    'KMS_VAULT_TIMEOUT',
    'vault-timeout',
    values.timeout,
    '5s',
    'How long a call to a vault may take, a repetition included.',
  ),
} as const

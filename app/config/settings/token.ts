import * as values from '../values.ts'
import { setting } from './setting.ts'

/** What access tokens are, and whom they are from. */
export const tokenSettings = {
  tokenAccessType: setting(
    'KMS_TOKEN_ACCESS_TYPE',
    'token-access-type',
    values.accessType,
    'keyhold',
    'What access rights for this service are called in tokens: the type of a right, and the beginning of a scope.',
  ),
  tokenAudience: setting(
    'KMS_TOKEN_AUDIENCE',
    'token-audience',
    values.text,
    undefined,
    'What tokens call this service, as their audience. Default: KMS_BASE_URL.',
  ),
  tokenCacheTtl: setting(
    'KMS_TOKEN_CACHE_TTL',
    'token-cache-ttl',
    values.durationUpTo(30_000),
    '30s',
    'How long it is known what a token is worth, 30s at most: by so much a revocation may come late. 0: it is asked for ' +
      'each request.',
  ),
  gnapSigningKey: setting(
    'KMS_GNAP_SIGNING_KEY',
    'gnap-signing-key',
    values.text,
    undefined,
    'The key by which this service proves to the auth server which one it is: a PEM file of an EC private key on P-256.',
  ),
  gnapHttpsigDisable: setting(
    'KMS_GNAP_HTTPSIG_DISABLE',
    'disable-HTTPSIG',
    values.boolean,
    'false',
    'Whether requests with GNAP tokens need not be signed: who has such a token can use it. Accepted where the service is ' +
      'reached on a loopback address only.',
  ),
  gnapHttpsigDisableRemote: setting(
    'KMS_GNAP_HTTPSIG_DISABLE_REMOTE',
    'disable-HTTPSIG-remote',
    values.boolean,
    'false',
    'Whether KMS_GNAP_HTTPSIG_DISABLE is meant where the service is reached on any other address, too.',
  ),
} as const

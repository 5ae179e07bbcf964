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
  bearerIssuer: setting(
    'KMS_BEARER_ISSUER',
    'bearer-issuer',
    values.issuer,
    undefined,
    'The issuer of bearer tokens, as it names itself in them.',
  ),
  bearerRoutes: setting(
    'KMS_BEARER_ROUTES',
    'bearer-routes',
    values.oneOf('creation', 'all'),
    'creation',
    'What bearer tokens are good for: creation (creating keystores) or all (using them as well).',
  ),
  bearerJwksUrl: setting(
    'KMS_BEARER_JWKS_URL',
    'bearer-jwks-url',
    values.endpoint,
    undefined,
    'Where the issuer publishes its keys, if bearer tokens are JWTs.',
  ),
  bearerAlgorithms: setting(
    'KMS_BEARER_ALGORITHMS',
    'bearer-algorithms',
    values.signatureAlgorithms,
    'ES256,RS256,PS256,EdDSA',
    'The algorithms by which such tokens may be signed, separated by commas.',
  ),
  bearerIntrospectionUrl: setting(
    'KMS_BEARER_INTROSPECTION_URL',
    'bearer-introspection-url',
    values.endpoint,
    undefined,
    'Where the issuer is asked what a bearer token is worth, if they are not verified as JWTs.',
  ),
  bearerClientId: setting(
    'KMS_BEARER_CLIENT_ID',
    'bearer-client-id',
    values.text,
    undefined,
    'As whom this service asks there.',
  ),
  bearerClientSecretFile: setting(
    'KMS_BEARER_CLIENT_SECRET_FILE',
    'bearer-client-secret-file',
    values.text,
    undefined,
    'A file that holds the secret of that client. Read for each call, so it can be exchanged any time.',
  ),
} as const

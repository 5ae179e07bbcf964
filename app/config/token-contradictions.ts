import type { SettingName, Settings } from './settings.ts'
import { isLoopback, isLoopbackUrl } from './values.ts'

/** Undefined if the list is not known. */
export const has = (list: readonly string[] | undefined, wanted: string) => list?.includes(wanted)

/** What is wrong between the settings about tokens, a line for each problem. */
export function* tokenContradictions(
  parsed: Partial<Settings>,
  isGiven: (name: SettingName) => boolean,
): Generator<string> {
  const { authType, host, baseUrl, keystoreAdmission } = parsed
  const [zcap, gnap, bearer] = [has(authType, 'zcap'), has(authType, 'gnap'), has(authType, 'bearer')]
  if (zcap === false && (gnap || bearer) && keystoreAdmission !== undefined && keystoreAdmission !== 'controller') {
    yield 'KMS_KEYSTORE_ADMISSION: is for the authentication zcap only: tokens say for themselves whether they admit'
  }
  if (bearer && keystoreAdmission === 'bearer') {
    yield 'KMS_KEYSTORE_ADMISSION: tokens of a file cannot be told from those of KMS_BEARER_ISSUER'
  }
  if (gnap && !isGiven('authServerUrl')) yield 'KMS_AUTH_SERVER_URL: must be set for the authentication gnap'
  const remote = host !== undefined && !isLoopback(host.host)
  const isReachedRemotely = remote || (baseUrl !== undefined && !isLoopbackUrl(baseUrl))
  if (parsed.gnapHttpsigDisable && !parsed.gnapHttpsigDisableRemote && isReachedRemotely) {
    yield 'KMS_GNAP_HTTPSIG_DISABLE: is refused on any address but loopback, unless ' +
      'KMS_GNAP_HTTPSIG_DISABLE_REMOTE says that it is meant'
  }
  if (!bearer) return
  const ways = (['bearerJwksUrl', 'bearerIntrospectionUrl'] as const).filter(isGiven)
  if (ways.length !== 1) yield 'KMS_BEARER_JWKS_URL: must be set, or KMS_BEARER_INTROSPECTION_URL, and not both'
  if (!isGiven('tokenAudience') && !isGiven('baseUrl')) {
    yield 'KMS_TOKEN_AUDIENCE: must be set where KMS_BASE_URL is not: a token for somebody else must not work here'
  }
}

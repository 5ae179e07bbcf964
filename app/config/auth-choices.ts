import type { AdmissionConfig, AuthConfig, BearerConfig, GnapConfig, TokenConfig } from './config.ts'
import { present } from './present.ts'
import type { Settings } from './settings.ts'

/** How callers prove what they may do. */
export function toAuth(parsed: Settings): AuthConfig {
  const { authType, zcapCoverage: coverage } = parsed
  const methods: readonly string[] = authType
  if (methods.includes('none')) return { kind: 'none' }
  return {
    kind: 'credentials',
    ...(methods.includes('zcap') && { zcap: { coverage, admission: toAdmission(parsed) } }),
    ...(methods.includes('gnap') && { gnap: toGnap(parsed) }),
    ...(methods.includes('bearer') && { bearer: toBearer(parsed) }),
  }
}

function toGnap(parsed: Settings): GnapConfig {
  return {
    ...toTokens(parsed),
    url: present(parsed.authServerUrl),
    signingKeyFile: present(parsed.gnapSigningKey),
    isSigned: !parsed.gnapHttpsigDisable,
  }
}

function toBearer(parsed: Settings): BearerConfig {
  const { tokenAudience, baseUrl, bearerIssuer, bearerRoutes: routes } = parsed
  const issuer = present(bearerIssuer)
  return {
    ...toTokens(parsed),
    audience: present(tokenAudience ?? baseUrl),
    issuer,
    routes,
    verification: toVerification(parsed),
  }
}

function toVerification(parsed: Settings): BearerConfig['verification'] {
  const { bearerJwksUrl: jwksUrl, bearerAlgorithms: algorithms } = parsed
  if (jwksUrl !== undefined) return { jwksUrl, algorithms }
  return {
    introspectionUrl: present(parsed.bearerIntrospectionUrl),
    clientId: present(parsed.bearerClientId),
    clientSecretFile: present(parsed.bearerClientSecretFile),
  }
}

function toTokens({ tokenAudience, baseUrl, ...parsed }: Settings): TokenConfig {
  const audience = tokenAudience ?? baseUrl
  return {
    type: parsed.tokenAccessType,
    ...(audience !== undefined && { audience }),
    timeout: parsed.authServerTimeout,
    cacheTtl: parsed.cacheEnable ? parsed.tokenCacheTtl : 0,
  }
}

function toAdmission({ keystoreAdmission, keystoreAdmissionTokenFile }: Settings): AdmissionConfig {
  if (keystoreAdmission !== 'bearer') return { kind: keystoreAdmission }
  return { kind: 'bearer', file: present(keystoreAdmissionTokenFile) }
}

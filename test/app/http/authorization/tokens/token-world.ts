import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CachedAccessTokens } from '@keyhold/adapters'
import { openGnap } from '@keyhold/adapters/token-gnap'
import { openOAuthTokens } from '@keyhold/adapters/token-oauth'
import type { Tokens } from '@keyhold/app/authenticate.js'
import type { AccessTokenPort, Clock } from '@keyhold/core'
import type { Test } from 'tap'
import { FakeGnapServer, writeSigningKey } from '../../../../support/gnap-server.ts'
import { FakeOAuthIssuer } from '../../../../support/oauth-issuer.ts'
import { temporaryDirectory } from '../../../../support/temporary-directory.ts'
import { baseUrl } from '../places.ts'
import { openWorld, type World } from '../world.ts'
import type { TokenSetting } from './plan.ts'

/** A whole server that takes tokens, beside capabilities, and the servers that issue them. */
export interface TokenWorld {
  readonly world: World
  readonly gnap: FakeGnapServer
  readonly oauth: FakeOAuthIssuer
  /** Under which their subjects are known. */
  readonly issuers: { readonly gnap: string; readonly oauth: string }
}

/** The servers that issue tokens, for all worlds. */
export async function startIssuers(t: Test) {
  const directory = await temporaryDirectory(t)
  const [signingKeyFile, clientSecretFile] = [join(directory, 'signing-key.pem'), join(directory, 'secret')]
  await writeSigningKey(signingKeyFile)
  await writeFile(clientSecretFile, 'secret')
  const [gnap, oauth] = [new FakeGnapServer(), new FakeOAuthIssuer()]
  const issuers = { gnap: await gnap.listen(), oauth: await oauth.listen() }
  t.teardown(async () => {
    await gnap.stop()
    await oauth.stop()
  })
  return { gnap, oauth, issuers, signingKeyFile, clientSecretFile }
}

export async function openTokenWorld(
  t: Test,
  { signed, bearer, verification }: TokenSetting,
  servers: Awaited<ReturnType<typeof startIssuers>>,
): Promise<TokenWorld> {
  const { signingKeyFile, clientSecretFile, issuers } = servers
  const { gnap: url, oauth: issuer } = issuers
  const [jwksUrl, introspectionUrl] = [`${issuer}/jwks`, `${issuer}/introspect`]
  const environment = {
    KMS_AUTH_TYPE: 'zcap,gnap,bearer',
    KMS_AUTH_SERVER_URL: url,
    KMS_GNAP_SIGNING_KEY: signingKeyFile,
    KMS_GNAP_HTTPSIG_DISABLE: String(!signed),
    KMS_GNAP_HTTPSIG_DISABLE_REMOTE: String(!signed),
    KMS_BEARER_ISSUER: issuer,
    KMS_BEARER_ROUTES: bearer,
    ...(verification === 'jwt'
      ? { KMS_BEARER_JWKS_URL: jwksUrl }
      : {
          KMS_BEARER_INTROSPECTION_URL: introspectionUrl,
          KMS_BEARER_CLIENT_ID: 'keyhold',
          KMS_BEARER_CLIENT_SECRET_FILE: clientSecretFile,
        }),
  }
  const tokens = async (clock: Clock): Promise<Tokens> => {
    const common = { type: 'keyhold', audience: baseUrl, clockSkew: 30_000, timeout: 30_000, clock }
    const cached = (tokens: AccessTokenPort) => {
      t.teardown(() => tokens.close())
      return new CachedAccessTokens(tokens, { max: 1000, ttl: 30_000, refusedTtl: 5000 }, clock)
    }
    const gnap = await openGnap({ ...common, url, signingKeyFile })
    const way =
      verification === 'jwt'
        ? { jwksUrl, algorithms: ['ES256', 'RS256'] }
        : { introspectionUrl, clientId: 'keyhold', clientSecretFile }
    const bearer = await openOAuthTokens({ ...common, issuer, ...way })
    return { gnap: { ...gnap, tokens: cached(gnap.tokens) }, bearer: cached(bearer) }
  }
  const world = await openWorld(t, { coverage: 'strict', admission: 'controller' }, { environment, tokens })
  return { world, ...servers }
}

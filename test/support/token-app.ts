import { join } from 'node:path'
import { CachedAccessTokens, FixedClock } from '@keyhold/adapters'
import { openGnap } from '@keyhold/adapters/token-gnap'
import { chooseAuthenticators, type Tokens } from '@keyhold/app/authenticate.js'
import { loadConfig } from '@keyhold/app/config/load-config.js'
import { type Clock, resolveSelfContainedDid } from '@keyhold/core'
import type { Test } from 'tap'
import { type AppOptions, baseUrl, buildApp, type Method, type Reply } from './build-app.ts'
import { FakeGnapServer, type GnapClient, writeSigningKey } from './gnap-server.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export interface TokenAppOptions extends Pick<AppOptions, 'trustedProxies' | 'log' | 'limits'> {
  /** Another server than the one in memory. */
  readonly url?: string
  /** Default: one that stands still. */
  readonly clock?: Clock
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: AppOptions['ports']
}

/** The service as it is configured for tokens of a GNAP server in memory, at a time that stands still. */
export async function tokenApp(t: Test, { environment = {}, ports, ...given }: TokenAppOptions = {}) {
  const fixed = new FixedClock('2026-01-01T00:00:00Z')
  const { clock = fixed, url: other, ...options } = given
  const signingKeyFile = join(await temporaryDirectory(t), 'signing-key.pem')
  await writeSigningKey(signingKeyFile)
  const gnap = new FakeGnapServer()
  const own = await gnap.listen()
  const url = other ?? own
  const config = loadConfig({
    KMS_BASE_URL: baseUrl,
    KMS_AUTH_TYPE: 'zcap,gnap',
    KMS_AUTH_SERVER_URL: url,
    KMS_AUTH_SERVER_TIMEOUT: '10s',
    KMS_GNAP_SIGNING_KEY: signingKeyFile,
    ...environment,
  })
  const tokens = await openTokens(config, clock)
  const authenticators = chooseAuthenticators(config, clock, resolveSelfContainedDid, tokens)
  const app = await buildApp(t, { ...options, authenticators, ports: { clock, ...ports } })
  t.teardown(async () => {
    await tokens.gnap?.tokens.close()
    await gnap.stop()
  })
  return { app, clock, fixed, gnap, url, config }
}

/** As `compose` opens them, at the time of the test. */
async function openTokens({ auth, chainPolicy }: ReturnType<typeof loadConfig>, clock: Clock): Promise<Tokens> {
  if (auth.kind === 'none' || auth.gnap === undefined) return {}
  const { cacheTtl: ttl, ...gnap } = auth.gnap
  const { tokens, verifyMessage } = await openGnap({ ...gnap, clockSkew: chainPolicy.clockSkew * 1000, clock })
  const limits = { max: 1000, ttl, refusedTtl: 5000 }
  return { gnap: { tokens: new CachedAccessTokens(tokens, limits, clock), verifyMessage } }
}

export type TokenApp = Awaited<ReturnType<typeof tokenApp>>

/** Sends requests as a client of the GNAP server does. */
export function gnapSender({ app, clock }: Pick<TokenApp, 'app' | 'clock'>, client: GnapClient, token: string) {
  return async (method: Method, path: string, body?: object, besides: Readonly<Record<string, string>> = {}) => {
    const payload = body && Buffer.from(JSON.stringify(body))
    const signed = client.headers(token, method, `${baseUrl}${path}`, payload, clock.now())
    const headers = { ...signed, ...besides }
    return app.send({ method, path, headers, ...(payload && { body: payload }) }) as Promise<Reply>
  }
}

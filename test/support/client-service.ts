import {
  MemoryAccessTokens,
  MemoryKeyStore,
  MemorySecretShares,
  MemoryVaults,
  seededRandom,
  systemClock,
  verifyCcgChain,
} from '@keyhold/adapters'
import { verifyMessage } from '@keyhold/adapters/token-gnap/verify-message.js'
import { buildServer } from '@keyhold/app'
import { bearerAuthenticators } from '@keyhold/app/http/authentication/bearer.js'
import { byCredential } from '@keyhold/app/http/authentication/by-credential.js'
import { gnapAuthenticators } from '@keyhold/app/http/authentication/gnap.js'
import { withSessions } from '@keyhold/app/http/authentication/session.js'
import { zcapAuthenticators } from '@keyhold/app/http/authentication/zcap.js'
import {
  type Authorization,
  bearer,
  didKeyFromSeed,
  gnap,
  type WebCryptoKey,
  webCryptoSigner,
  zcap,
} from '@keyhold/client'
import {
  type AccessToken,
  AeadLock,
  experimentalKeyTypeNames,
  resolveSelfContainedDid,
  SecretBytes,
  splitSecret,
} from '@keyhold/core'
import type { Test } from 'tap'

export const alice = didKeyFromSeed(new Uint8Array(32).fill(1))
export const bob = didKeyFromSeed(new Uint8Array(32).fill(2))

/** A service that takes every kind of credential, and what clients need to call it. */
export interface ClientService {
  readonly url: string
  /** The ways in which Alice can prove who she is. */
  readonly authorizations: Readonly<Record<'trustbloc' | 'ccg' | 'gnap' | 'bearer', Authorization>>
  /** The private key that the GNAP token is bound to. */
  readonly tokenKey: WebCryptoKey
  /** The share that Alice keeps of her secret. */
  readonly share: Uint8Array
}

/** The whole service in memory, listening on a loopback address until the test has ended. */
export async function clientService(t: Test, allowedOrigins?: 'any'): Promise<ClientService> {
  const random = seededRandom('client')
  const [own, held] = await splitSecret('gf256-11b', random(32), random)
  const { privateKey, publicKey } = await newTokenKey()
  const tokens = new Map<string, AccessToken>([
    ['gnap-token', { ...token, key: publicKey }],
    ['bearer-token', token],
  ])
  const known = new MemoryAccessTokens(tokens, systemClock)
  const resolveDid = resolveSelfContainedDid
  const server = await buildServer({
    audit: { mode: 'closed', timeout: 60_000 },
    ports: {
      store: new MemoryKeyStore(),
      lock: new AeadLock('test', new SecretBytes(random(32)), random),
      random,
      clock: systemClock,
      vaults: new MemoryVaults(),
      shares: new MemorySecretShares([['alice', held]]),
    },
    experimentalKeyTypes: experimentalKeyTypeNames,
    trustedProxies: ['127.0.0.1'],
    ...(allowedOrigins && { allowedOrigins }),
    capabilities: { policy: { maximumTtl: 90 * 86_400, clockSkew: 30 }, resolveDid, verifyCcgChain },
    authenticators: (baseUrl, kms) => {
      const common = { clock: systemClock, clockSkew: 30 }
      const authority = () => new URL(baseUrl()).host
      const signed = zcapAuthenticators({ ...common, resolveDid, authority, coverage: 'strict' })
      const authenticators = byCredential({
        zcap: { ...signed, admission: signed.signer },
        gnap: gnapAuthenticators({ ...common, tokens: known, verifyMessage, isSigned: true, baseUrl, url: issuer }),
        bearer: bearerAuthenticators(known, 'all'),
      })
      return withSessions(authenticators, kms)
    },
  })
  t.teardown(() => server.close())
  return {
    url: await server.listen({ host: '127.0.0.1', port: 0 }),
    authorizations: {
      trustbloc: zcap(alice),
      ccg: zcap(alice, 'ccg'),
      gnap: gnap(() => 'gnap-token', webCryptoSigner(privateKey), publicKey.kid),
      bearer: bearer('bearer-token'),
    },
    tokenKey: privateKey,
    share: Buffer.from(Buffer.from(own).toString('base64')),
  }
}

const issuer = 'https://auth.example'

const token: AccessToken = {
  owner: { issuer, subject: 'alice' },
  rights: [{}],
  expires: Number.POSITIVE_INFINITY,
}

async function newTokenKey() {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const { kty = '', crv = '', x = '', y = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  return { privateKey: pair.privateKey, publicKey: { kty, crv, x, y, kid: 'alice', alg: 'ES256' } }
}

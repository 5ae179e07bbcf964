import { join } from 'node:path'
import { CachedAccessTokens } from '@keyhold/adapters'
import { openGnap } from '@keyhold/adapters/token-gnap'
import type { Test } from 'tap'
import { FakeGnapServer, writeSigningKey } from '../../../../support/gnap-server.ts'
import { temporaryDirectory } from '../../../../support/temporary-directory.ts'
import { baseUrl } from '../places.ts'
import { openWorld, type World } from '../world.ts'

/** A whole server that takes tokens, beside capabilities, and the server that issues them. */
export interface TokenWorld {
  readonly world: World
  readonly gnap: FakeGnapServer
  /** Under which the subjects of that server are known. */
  readonly issuer: string
}

/** @param signed whether requests must be signed by the key of their token */
export async function openTokenWorld(t: Test, signed: boolean): Promise<TokenWorld> {
  const signingKeyFile = join(await temporaryDirectory(t), 'signing-key.pem')
  await writeSigningKey(signingKeyFile)
  const gnap = new FakeGnapServer()
  const url = await gnap.start()
  t.teardown(() => gnap.stop())
  const environment = {
    KMS_AUTH_TYPE: 'zcap,gnap',
    KMS_AUTH_SERVER_URL: url,
    KMS_GNAP_SIGNING_KEY: signingKeyFile,
    KMS_GNAP_HTTPSIG_DISABLE: String(!signed),
    KMS_GNAP_HTTPSIG_DISABLE_REMOTE: String(!signed),
  }
  const world = await openWorld(
    t,
    { coverage: 'strict', admission: 'controller' },
    {
      environment,
      async tokens(clock) {
        const options = {
          url,
          signingKeyFile,
          type: 'keyhold',
          audience: baseUrl,
          clockSkew: 30_000,
          timeout: 5000,
          clock,
        }
        const { tokens, verifyMessage } = await openGnap(options)
        t.teardown(() => tokens.close())
        const limits = { max: 1000, ttl: 30_000, refusedTtl: 5000 }
        return { gnap: { tokens: new CachedAccessTokens(tokens, limits, clock), verifyMessage } }
      },
    },
  )
  return { world, gnap, issuer: url }
}

import { join } from 'node:path'
import { buildServer, compose, loadConfig } from '@keyhold/app'
import { chooseAuthenticators } from '@keyhold/app/authenticate.js'
import { openLog } from '@keyhold/app/logging.js'
import { readCapability, signTrustbloc } from '@keyhold/client'
import { didKeySigner, readTrustblocCapability, resolveSelfContainedDid, SecretBytes } from '@keyhold/core'
import { callerOf, type Proof } from './caller.ts'
import { reportTo } from './variant-process.ts'

/**
 * `service-server.js DIRECTORY KEYTYPE PROOF [SETTINGS]`: the service as `keyhold start` runs it, with one keystore and
 * one key. Further settings are given as JSON.
 */
const [directory = '', keyType = '', proof = 'none', settings = '{}'] = process.argv.slice(2) as Arguments
type Arguments = [directory?: string, keyType?: string, proof?: Proof, settings?: string]
const config = loadConfig({
  // Signed requests name where they are sent, so that is settled before anything listens.
  KMS_HOST: '127.0.0.1:0',
  KMS_BASE_URL: 'http://localhost',
  KMS_AUTH_TYPE: proof === 'none' ? 'none' : 'zcap',
  KMS_DATABASE_URL: join(directory, 'data'),
  ...JSON.parse(settings),
})
const log = openLog(config.logLevel)
const { ports, close } = await compose(config, log)
const { listen, cache, bodyLimit, requestTimeout, baseUrl = '' } = config
const authenticators = chooseAuthenticators(config, ports.clock, resolveSelfContainedDid)
const server = await buildServer({ ports, cache, bodyLimit, requestTimeout, baseUrl, log, authenticators })
await server.listen(listen)
const { port } = server.server.address() as { port: number }

const seed = ports.random(32)
const signer = await didKeySigner(new SecretBytes(Uint8Array.from(seed)))
const { key_store_url: keystoreUrl, capability } = await create('/v1/keystores', { controller: signer.didUrl })
const root = readTrustblocCapability(readCapability(capability ?? ''))
if (root === undefined) throw new Error('the service answered no root capability')
const keystore = pathOf(keystoreUrl)
const created = await create(`${keystore}/keys`, { key_type: keyType }, { action: 'createKey', capability: root })
const caller = proof === 'none' ? {} : { caller: await callerOf(proof, seed, root, ports.random) }
const publicKey = created.public_key ?? undefined
const address = {
  host: listen.host,
  port,
  keystore,
  key: pathOf(created.key_url),
  ...(publicKey && { publicKey }),
  ...caller,
}
reportTo(process, address, async () => {
  await server.close()
  await close()
})

interface Created {
  readonly key_store_url?: string
  readonly key_url?: string
  readonly public_key?: string | null
  readonly capability?: string
}

async function create(path: string, body: object, invoked?: { action: string; capability: object }): Promise<Created> {
  const payload = Buffer.from(JSON.stringify(body))
  const request = { method: 'POST', url: `${baseUrl}${path}`, body: payload }
  const headers = await signTrustbloc(request, invoked, signer, Date.now())
  return (await server.inject({ method: 'POST', url: path, headers, payload })).json()
}

function pathOf(url = ''): string {
  return new URL(url).pathname
}

import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CachedAccessTokens, MemoryAccessTokens } from '@keyhold/adapters'
import { buildServer, compose, loadConfig } from '@keyhold/app'
import { chooseAuthenticators } from '@keyhold/app/authenticate.js'
import { openLog } from '@keyhold/app/logging.js'
import { openObservation } from '@keyhold/app/observation.js'
import { readCapability, signTrustbloc } from '@keyhold/client'
import { didKeySigner, experimentalKeyTypeNames, readTrustblocCapability, SecretBytes } from '@keyhold/core'
import { createVault, delegateVault } from '../demo-edv/vault-owner.ts'
import { base64 } from '../http-client.ts'
import { type AnyCaller, callerOf, type Proof } from './caller.ts'
import { ahead, type GnapCaller, gnapHeaders, newGnapCaller, tokenOf } from './gnap-caller.ts'
import { openSessionCaller } from './session-caller.ts'
import { type Address, type BenchUser, type Preparation, reportTo } from './variant-process.ts'

/**
 * `service-server.js DIRECTORY AUTHENTICATION [SETTINGS [USER]]`: the service as `keyhold start` runs it, with metrics, and
 * one keystore. Further settings, and the user whose keystore it is, are given as JSON.
 */
const [directory = '', authentication = 'none', settings = '{}', userText = 'null'] = process.argv.slice(2)
const user = JSON.parse(userText) as BenchUser | null
const gnap = authentication === 'gnap' ? newGnapCaller(randomUUID()) : undefined
const config = loadConfig({
  // Signed requests name where they are sent, so that is settled before anything listens.
  KMS_HOST: '127.0.0.1:0',
  KMS_BASE_URL: 'http://localhost',
  KMS_AUTH_TYPE: authentication,
  KMS_DATABASE_URL: join(directory, 'data'),
  KMS_METRICS_HOST: '127.0.0.1:0',
  KMS_EXPERIMENTAL_KEY_TYPES: experimentalKeyTypeNames.join(),
  ...(gnap && (await gnapSettings(gnap))),
  ...JSON.parse(settings),
})
const log = openLog(config.logLevel, config.logFormat)
const observation = await openObservation(config, process.env, log)
const { ports, tokens, pool, observeLock, close } = await compose(config, log, observation.observers)
const { listen, cache, bodyLimit, requestTimeout, trustedProxies, experimentalKeyTypes, baseUrl = '' } = config
const { rates, pressure, maxConnections: maximumConnections } = config
const { memory: _memory, ...limits } = pressure
const authenticators = chooseAuthenticators(config, ports.clock, observation.dids(ports.ed25519), knownTokens())
const options = { cache, bodyLimit, requestTimeout, trustedProxies, experimentalKeyTypes, baseUrl, log }
const server = await buildServer({
  ports,
  ...options,
  limits: { rates, pressure: limits },
  maximumConnections,
  authenticators: (url, kms) => observation.authentication(authenticators(url, kms)),
  ...(observeLock && { observeLock }),
  ...(config.audit && { audit: config.audit }),
  ...observation.server,
})
if (config.metrics) await observation.metrics?.listen(config.metrics, server.server, pool)
await server.listen(listen)
const { port } = server.server.address() as { port: number }

const seed = ports.random(32)
const signer = await didKeySigner(new SecretBytes(Uint8Array.from(seed)))
const { key_store_url: keystoreUrl, capability } = await create('/v1/keystores', {
  controller: signer.didUrl,
  ...(user && { edv: await offeredVault(user) }),
})
const rootCapability = await readRoot(capability)
const keystore = pathOf(keystoreUrl)
reportTo(process, prepare, async () => {
  await server.close()
  await observation.close()
  await close()
})

async function prepare({ keyType, proof, actions }: Preparation): Promise<Address> {
  const created = await create(
    `${keystore}/keys`,
    { key_type: keyType },
    { action: 'createKey', capability: rootCapability },
  )
  const { key_url, public_key: publicKey } = created
  const caller = gnap ?? (await callerFor(proof, actions))
  return {
    host: listen.host,
    port,
    keystore,
    key: pathOf(key_url),
    ...(publicKey && { publicKey }),
    ...(caller && { caller }),
    headers: user?.headers ?? {},
  }
}

function callerFor(proof: Proof, actions: readonly string[]): Promise<AnyCaller> | undefined {
  if (proof === 'none') return undefined
  if (proof !== 'session') return callerOf(proof, seed, rootCapability, ports.random, actions)
  return openSessionCaller(`http://${listen.host}:${port}${keystore}`, { ...rootCapability }, signer)
}

async function readRoot(text = '') {
  const root = readTrustblocCapability(await readCapability(text))
  if (root === undefined) throw new Error('the service answered no root capability')
  return root
}

async function gnapSettings({ key }: GnapCaller): Promise<Record<string, string>> {
  const file = join(directory, 'signing-key.pem')
  await writeFile(file, key)
  return {
    KMS_AUTH_TYPE: 'zcap,gnap',
    KMS_AUTH_SERVER_URL: 'http://127.0.0.1:9',
    KMS_GNAP_SIGNING_KEY: file,
    KMS_CLOCK_SKEW: `${ahead + 60}s`,
  }
}

/** The one token, as if an auth server had been asked about it: which it is once in half a minute. */
function knownTokens(): typeof tokens {
  if (gnap === undefined || tokens.gnap === undefined) return {}
  const known = new MemoryAccessTokens(new Map([[gnap.token, tokenOf(gnap)]]), ports.clock)
  const limits = { max: 1000, ttl: 30_000, refusedTtl: 5000 }
  return { gnap: { ...tokens.gnap, tokens: new CachedAccessTokens(known, limits, ports.clock) } }
}

/** A vault of the user's, delegated to this server. */
async function offeredVault({ vaultServer }: BenchUser): Promise<object> {
  const vault = await createVault(vaultServer, signer)
  const { did = '' } = await create('/v1/keystores/did', {})
  const delegated = await delegateVault(vault, signer, did)
  return { vault_url: vault.url, capability: base64(JSON.stringify(delegated)) }
}

interface Created {
  readonly did?: string
  readonly key_store_url?: string
  readonly key_url?: string
  readonly public_key?: string | null
  readonly capability?: string
}

async function create(path: string, body: object, invoked?: { action: string; capability: object }): Promise<Created> {
  const payload = Buffer.from(JSON.stringify(body))
  const request = { method: 'POST', url: `${baseUrl}${path}`, body: payload }
  const signed = gnap
    ? gnapHeaders(gnap, request.url, payload)
    : await signTrustbloc(request, invoked, signer, Date.now())
  return (await server.inject({ method: 'POST', url: path, headers: { ...signed, ...user?.headers }, payload })).json()
}

function pathOf(url = ''): string {
  return new URL(url).pathname
}

import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import { systemRandom } from '@keyhold/adapters'
import { loadConfig } from '@keyhold/app'
import { openEd25519 } from '@keyhold/app/open-ed25519.js'
import { fromSeed } from '@keyhold/core/algorithms/ed25519.js'
import { type FastifyInstance, fastify } from 'fastify'
import { type AnyCaller, callerOf, coveredLength, looseRoot, type Proof } from './caller.ts'
import { floors } from './floors.ts'
import { newGnapCaller } from './gnap-caller.ts'
import { looseSession, oneMac } from './session-caller.ts'
import { type Address, type Preparation, reportTo } from './variant-process.ts'

/**
 * `floor-server.js DIRECTORY AUTHENTICATION SETTINGS`: serves the floors that it is asked to have ready, each on a port of
 * its own. Of the settings one says who makes Ed25519.
 */
const [directory = '', , settings = '{}'] = process.argv.slice(2)
const ed25519 = await openEd25519(loadConfig({ KMS_AUTH_TYPE: 'none', ...JSON.parse(settings) }).ed25519)
const host = '127.0.0.1'
const keystore = '/v1/keystores/AAAAAAAAAAAAAAAAAAAAAAAA'
const key = `${keystore}/keys/${'A'.repeat(43)}`
const servers: FastifyInstance[] = []
reportTo(process, prepare, () => Promise.all(servers.map(server => server.close())))

async function prepare({ keyType, proof, actions }: Preparation): Promise<Address> {
  const server = fastify({ keepAliveTimeout: 75_000 })
  servers.push(server)
  server.setValidatorCompiler(TypeBoxValidatorCompiler)
  const caller = proof === 'none' ? undefined : await nobodysCaller(proof, actions)
  if (caller) checkOneSignature(server, await oneSignature(caller, actions))
  for (const floor of floors[keyType]?.() ?? []) await server.register(floor, { directory, ed25519 })
  await server.listen({ host, port: 0 })
  const { port } = server.server.address() as { port: number }
  return { host, port, keystore, key, ...(caller && { caller }) }
}

/** In front of each route the check of one constant signature, over as much as a signed request covers. */
function checkOneSignature(app: FastifyInstance, isValid: () => boolean): void {
  app.addHook('onRequest', (_request, reply, done) => {
    if (isValid()) done()
    else reply.code(401).send()
  })
}

async function oneSignature(caller: AnyCaller, [action = '']: readonly string[]): Promise<() => boolean> {
  if ('token' in caller) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const text = randomBytes(400)
    const signature = sign('sha256', text, privateKey)
    return () => verify('sha256', text, publicKey, signature)
  }
  if ('session' in caller) return oneMac(caller, `http://localhost${key}/${action}`)
  const { publicKey, secret } = fromSeed(systemRandom()(32))
  const text = randomBytes(await coveredLength(caller, action, `${key}/${action}`))
  const signature = secret.lend(seed => ed25519.signer(seed, publicKey)).sign(text)
  const verifier = ed25519.verifier(publicKey)
  return () => verifier.verify(signature, text)
}

/** Requests to a floor carry headers of the same length, which it does not look at. */
async function nobodysCaller(proof: Proof, actions: readonly string[]): Promise<AnyCaller> {
  if (proof === 'session') return looseSession
  if (proof === 'gnap') return newGnapCaller('0'.repeat(36))
  const random = systemRandom()
  const seed = random(32)
  return callerOf(proof, seed, await looseRoot(`http://localhost${keystore}`, seed, random), random, actions)
}

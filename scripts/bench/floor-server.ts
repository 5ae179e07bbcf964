import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import { systemRandom } from '@keyhold/adapters'
import { type FastifyInstance, fastify } from 'fastify'
import { callerOf, looseRoot, type Proof } from './caller.ts'
import { floors } from './floors.ts'
import { newGnapCaller } from './gnap-caller.ts'
import { reportTo } from './variant-process.ts'

/** `floor-server.js DIRECTORY KEYTYPE PROOF`: serves one row of the floors. */
const [directory = '', keyType = '', proof = 'none'] = process.argv.slice(2) as [string?, string?, Proof?]
const host = '127.0.0.1'
const server = fastify({ keepAliveTimeout: 75_000 })
server.setValidatorCompiler(TypeBoxValidatorCompiler)
if (proof !== 'none') verifyOneSignature(server, proof)
for (const floor of floors[keyType]?.() ?? []) await server.register(floor, { directory })
await server.listen({ host, port: 0 })
const { port } = server.server.address() as { port: number }
const keystore = '/v1/keystores/AAAAAAAAAAAAAAAAAAAAAAAA'
const key = `${keystore}/keys/${'A'.repeat(43)}`
const caller = proof === 'none' ? {} : { caller: await nobodysCaller(proof) }
reportTo(process, { host, port, keystore, key, ...caller }, () => server.close())

/** In front of each route the check of one constant signature, over as much as a signed request covers. */
function verifyOneSignature(app: FastifyInstance, proof: Proof): void {
  const isGnap = proof === 'gnap'
  const { privateKey, publicKey } = isGnap
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('ed25519')
  const text = randomBytes(isGnap ? 400 : 1300)
  const hash = isGnap ? 'sha256' : null
  const signature = sign(hash, text, privateKey)
  app.addHook('onRequest', (_request, reply, done) => {
    if (verify(hash, text, publicKey, signature)) done()
    else reply.code(401).send()
  })
}

/** Requests to a floor carry headers of the same length, which it does not look at. */
async function nobodysCaller(proof: Proof) {
  if (proof === 'gnap') return newGnapCaller('0'.repeat(36))
  const random = systemRandom()
  const seed = random(32)
  return callerOf(proof, seed, await looseRoot(`http://localhost${keystore}`, seed, random), random)
}

import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import { fastify } from 'fastify'
import { floors } from './floors.ts'
import { reportTo } from './variant-process.ts'

/** `floor-server.js DIRECTORY KEYTYPE`: serves one row of the floors. */
const [directory = '', keyType = ''] = process.argv.slice(2)
const host = '127.0.0.1'
const server = fastify({ keepAliveTimeout: 75_000 })
server.setValidatorCompiler(TypeBoxValidatorCompiler)
for (const floor of floors[keyType]?.() ?? []) await server.register(floor, { directory })
await server.listen({ host, port: 0 })
const { port } = server.server.address() as { port: number }
const keystore = '/v1/keystores/AAAAAAAAAAAAAAAAAAAAAAAA'
reportTo(process, { host, port, keystore, key: `${keystore}/keys/${'A'.repeat(43)}` }, () => server.close())

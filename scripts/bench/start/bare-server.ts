import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { fastify } from 'fastify'

/** What a start is compared with: Fastify with its logger and the validators that the service has, and one route. */
const server = fastify({ logger: { base: null } })
server.setValidatorCompiler(TypeBoxValidatorCompiler)
const text = Type.String()
const schema = { body: Type.Object({ message: text }), response: { 200: Type.Object({ signature: text }) } }
server.post('/echo', { schema }, async ({ body }) => ({ signature: (body as { readonly message: string }).message }))
process.once('SIGTERM', () => void server.close())
// Fastify logs that it does, in the words that are waited for.
await server.listen({ host: '127.0.0.1', port: 0 })

import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ComputationThreads } from '@keyhold/adapters'
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import { Type } from '@sinclair/typebox'
import { base64 } from '../http-client.ts'

const text = Type.String()
const bytes = (encoded: string) => Buffer.from(encoded, 'base64')

/** Signatures and their verification, on the threads that the service computes them on as well. */
export function mlDsaFloor(keyPath: string): FastifyPluginAsyncTypebox {
  const secret = randomBytes(32)
  const { publicKey } = ml_dsa65.keygen(secret)
  const scheme = 'ml-dsa-65'
  const signSchema = { body: Type.Object({ message: text }), response: { 200: Type.Object({ signature: text }) } }
  const verifySchema = { body: Type.Object({ signature: text, message: text }) }
  return async app => {
    const threads = new ComputationThreads()
    app.addHook('onClose', () => threads.close())
    app.post(`${keyPath}/sign`, { schema: signSchema }, async ({ body }) => {
      const message = bytes(body.message)
      const signature = await threads.run({ scheme, operation: 'sign', secret, message, random: randomBytes(32) })
      return { signature: base64(signature ?? '') }
    })
    app.post(`${keyPath}/verify`, { schema: verifySchema }, async ({ body }, reply) => {
      const [message, signature] = [bytes(body.message), bytes(body.signature)]
      const valid = await threads.run({ scheme, operation: 'verify', publicKey, message, signature })
      if (valid === undefined) reply.code(400)
      return reply.type('application/json; charset=utf-8').send('')
    })
  }
}

/** One encapsulation, for the key that is sent, and AES key wrap. */
export function mlKemFloor(keystorePath: string): FastifyPluginAsyncTypebox {
  const body = Type.Object({ cek: text, recipient_pub_key: Type.Object({ x: text }) })
  const schema = { body, response: { 200: Type.Object({ encryptedcek: text, ek: text, alg: text, apu: text }) } }
  return async app => {
    const threads = new ComputationThreads()
    app.addHook('onClose', () => threads.close())
    app.post(`${keystorePath}/wrap`, { schema }, async ({ body }) => {
      const job = { scheme: 'ml-kem-768', operation: 'encapsulate', random: randomBytes(32) } as const
      const made = Buffer.from((await threads.run({ ...job, publicKey: bytes(body.recipient_pub_key.x) })) ?? [])
      const ek = made.subarray(0, -32)
      const kek = createHash('sha256').update(made.subarray(-32)).update(ek).digest()
      const cipher = createCipheriv('id-aes256-wrap', kek, Buffer.alloc(8, 0xa6))
      const encryptedcek = base64(Buffer.concat([cipher.update(bytes(body.cek)), cipher.final()]))
      return { encryptedcek, ek: base64(ek), alg: 'ML-KEM-768+A256KW', apu: '' }
    })
  }
}

import { systemClock } from '@keyhold/adapters'
import { checkDigest } from '@keyhold/app/http/authentication/body-digest.js'
import { zcapAuthenticators } from '@keyhold/app/http/authentication/zcap.js'
import { resolveSelfContainedDid as resolveDid, type VaultBinding, type VerificationKey } from '@keyhold/core'
import type { Invocation } from '@keyhold/core/zcap/invocation.js'
import fastify, { type FastifyRequest } from 'fastify'
import type { Test } from 'tap'

/** A vault in the memory of the test, which can look at everything and change it. */
export interface EdvFake {
  /** How the vault is reached by the one that it was delegated to. */
  readonly place: Omit<VaultBinding, 'recipientKey' | 'macKey'>
  /** The JSON of each document, by its id. */
  readonly documents: Map<string, FakeDocument>
  /** What has arrived, and was answered. */
  readonly requests: FakeRequest[]
}

export interface FakeDocument {
  readonly id: string
  readonly sequence: number
  readonly indexed?: unknown
  readonly jwe: Readonly<Record<string, unknown>>
}

export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  status: number
}

export interface FakeAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Who has signed a request, and what is invoked by it. */
export interface Invoked {
  readonly key: VerificationKey
  readonly invocation: Invocation
}

/** How a kind of vault decides. */
export interface FakeRules {
  /** Of the vault. */
  readonly path: string
  /** Throws if this may not be done. */
  authorize(invoked: Invoked, method: string): Promise<void>
  /** What is answered if it may not, for whatever reason. */
  refuse(reason: string): FakeAnswer
  /** @param below what follows the vault's path */
  answer(method: string, below: string, body: string, documents: Map<string, FakeDocument>): FakeAnswer
}

/** Serves a vault on a free port. @param rulesOf given the origin */
export async function serveFake(
  t: Test,
  rulesOf: (origin: string) => FakeRules,
): Promise<Pick<EdvFake, 'documents' | 'requests'> & { readonly url: string }> {
  const server = fastify({ bodyLimit: 2_000_000 })
  const documents = new Map<string, FakeDocument>()
  const requests: FakeRequest[] = []
  let origin = ''
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  server.all('/*', async (request, reply) => {
    const { method, url: path, headers } = request
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const seen = { method, path, headers: { ...headers }, body: body.toString('utf8'), status: 0 }
    requests.push(seen)
    const { status, headers: answered = {}, body: text = '' } = await answer(request, body)
    seen.status = status
    return reply.code(status).headers(answered).send(text)
  })
  async function answer(request: FastifyRequest, body: Buffer): Promise<FakeAnswer> {
    const rules = rulesOf(origin)
    const { method, url } = request
    try {
      await rules.authorize(await invokedBy(request, body, origin), method)
    } catch (error) {
      return rules.refuse(String(error instanceof Error ? (error.cause ?? error.message) : error))
    }
    if (!url.startsWith(`${rules.path}/`)) return { status: 404, body: 'no such vault' }
    return rules.answer(method, url.slice(rules.path.length), body.toString('utf8'), documents)
  }
  t.teardown(() => server.close())
  origin = await server.listen({ host: '127.0.0.1', port: 0 })
  return { url: origin + rulesOf(origin).path, documents, requests }
}

/** Whatever is asked of callers of this service is asked of it as a caller, too: everything must be signed. */
async function invokedBy(request: FastifyRequest, body: Uint8Array, origin: string): Promise<Invoked> {
  const authority = () => new URL(origin).host
  const options = { clock: systemClock, resolveDid, coverage: 'strict', clockSkew: 30, authority } as const
  const { caller, digest } = await zcapAuthenticators(options).invoker(request)
  if (digest !== undefined) checkDigest(digest, body)
  else if (body.length > 0) throw new Error('the body is not signed')
  if (caller.kind !== 'invoker') throw new Error('nothing is invoked')
  return caller
}

export function hasExactly(value: unknown, required: readonly string[], optional: readonly string[] = []): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const names = Object.keys(value)
  return required.every(name => names.includes(name)) && names.every(name => [...required, ...optional].includes(name))
}

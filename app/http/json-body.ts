import { isUtf8 } from 'node:buffer'
import { invalidRequest } from '@keyhold/core'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { checkDigest } from './authentication/body-digest.ts'
import { configOf } from './route-config.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set on a route to which a body says nothing, whatever it is. */
    ignoresBody?: boolean
  }
}

/**
 * Every request body is JSON, whatever its Content-Type says: existing clients send imports without one. The body
 * `null` is an empty object, as Go's decoder has it. A `__proto__` or `constructor.prototype` member is refused.
 */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  // Fastify refuses a Content-Type that it cannot read, before it looks for a parser.
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const { headers } = request.raw
    if (headers['content-type'] !== undefined) headers['content-type'] = 'application/json'
    done(null, payload)
  })
  // Found at once under its own name, which most clients send.
  app.addContentTypeParser(['application/json', '*'], { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const refusal = refusalOf(request, body)
    const text = refusal === undefined ? body.toString('utf8') : ''
    // There may be a key in it, and what is joined from small parts stands in memory that many share.
    body.fill(0)
    if (refusal !== undefined) return done(refusal)
    if (configOf(request).ignoresBody) return done(null, {})
    void parse(request, text, (error, value) => {
      if (error) done(invalidRequest('body: not a JSON text that is accepted here', error))
      else done(null, value === null ? {} : value)
    })
  })
}

/** What is wrong with a body as bytes. Before anything else it must be the one that was signed. */
function refusalOf(request: FastifyRequest, body: Buffer): Error | undefined {
  const { proven } = request
  try {
    if (proven?.digest !== undefined) checkDigest(proven.digest, body)
    if (configOf(request).ignoresBody) return undefined
    if (body.length === 0) throw invalidRequest('body: must not be empty')
    if (!isUtf8(body)) throw invalidRequest('body: not UTF-8')
    return undefined
  } catch (error) {
    return error as Error
  }
}

import { type Caller, KmsError } from '@keyhold/core'
import type { FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes the request, as far as it was proven; null outside the routes that need a caller. */
    provenCaller: Caller | null
  }
}

/**
 * Finds out who makes a request, from its method, path and headers, before its body is read. Whether the caller may do
 * what is asked is decided in the core, where the keystore is in hand.
 */
export type Authenticator = (request: FastifyRequest) => Caller | Promise<Caller>

/**
 * Asks for no proof. Only for a server that listens on a loopback address; and since every web page in a browser on the
 * same machine can send requests there as well, those are refused: browsers mark them with `Origin` (Fetch, section 3.1).
 */
export const authenticateNobody: Authenticator = request => {
  if (request.headers.origin === undefined) return { kind: 'local' }
  throw new KmsError('FORBIDDEN', 'without authentication this server answers no web pages')
}

export const callerPlugin = plugin<{ readonly authenticate: Authenticator }>(
  async (app, { authenticate }) => {
    app.decorateRequest('provenCaller', null)
    app.addHook('onRequest', async request => {
      request.provenCaller = await authenticate(request)
    })
  },
  { name: 'keyhold-caller' },
)

/** The caller of a request to a route inside the plugin's scope. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.provenCaller === null)
    throw new Error('a route that needs a caller stands outside the authenticated scope')
  return request.provenCaller
}

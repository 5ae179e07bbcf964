import type { Soon } from '@keyhold/core'
import type { onRequestHookHandler } from 'fastify'
import plugin from 'fastify-plugin'
import type { Limits } from '../limits/limits.ts'
import type { Authenticator, Proven } from './authenticator.ts'

/** Authenticates every request of a scope, within its limits. */
export const authenticationPlugin = plugin<{ readonly authenticate: Authenticator; readonly limits: Limits }>(
  async (scope, { authenticate, limits }) => {
    for (const hook of limits.before) scope.addHook('onRequest', hook)
    scope.addHook('onRequest', authenticated(limits.counting(authenticate)))
    for (const hook of limits.after) scope.addHook('onRequest', hook)
    for (const hook of limits.items) scope.addHook('preHandler', hook)
  },
  { name: 'keyhold-authentication' },
)

/** Goes on at once where the caller is known at once. */
function authenticated(authenticate: Authenticator): onRequestHookHandler {
  return (request, _reply, done) => {
    const proceed = (known: Proven) => {
      request.proven = known
      done()
    }
    let proven: Soon<Proven>
    try {
      proven = authenticate(request)
    } catch (error) {
      return done(error as Error)
    }
    if (proven instanceof Promise) proven.then(proceed, done)
    else proceed(proven)
  }
}

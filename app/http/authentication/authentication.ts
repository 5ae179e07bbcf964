import plugin from 'fastify-plugin'
import type { Limits } from '../limits/limits.ts'
import type { Authenticator } from './authenticator.ts'

/** Authenticates every request of a scope, within its limits. */
export const authenticationPlugin = plugin<{ readonly authenticate: Authenticator; readonly limits: Limits }>(
  async (scope, { authenticate, limits }) => {
    const counted = limits.counting(authenticate)
    for (const hook of limits.before) scope.addHook('onRequest', hook)
    scope.addHook('onRequest', async request => {
      request.proven = await counted(request)
    })
    for (const hook of limits.after) scope.addHook('onRequest', hook)
    for (const hook of limits.items) scope.addHook('preHandler', hook)
  },
  { name: 'keyhold-authentication' },
)

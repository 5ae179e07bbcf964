import type { FastifyInstance, FastifySchema } from 'fastify'
import { methodNotAllowed } from './errors.ts'

/** A route of the service: one method of a path, as the router has it. */
export interface RegisteredRoute {
  readonly method: string
  readonly url: string
  readonly schema?: FastifySchema
}

/** A path that exists answers 405 to every other method, with the ones that it has (RFC 9110 section 15.5.6). */
export function refuseOtherMethods(app: FastifyInstance, routes: readonly RegisteredRoute[]): void {
  for (const path of new Set(routes.map(({ url }) => url))) {
    const methods = routes.filter(({ url }) => url === path).map(({ method }) => method)
    const refuse = methodNotAllowed(methods.join(', '))
    const others = app.supportedMethods.filter(method => !methods.includes(method))
    // Before the body is read, as above; it goes no further, since nothing says when it is done.
    app.route({ url: path, method: others, onRequest: refuse, handler: refuse })
  }
}

/** Every route that is added, as it is added. */
export function collectRoutes(app: FastifyInstance): readonly RegisteredRoute[] {
  const routes: RegisteredRoute[] = []
  app.addHook('onRoute', ({ url, method, schema }) => {
    for (const each of [method].flat()) routes.push({ url, method: each, ...(schema && { schema }) })
  })
  return routes
}

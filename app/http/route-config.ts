import type { FastifyContextConfig, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    routeConfig: FastifyContextConfig | null
  }
}

/** What the route of a request was registered with. Fastify makes an object of all that whenever it is asked. */
export function configOf(request: FastifyRequest): FastifyContextConfig {
  request.routeConfig ??= request.routeOptions.config ?? {}
  return request.routeConfig
}

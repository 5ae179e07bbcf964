import type { FastifyInstance } from 'fastify'

/** Whose pages may call this server from a browser: those of some origins (RFC 6454), or of any. */
export type AllowedOrigins = readonly string[] | 'any'

/** What a page may read of an answer beside what every page may (Fetch section 3.3.3). */
const exposedHeaders = ['link', 'ratelimit', 'ratelimit-policy', 'retry-after', 'www-authenticate', 'x-request-id']

/** Seconds for which a browser remembers what it may do. */
const maxAge = 60

/**
 * Answers the questions of browsers (Fetch section 4.8) before anybody is authenticated, since they carry no credential.
 * Nothing but what a request signs or carries proves who makes it, so credentials of the browser's own are not let in.
 */
export async function allowOrigins(app: FastifyInstance, origins: AllowedOrigins): Promise<void> {
  const { default: cors } = await import('@fastify/cors')
  await app.register(cors, {
    origin: origins === 'any' ? '*' : [...origins],
    methods: ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'],
    exposedHeaders,
    maxAge,
    hideOptionsRoute: true,
  })
}

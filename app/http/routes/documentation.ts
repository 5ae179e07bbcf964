import type { FastifyPluginAsync, onRequestHookHandler } from 'fastify'
import { notFound } from '../errors.ts'
import type { Documentation } from '../openapi/documentation.ts'
import type { RegisteredRoute } from '../registered-routes.ts'

export interface DocumentationOptions {
  /** Every route that there is when somebody asks. */
  readonly routes: readonly RegisteredRoute[]
  readonly baseUrl: () => string
  /** Whether there is a page as well. */
  readonly page: boolean
  /** What limits how often anybody may ask. */
  readonly limits: readonly onRequestHookHandler[]
}

/** Seconds. */
const lifetime = 300

/** What of an answer is the page's own. */
const pageHeaders = ['content-type', 'cache-control', 'etag', 'last-modified', 'content-security-policy']

/** The description of the API: the OpenAPI document, and a page that shows it. */
export const documentationRoutes: FastifyPluginAsync<DocumentationOptions> = async (app, options) => {
  const { routes, baseUrl, page, limits } = options
  let opened: Promise<Documentation & { readonly text: string }> | undefined
  // Most services are never asked: what makes it is loaded when one is.
  const open = async () => {
    const { openDocumentation } = await import('../openapi/documentation.ts')
    const documentation = await openDocumentation(routes, baseUrl())
    return { ...documentation, text: JSON.stringify(documentation.document) }
  }
  const documentation = () => {
    opened ??= open().catch(error => {
      opened = undefined
      throw error
    })
    return opened
  }
  for (const limit of limits) app.addHook('onRequest', limit)
  app.addHook('onClose', async () => (await opened)?.page.close())

  app.get('/openapi.json', async (_request, reply) => {
    const { text } = await documentation()
    return reply
      .type('application/json; charset=utf-8')
      .header('cache-control', `public, max-age=${lifetime}`)
      .send(text)
  })
  if (!page) return

  // Relative, since a proxy may have put something in front of the path.
  app.get('/docs', async (_request, reply) => reply.redirect('docs/', 308))

  app.get('/docs/*', async (request, reply) => {
    const { 'if-none-match': known } = request.headers
    const headers = known === undefined ? {} : { 'if-none-match': known }
    const answer = await (await documentation()).page.inject({ method: 'GET', url: request.url, headers })
    if (answer.statusCode >= 400) return notFound(request, reply)
    for (const name of pageHeaders) {
      const value = answer.headers[name]
      if (value !== undefined) reply.header(name, value)
    }
    return reply.code(answer.statusCode).send(answer.rawPayload)
  })
}

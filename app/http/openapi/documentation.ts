import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { type FastifyInstance, fastify } from 'fastify'
import { about } from '../../config/about.ts'
import { templateOf } from '../operation-of.ts'
import type { RegisteredRoute } from '../registered-routes.ts'
import { addErrors, type OpenApiDocument } from './add-errors.ts'
import { describeRoute } from './describe-route.ts'
import { errorResponses, errorSchemas } from './errors.ts'
import { type Operation, tags } from './operation.ts'
import { operations } from './operations/index.ts'
import { securitySchemes } from './security.ts'

export interface Documentation {
  /** OpenAPI 3.1. */
  readonly document: OpenApiDocument
  /** A server that does not listen: the page that shows the document, at `/docs/`. */
  readonly page: FastifyInstance
}

/** What the page may do: use what this server has, and no script or style that stands in a page. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'"

const description =
  'Keys are created here and used over HTTP; they never leave. Byte fields are standard base64 with padding; `null` and ' +
  'absence mean empty. Unknown fields are ignored. Which credentials are taken is for the operator to say; a 401 tells it ' +
  'in `WWW-Authenticate`.'

const byRoute: ReadonlyMap<string, readonly [name: string, operation: Operation]> = new Map(
  Object.entries(operations).map(([name, operation]) => [operation.route, [name, operation]]),
)

/**
 * Documents the routes that are operations. It is made when somebody asks for it: the service need not carry it.
 *
 * @param baseUrl what the service's URLs begin with
 */
export async function openDocumentation(routes: readonly RegisteredRoute[], baseUrl: string): Promise<Documentation> {
  const { version, license } = about()
  const page = fastify()
  // The routes are described here, and never called.
  page.setValidatorCompiler(() => () => true)
  page.setSerializerCompiler(() => JSON.stringify)
  await page.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Keyhold', description, version, license: { name: license, identifier: license } },
      servers: [{ url: baseUrl }],
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      components: { securitySchemes, schemas: errorSchemas(), responses: errorResponses() } as object,
    },
    convertConstToEnum: false,
    stripBasePath: false,
    transform: ({ schema, url, route }) => {
      const [name, operation] = byRoute.get(`${route.method} ${templateOf(url)}`) ?? []
      if (name === undefined || operation === undefined) return { url, schema: { hide: true } }
      return { url: templateOf(url), schema: describeRoute(name, operation, schema) }
    },
  })
  await page.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: pagePolicy,
    theme: { title: 'Keyhold' },
    uiConfig: { layout: 'BaseLayout', displayOperationId: true, tryItOutEnabled: true },
    // The page may be reached under another name than the base URL, and calls nobody but who has served it.
    transformSpecification: () => ({ ...document, servers: [{ url: '..' }] }),
  })
  for (const { method, url, schema } of routes)
    page.route({ method, url, ...(schema && { schema }), handler: () => {} })
  await page.ready()
  const document = addErrors(page.swagger())
  return { document, page }
}

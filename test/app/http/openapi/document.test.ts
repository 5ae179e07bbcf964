import { codesByStatus } from '@keyhold/app/http/errors.js'
import { operationOf } from '@keyhold/app/http/operation-of.js'
import { errorCodes } from '@keyhold/core'
import { Validator } from '@seriousme/openapi-schema-validator'
import t from 'tap'
import { baseUrl, buildApp, type Method } from '../../../support/build-app.ts'
import {
  examplesIn,
  locatedIn,
  type OpenApi,
  type OpenApiOperation,
  responseOf,
  schemaChecker,
} from '../../../support/openapi-document.ts'
import { withRoutes } from '../authorization/registered-routes.ts'

const { result: app, routes } = await withRoutes(() => buildApp(t))
const { body, headers } = await app.send({ method: 'GET', path: '/openapi.json' })
const document: OpenApi = body
const located = locatedIn(document)
const check = schemaChecker(document)

/** What describes the others, and itself not. */
const own = ['GET /openapi.json', 'GET /docs', 'GET /docs/*']

t.test('it is OpenAPI 3.1', async t => {
  t.match(await new Validator().validate(structuredClone(document) as never), { valid: true })
  t.equal(document.openapi, '3.1.0')
  t.strictSame(document.servers, [{ url: baseUrl }])
  t.match(headers, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'public, max-age=300' })
  const second = await app.send({ method: 'GET', path: '/openapi.json' })
  t.strictSame(second.body, document)
})

t.test('it describes every route, and no other', async t => {
  const answered: string[] = []
  for (const route of routes) {
    const [method = '', path = ''] = route.split(' ')
    // To every method that a path does not have there is a route as well, which refuses it.
    const { status } = await app.send({ method: method as Method, path })
    if (status !== 405 && !own.includes(route)) answered.push(route)
  }
  const described = located.map(({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`)
  t.strictSame(described.sort(), answered.sort())
})

t.test('every operation says what it is, who may, and what can go wrong', async t => {
  const ids = located.map(({ operation }) => operation.operationId)
  t.equal(new Set(ids).size, ids.length, 'names are unique')
  for (const { method, path, operation } of located) {
    await t.test(`${method} ${path}`, t => {
      const { operationId, summary, tags = [], parameters = [], responses, security } = operation
      const named = operationOf(method, path.replace(/\{(\w+)\}/g, ':$1'))
      if (named !== null && operationId !== 'wrapAnonymously') t.equal(operationId, named, 'it has its name of the log')
      t.match(operationId, /^[a-z][A-Za-z]+$/)
      t.match(summary, /^[A-Z].*[^.]$/)
      t.equal(tags.length, 1)
      t.ok(document.tags.some(({ name }) => name === tags[0]))
      for (const { name, description } of parameters) t.match(description, /\S/, name)
      t.strictSame(
        parameters.filter(each => each.in === 'path').map(({ name }) => name),
        Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name),
      )
      t.equal(security?.length === 0, !path.startsWith('/v1/'))
      for (const name of (security ?? []).flatMap(each => Object.keys(each))) {
        t.ok(name in document.components.securitySchemes)
      }
      t.ok(examplesIn(document, operation).length > 0)
      t.ok('400' in responses && '500' in responses)
      t.equal('401' in responses, path.startsWith('/v1/'))
      t.equal('414' in responses, path.includes('{'), 'an id may be too long')
      t.ok('200' in responses || '501' in responses)
      t.end()
    })
  }
})

t.test('a caller proves who it is as the scope of the route has it', async t => {
  let asked = ''
  const asks = (kind: string) => async () => {
    asked = kind
    throw new Error('it is known now')
  }
  const kinds = ['admission', 'signer', 'visitor', 'invoker'] as const
  const authenticators = () => Object.fromEntries(kinds.map(kind => [kind, asks(kind)])) as never
  const curious = await buildApp(t, { authenticators })
  for (const { method, path, operation } of located.filter(({ path }) => path.startsWith('/v1/'))) {
    await curious.send({ method, path: path.replace(/\{\w+\}/g, 'some'), ...(method !== 'GET' && { body: {} }) })
    t.equal(asked, scopeOf(path, operation.security ?? []), `${method} ${path}`)
  }
})

/** Who is asked, by what is documented: nobody has to prove anything to a visitor's route, and invokers invoke. */
function scopeOf(path: string, security: NonNullable<OpenApiOperation['security']>): string {
  if (security.some(each => Object.keys(each).length === 0)) return 'visitor'
  if (security.some(each => 'capabilityInvocation' in each)) return 'invoker'
  return /^\/v1\/keystores(\/did)?$/.test(path) ? 'admission' : 'signer'
}

t.test('every code of an error is documented, under the status that it has', t => {
  const codes = [...codesByStatus().values()].flat()
  for (const code of errorCodes) t.ok(codes.includes(code), code)
  for (const [status, some] of codesByStatus()) {
    const response = document.components.responses[`Error${status}`]
    const schema = response?.content?.['application/json']?.schema ?? {}
    for (const code of some) t.equal(check(schema, { code, message: 'm', errMessage: 'm' }), '', code)
    t.not(check(schema, { code: 'SOME_OTHER', message: 'm', errMessage: 'm' }), '')
    t.not(check(schema, { code: some[0] }), '')
  }
  const headersOf = (status: number) => Object.keys(document.components.responses[`Error${status}`]?.headers ?? {})
  t.strictSame(headersOf(401), ['WWW-Authenticate'])
  t.strictSame(headersOf(503), ['Retry-After'])
  t.end()
})

t.test('bytes are said to be base64', t => {
  const sign = located.find(({ operation }) => operation.operationId === 'sign')?.operation
  const request = sign?.requestBody?.content['application/json']?.schema as never
  t.match(request, { properties: { message: { anyOf: [{ contentEncoding: 'base64' }, { type: 'null' }] } } })
  const reply = sign && responseOf(document, sign, 200)?.content?.['application/json']?.schema
  t.match(reply, { properties: { signature: { type: 'string', contentEncoding: 'base64' } } })
  t.end()
})

import type { FastifySchema } from 'fastify'
import { fields, userHeaders } from './fields.ts'
import type { Example, Operation } from './operation.ts'
import { securityOf } from './security.ts'

// biome-ignore lint/suspicious/noExplicitAny: a JSON schema, of which only what is written here is known
type Schema = any

/**
 * The schema of a route with all that its documentation says, in the terms of `@fastify/swagger`. Its errors are not in it:
 * they are the same everywhere.
 */
export function describeRoute(name: string, operation: Operation, schema: FastifySchema = {}): FastifySchema {
  const { tag, summary, description, caller, examples } = operation
  const request = (part: 'params' | 'query') => withExamples(describeFields(schema[schemaOf[part]]), part, examples)
  return {
    operationId: name,
    tags: [tag],
    summary,
    ...(description && { description }),
    security: securityOf(caller),
    ...(schema.params !== undefined && { params: request('params') }),
    ...(schema.querystring !== undefined && { querystring: request('query') }),
    ...(schema.body !== undefined && { body: bodyOf(schema.body, examples) }),
    ...(caller !== undefined && { headers: headersSchema }),
    response: responsesOf(operation, schema.response as Readonly<Record<string, Schema>>),
  } as FastifySchema
}

const schemaOf = { params: 'params', query: 'querystring' } as const

const headersSchema = {
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(userHeaders).map(([name, description]) => [name, { type: 'string', description }]),
  ),
}

/** The examples of some statuses, as OpenAPI has them. */
export function examplesOf(
  examples: Operation['examples'],
  part: (example: Example) => unknown,
  isWanted: (status: number) => boolean = () => true,
): Record<string, object> | undefined {
  const found = Object.entries(examples).flatMap(([name, example]) => {
    const value = part(example)
    if (value === undefined || !isWanted(example.status ?? 200)) return []
    return [[name, { ...(example.summary && { summary: example.summary }), value }] as const]
  })
  return found.length > 0 ? Object.fromEntries(found) : undefined
}

function withExamples(schema: Schema, part: 'params' | 'query', examples: Operation['examples']): Schema {
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    const found = examplesOf(examples, example => example[part]?.[name])
    return [name, { ...(property as object), ...(found && { 'x-examples': found }) }] as const
  })
  return { ...schema, properties: Object.fromEntries(properties) }
}

function bodyOf(schema: Schema, examples: Operation['examples']): Schema {
  return { ...describeFields(schema), 'x-examples': examplesOf(examples, ({ body }) => body) }
}

function responsesOf({ answer, mediaType, headers, examples }: Operation, schemas: Readonly<Record<string, Schema>>) {
  const own = Object.entries(schemas ?? {}).filter(([status]) => /^\d+$/.test(status))
  const responses = own.map(([status, schema]) => {
    const found = examplesOf(
      examples,
      ({ reply }) => reply,
      each => each === Number(status),
    )
    const content = { [mediaType ?? 'application/json']: { schema: describeFields(schema), examples: found } }
    return [status, { description: status === '200' ? answer : 'One of them does not.', content }] as const
  })
  const described = Object.fromEntries(responses)
  if (answer !== undefined) described['200'] ??= { description: answer, type: 'null' } as never
  if (headers !== undefined && described['200'] !== undefined) {
    const described200 = Object.entries(headers).map(([name, description]) => [name, { type: 'string', description }])
    Object.assign(described['200'], { headers: Object.fromEntries(described200) })
  }
  return described
}

/** A schema whose fields say what they are, at any depth. */
function describeFields(schema: Schema): Schema {
  if (Array.isArray(schema)) return schema.map(describeFields)
  if (typeof schema !== 'object' || schema === null) return schema
  const { properties, ...rest } = schema
  const described = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, describeFields(value)]))
  if (properties === undefined) return described
  const entries = Object.entries(properties).map(([name, property]) => [name, describeField(name, property)])
  return { ...described, properties: Object.fromEntries(entries) }
}

function describeField(name: string, property: Schema): Schema {
  const isBytes = property.anyOf?.some((each: Schema) => each.contentEncoding === 'base64')
  const description = [fields[name], isBytes && 'Standard base64; `null` and absence mean empty.']
    .filter(Boolean)
    .join(' ')
  return { ...describeFields(property), ...(description !== '' && { description }) }
}

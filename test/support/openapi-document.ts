import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'

export interface OpenApiExample {
  readonly value: unknown
}

type Examples = Readonly<Record<string, OpenApiExample>>

interface Media {
  readonly schema: AnySchema
  readonly examples?: Examples
}

export interface OpenApiResponse {
  readonly description: string
  readonly headers?: Readonly<Record<string, { readonly schema: AnySchema }>>
  readonly content?: Readonly<Record<string, Media>>
}

export interface OpenApiOperation {
  readonly operationId: string
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly {
    readonly in: 'path' | 'query' | 'header'
    readonly name: string
    readonly description?: string
    readonly schema: AnySchema
    readonly examples?: Examples
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, OpenApiResponse | { readonly $ref: string }>>
}

export interface OpenApi {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string }[]
  readonly components: {
    readonly responses: Readonly<Record<string, OpenApiResponse>>
    readonly securitySchemes: Readonly<Record<string, object>>
  }
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
}

/** An operation with the method and the path template that it stands under. */
export interface Located {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly operation: OpenApiOperation
}

/** What an example of an operation sends and is answered. */
export interface DocumentedExample {
  readonly name: string
  readonly parameters: readonly { readonly in: string; readonly name: string; readonly value: string }[]
  readonly body?: unknown
  readonly status: number
  readonly reply?: unknown
}

export function locatedIn(document: OpenApi): Located[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => {
      return { method: method.toUpperCase() as Located['method'], path, operation }
    }),
  )
}

/** The answer that stands under a status. */
export function responseOf(
  document: OpenApi,
  operation: OpenApiOperation,
  status: number,
): OpenApiResponse | undefined {
  const response = operation.responses[status]
  if (response === undefined || !('$ref' in response)) return response
  return document.components.responses[response.$ref.replace('#/components/responses/', '')]
}

/** Examples that belong together have one name, wherever they stand (OpenAPI has no other way to say so). */
export function examplesIn(document: OpenApi, operation: OpenApiOperation): DocumentedExample[] {
  const { parameters = [], requestBody } = operation
  const bodies = Object.values(requestBody?.content ?? {})[0]?.examples ?? {}
  const replies = Object.keys(operation.responses).flatMap(status => {
    const content = responseOf(document, operation, Number(status))?.content ?? {}
    const examples = Object.values(content)[0]?.examples ?? {}
    return Object.entries(examples).map(([name, { value }]) => ({ name, status: Number(status), value }))
  })
  const names = new Set([...parameters, { examples: bodies }].flatMap(({ examples = {} }) => Object.keys(examples)))
  for (const { name } of replies) names.add(name)
  return Array.from(names, name => {
    const reply = replies.find(each => each.name === name)
    const sent = parameters.flatMap(({ in: where, name: parameter, examples }) => {
      const value = examples?.[name]?.value
      return value === undefined ? [] : [{ in: where, name: parameter, value: String(value) }]
    })
    return {
      name,
      parameters: sent,
      ...(name in bodies && { body: bodies[name]?.value }),
      status: reply?.status ?? 200,
      ...(reply && { reply: reply.value }),
    }
  })
}

/** Says what is wrong with a value that should be of a schema which stands somewhere in the document; nothing if it is not. */
export function schemaChecker(document: OpenApi) {
  const ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true })
  ajv.addSchema(document as unknown as AnySchema, 'document')
  return (schema: AnySchema, value: unknown): string => {
    const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/'))
    return ajv.validate(local, value) ? '' : ajv.errorsText()
  }
}

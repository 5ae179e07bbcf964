import { examplesOf } from './describe-route.ts'
import { errorName, errorResponse, errorStatusesOf } from './errors.ts'
import { operations } from './operations/index.ts'

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
}

interface OpenApiOperation {
  readonly operationId: string
  readonly responses: Record<string, object>
}

/** Adds the answers of errors to the document that `@fastify/swagger` has made of the routes. */
export function addErrors(made: object): OpenApiDocument {
  const document: OpenApiDocument = JSON.parse(JSON.stringify(made), base64AsOf31)
  for (const path of Object.values(document.paths)) {
    for (const { operationId, responses } of Object.values(path)) {
      const operation = operations[operationId]
      if (operation === undefined) continue
      for (const status of errorStatusesOf(operation)) {
        const examples = examplesOf(
          operation.examples,
          ({ reply }) => reply,
          each => each === status,
        )
        responses[status] ??= examples
          ? errorResponse(status, examples)
          : { $ref: `#/components/responses/${errorName(status)}` }
      }
    }
  }
  return document
}

/** `@fastify/swagger` writes `contentEncoding` as OpenAPI 3.0 did; in 3.1 it is the keyword of JSON Schema. */
function base64AsOf31(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 'byte') return value
  const { format: _format, ...rest } = value
  return { ...rest, contentEncoding: 'base64' }
}

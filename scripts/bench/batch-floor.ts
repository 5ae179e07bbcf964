import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'

/**
 * The floor of a batch: its JSON is read, checked and written, and between the two the raw operation is done for each item.
 *
 * @param path that of the single operation
 */
export function batchFloor<Item extends Readonly<Record<string, string>>>(
  app: FastifyInstance,
  path: string,
  schema: { readonly body: TSchema; readonly response: { readonly 200: TObject } },
  run: (item: Item) => unknown,
): void {
  const body = Type.Object({ items: Type.Array(schema.body) })
  const response = { 200: Type.Object({ results: Type.Array(schema.response[200]) }) }
  app.post(`${path}/batch`, { schema: { body, response } }, async request => {
    const { items } = request.body as { items: readonly Item[] }
    return { results: items.map(run) }
  })
}

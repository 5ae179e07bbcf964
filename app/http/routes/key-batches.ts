import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { andThen, resolveOnce } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { callerOf } from '../authentication/authenticator.ts'
import { mostItems, runItems, sendOutcome } from '../batch/run-items.ts'
import { wrongType } from '../errors.ts'
import { jsonOfMade, type Made, wipeMade } from '../key-operation.ts'
import { ErrorReply, errorReplies, KeyParams } from '../schema.ts'
import { keyOperations, keyPath } from './key-operations.ts'
import type { RouteOptions } from './route-options.ts'

/**
 * Each operation on a key for many items at once. They are authorized together, by the action of the operation; each is
 * read and answered as the request that has it as its body.
 */
export const keyBatchRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  for (const { name, action, body, reply = Type.Object({}), read } of keyOperations) {
    // An item of another shape is refused in its place, so that of the batch nothing is asked but that there are items.
    const items = Type.Array(Type.Union([body, Type.Object({})]), { minItems: 1, maxItems: mostItems })
    const results = Type.Array(Type.Partial(Type.Composite([reply, ErrorReply])))
    let shape: TypeCheck<typeof body> | undefined
    const schema = {
      params: KeyParams,
      body: Type.Object({ items }),
      response: { 200: Type.Object({ results }), ...errorReplies },
    }
    app.post(`${keyPath}/${name}/batch`, { config: { batch: true }, schema }, async (request, reply) => {
      const { params } = request
      const { items } = request.body
      const caller = await resolveOnce(kms, callerOf(request), action, params)
      shape ??= TypeCompiler.Compile(body)
      const check = shape
      const run = (index: number) => {
        const item = items[index]
        if (!check.Check(item)) throw wrongType(check.Errors(item).First()?.path)
        return andThen(read(item)(kms, caller, params), jsonOnce)
      }
      return sendOutcome(reply, await runItems(request, kms.ports.clock, items.length, run))
    })
  }
}

function jsonOnce(made: Made): string {
  const json = jsonOfMade(made)
  wipeMade(made)
  return json
}

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Caller, inBatch, type Kms, resolveOnce, type Trail } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import { callerOf } from '../authentication/authenticator.ts'
import { Item, replyFields } from '../batch/batch-operations.ts'
import { readPlan, type SentItem, type Step, type Use } from '../batch/plan.ts'
import { mostItems, runItems, sendOutcome } from '../batch/run-items.ts'
import { runPlan } from '../batch/run-plan.ts'
import { ErrorReply, errorReplies, KeystoreParams } from '../schema.ts'
import type { RouteOptions } from './route-options.ts'

const BatchRequest = Type.Object({ items: Type.Array(Item, { minItems: 1, maxItems: mostItems }) })
const results = Type.Array(Type.Partial(Type.Object({ ...replyFields, ...ErrorReply.properties })))
const BatchReply = Type.Object({ results })

/** Several operations with several keys of a keystore, of which one can use what another one has made. */
export const keystoreBatchRoutes: FastifyPluginAsyncTypebox<RouteOptions> = async (app, { kms }) => {
  const { bodyLimit = 1_048_576 } = app.initialConfig
  app.post(
    '/keystores/:keystoreId/batch',
    {
      config: { batch: true },
      schema: { params: KeystoreParams, body: BatchRequest, response: { 200: BatchReply, ...errorReplies } },
    },
    async (request, reply) => {
      const { keystoreId } = request.params
      const plan = readPlan(request.body.items as unknown as readonly SentItem[])
      const caller = callerOf(request)
      // All or nothing: what somebody may not do is not done halfway.
      const callers = new Map<Use | undefined, Caller>([[undefined, caller]])
      for (const use of plan.uses) callers.set(use, await resolveUse(kms, caller, keystoreId, use))
      const running = runPlan(kms, keystoreId, plan, callers, bodyLimit)
      try {
        const outcome = await runItems(request, kms.ports.clock, plan.steps.length, running.run)
        const of = (some: readonly (Step | undefined)[], use: Use) => some.filter(step => step?.use === use).length
        const failed = outcome.failed.map(index => plan.steps[index])
        const uses = plan.uses.map(use => {
          const { key, version } = callers.get(use)?.trail ?? {}
          return { action: use.action, key, version, items: of(plan.steps, use), failed: of(failed, use) }
        })
        if (request.batch !== null) request.batch = { ...request.batch, uses }
        return sendOutcome(reply, outcome)
      } finally {
        running.wipe()
      }
    },
  )
}

/** Each with a trail of its own, since each may be about another key; that of the request shows what has failed. */
async function resolveUse(kms: Kms, caller: Caller, keystoreId: string, { action, keyId }: Use): Promise<Caller> {
  const trail: Trail = {}
  const asking = { ...inBatch(caller, action), ...(caller.trail && { trail }) }
  try {
    return await resolveOnce(kms, asking, action, { keystoreId, ...(keyId !== undefined && { keyId }) })
  } finally {
    if (caller.trail !== undefined) Object.assign(caller.trail, trail)
  }
}

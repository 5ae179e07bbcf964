import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kms } from '@keyhold/core'
import { Type } from '@sinclair/typebox'

const State = Type.Union([Type.Literal('ok'), Type.Literal('unavailable')])
const Readiness = Type.Object({ status: State, store: State, lock: State })

export interface HealthOptions {
  readonly kms: Kms
  readonly isStopping: () => boolean
}

/** `/healthcheck` says that the process answers, `/health/ready` that the store and the lock do as well, and goes on. */
export const healthRoutes: FastifyPluginAsyncTypebox<HealthOptions> = async (app, { kms, isStopping }) => {
  const { store, lock, clock } = kms.ports

  app.get(
    '/healthcheck',
    { schema: { response: { 200: Type.Object({ current_time: Type.String(), status: Type.String() }) } } },
    async () => ({ current_time: new Date(clock.now()).toISOString(), status: 'success' }),
  )

  app.get('/health/ready', { schema: { response: { 200: Readiness, 503: Readiness } } }, async (request, reply) => {
    const stateOf = async (port: { check(): Promise<void> }) => {
      try {
        await port.check()
        return 'ok' as const
      } catch (error) {
        request.log.warn({ err: error }, 'not ready')
        return 'unavailable' as const
      }
    }
    const [storeState, lockState] = await Promise.all([stateOf(store), stateOf(lock)])
    const ready = !isStopping() && storeState === 'ok' && lockState === 'ok'
    reply.code(ready ? 200 : 503)
    return { status: ready ? 'ok' : 'unavailable', store: storeState, lock: lockState } as const
  })
}

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kms } from '@keyhold/core'
import { Type } from '@sinclair/typebox'
import type { FastifyBaseLogger } from 'fastify'
import { type Finding, Probe } from '../health/probe.ts'

const State = Type.Union([Type.Literal('ok'), Type.Literal('unavailable')])
const Check = Type.Object({ state: Type.Union([State, Type.Literal('low')]), age: Type.Number() })
const Readiness = Type.Object({ status: State, store: State, lock: State, checks: Type.Record(Type.String(), Check) })

type AnyFinding = Finding<'ok' | 'unavailable' | 'low'>

export interface HealthOptions {
  readonly kms: Kms
  readonly isStopping: () => boolean
  readonly log?: FastifyBaseLogger | undefined
  /** What the last calls of other servers have shown, and how much room there is. */
  readonly peers?: (() => Readonly<Record<string, AnyFinding>>) | undefined
}

/**
 * `/healthcheck` and `/health/live` say that the process answers, `/health/ready` that what it needs does as well, and that
 * it goes on. What only some keystores need is told there, too, and decides nothing: others can be used without it.
 */
export const healthRoutes: FastifyPluginAsyncTypebox<HealthOptions> = async (app, options) => {
  const { kms, isStopping, log, peers = () => ({}) } = options
  const { store, lock, shares, clock } = kms.ports
  const probe = (name: string, port: { check(): Promise<void> }) => new Probe(name, () => port.check(), clock, log)
  const probes = { store: probe('store', store), lock: probe('lock', lock) }
  const shareProbe = shares && probe('shares', shares)

  app.get(
    '/healthcheck',
    { schema: { response: { 200: Type.Object({ current_time: Type.String(), status: Type.String() }) } } },
    async () => ({ current_time: new Date(clock.now()).toISOString(), status: 'success' }),
  )

  app.get('/health/live', { schema: { response: { 200: Type.Object({ status: Type.Literal('ok') }) } } }, async () => {
    return { status: 'ok' } as const
  })

  app.get('/health/ready', { schema: { response: { 200: Readiness, 503: Readiness } } }, async (_request, reply) => {
    const [storeFinding, lockFinding, shareFinding] = await Promise.all([
      probes.store.find(),
      probes.lock.find(),
      shareProbe?.find(),
    ])
    const needed = [storeFinding, lockFinding, ...(kms.userLock && shareFinding ? [shareFinding] : [])]
    const ready = !isStopping() && needed.every(({ state }) => state === 'ok')
    const findings = {
      store: storeFinding,
      lock: lockFinding,
      ...(shareFinding && { shares: shareFinding }),
      ...peers(),
    }
    reply.code(ready ? 200 : 503)
    return {
      status: ready ? 'ok' : 'unavailable',
      store: storeFinding.state,
      lock: lockFinding.state,
      checks: Object.fromEntries(
        Object.entries(findings).map(([name, each]) => [name, checkOf(each, clock.elapsed())]),
      ),
    } as const
  })
}

/** The age in seconds. */
function checkOf({ state, at }: AnyFinding, now: number) {
  return { state, age: Math.round(now - at) / 1000 }
}

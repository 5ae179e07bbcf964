import cluster, { type Worker } from 'node:cluster'
import type { Server } from 'node:net'
import { systemClock } from '@keyhold/adapters'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { openObservation } from '../observation.ts'
import { Channel, type MessagePort } from '../workers/channel.ts'
import type { ProcessMetrics } from '../workers/protocol.ts'
import { SharedByPrimary } from '../workers/shared-state.ts'
import { openService, type Service } from './service.ts'
import { stopSignal } from './stop-signal.ts'

/** What a worker is told about itself. No setting: nobody but the primary sets it. */
export const placeVariable = 'KEYHOLD_WORKER'

/** Which of the workers this process is; undefined if it is none. */
export function placeOf(environment: NodeJS.ProcessEnv): number | undefined {
  const place = Number(environment[placeVariable])
  return cluster.isWorker && place > 0 ? place : undefined
}

/** The same service, of which the primary decides when it listens and stops. @returns the exit code */
export async function serveAsWorker(
  config: Config,
  environment: NodeJS.ProcessEnv,
  log: Logger,
  place: number,
): Promise<number> {
  let [listen, stop] = [() => {}, () => {}]
  const mayListen = new Promise<void>(resolve => (listen = resolve))
  const mustStop = new Promise<void>(resolve => (stop = resolve))
  const observation = await openObservation(config, environment, log)
  const registry = observation.metrics?.registry
  const shared = new SharedByPrimary(config.workers, systemClock, () => channel)
  const channel: Channel = new Channel(ownPort(), {
    listen,
    stop,
    pulse: () => null,
    metrics: async () => ((await registry?.getMetricsAsJSON()) ?? []) as ProcessMetrics,
    ...shared.handlers,
  })
  let service: Service | undefined
  try {
    const { openLimiter, openReplays } = shared
    service = await openService(config, observation, log, { openLimiter, openReplays, tells: place === 1 })
    const { reload } = service
    process.on('SIGHUP', reload)
    observation.metrics?.watch(service.server, service.pool)
    closeBeyond(service.server, Math.ceil(config.maxConnections / config.workers))
    channel.tell('prepared', null)
    // Another one that could not start stops this one before it has begun.
    const isOver = await Promise.race([mayListen.then(() => false), mustStop.then(() => true)])
    if (isOver) return 0
    // A terminal sends it to all processes, and one that is sent it alone stops alone.
    const signal = stopSignal()
    channel.tell('listening', { url: await service.listen() })
    await Promise.race([mustStop, signal])
    await service.stop()
    return 0
  } finally {
    await service?.close()
    await observation.close()
    shared.close()
    channel.close()
    // Otherwise it would wait for messages for ever.
    cluster.worker?.disconnect()
  }
}

function ownPort(): MessagePort {
  const { worker } = cluster as { worker: Worker }
  return {
    send: message => worker.isConnected() && worker.send(message as object),
    listen: take => void worker.on('message', take),
  }
}

/**
 * Closes the connections beyond so many at once. By its own bound a server in a worker would hand them to another one, and
 * that one to this, as long as all are full.
 */
function closeBeyond(server: Server, most: number): void {
  let open = 0
  server.on('connection', socket => {
    open += 1
    socket.once('close', () => {
      open -= 1
    })
    if (open > most) socket.destroy()
  })
}

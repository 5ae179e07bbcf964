import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { systemClock } from '@keyhold/adapters'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import type { MetricsListener } from '../metrics/listener.ts'
import { Channel, type Handlers } from '../workers/channel.ts'
import { Crew, type End, type WorkerProcess } from '../workers/crew.ts'
import { SharedState } from '../workers/shared-state.ts'
import { stopSignal } from './stop-signal.ts'
import { placeVariable } from './worker.ts'

/** Milliseconds beyond what a stop may take by the settings, after which a worker is ended. */
const patience = 15_000

/** Runs a service of several processes until it is asked to stop. @returns the exit code: 0 after a clean stop */
export async function leadWorkers(config: Config, log: Logger): Promise<number> {
  const { shutdownDelay, shutdownTimeout, workers: count } = config
  const shared = new SharedState(config.rates, systemClock, () => crew.processes.map(({ channel }) => channel))
  const metrics = config.metrics && (await openMetrics(() => crew))
  const crew: Crew = new Crew({
    count,
    start: startWorker,
    handlers: shared.handlers,
    clock: systemClock,
    log,
    stopTimeout: shutdownDelay + shutdownTimeout + patience,
    onEnd: process => metrics?.forget(process),
  })
  let listener: MetricsListener | undefined
  try {
    await crew.open()
    const stop = stopSignal()
    process.on('SIGHUP', () => crew.reload())
    if (config.metrics && metrics) {
      const { listenForMetrics } = await import('../metrics/listener.ts')
      listener = await listenForMetrics(metrics, config.metrics)
      log.info(`metrics at ${listener.url}`)
    }
    log.info({ workers: count }, `listening at ${await crew.listen()}`)
    const signal = await Promise.race([stop, crew.givenUp])
    if (signal === undefined) log.fatal('workers end again and again: the service ends')
    else log.info({ signal }, 'stopping: finishing the requests under way')
    const isClean = await crew.stop()
    log.info('stopped')
    return isClean ? 0 : 1
  } finally {
    listener?.close()
    await crew.stop()
  }
}

async function openMetrics(crew: () => Crew) {
  const { WholeService } = await import('../metrics/whole-service.ts')
  return new WholeService<WorkerProcess>(
    () => crew().processes,
    () => crew().replaced,
  )
}

function startWorker(place: number, handlers: Handlers): WorkerProcess {
  const worker: Worker = cluster.fork({ [placeVariable]: place })
  // What is said to one that is ending is said to nobody.
  worker.on('error', () => undefined)
  const channel = new Channel(
    {
      send: message => worker.isConnected() && worker.send(message as object, () => undefined),
      listen: take => void worker.on('message', take),
    },
    handlers,
  )
  return {
    channel,
    ended: once(worker, 'exit').then(([code, signal]): End => ({ code, signal })),
    kill: signal => void worker.process.kill(signal),
  }
}

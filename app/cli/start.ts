import { IssuerFileError, MasterKeyFileError, SigningKeyFileError, SodiumError } from '@keyhold/adapters'
import { KmsError } from '@keyhold/core'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { ConfigError, loadConfig } from '../config/load-config.ts'
import { TlsFileError } from '../http/tls.ts'
import { openLog } from '../logging.ts'
import { openObservation } from '../observation.ts'
import { WorkerEnded } from '../workers/crew.ts'
import { openService } from './service.ts'
import { stopSignal } from './stop-signal.ts'
import { isSystemError } from './system-error.ts'
import { placeOf, serveAsWorker } from './worker.ts'

/**
 * Runs the service until it is asked to stop. Then it finishes what it has accepted; a second signal ends it at once.
 *
 * @returns the exit code, when it is known: 0 after a clean stop
 */
export async function start(flags: Readonly<Record<string, string>>, environment: NodeJS.ProcessEnv): Promise<number> {
  let config: Config
  try {
    config = loadConfig(environment, flags)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const problem of error.problems) process.stderr.write(`${problem}\n`)
    return 1
  }
  const place = placeOf(environment)
  const log = openLog(config.logLevel, config.logFormat, place)
  process.once('exit', () => log.flush())
  try {
    if (place !== undefined) return await serveAsWorker(config, environment, log, place)
    if (config.workers === 1) return await serveAlone(config, environment, log)
    const { leadWorkers } = await import('./primary.ts')
    return await leadWorkers(config, log)
  } catch (error) {
    // What an operator can mend is said in a sentence; anything else keeps its stack.
    const mendable = error instanceof KmsError || isOwnError(error) || isSystemError(error)
    if (!mendable) throw error
    log.fatal({ err: error.cause }, error.message)
    return 1
  }
}

async function serveAlone(config: Config, environment: NodeJS.ProcessEnv, log: Logger): Promise<number> {
  const observation = await openObservation(config, environment, log)
  try {
    const service = await openService(config, observation, log)
    try {
      const stop = stopSignal()
      // Also where there is nothing to be read again: what it does by default is to end the process.
      process.on('SIGHUP', () => service.reload())
      const { metrics } = observation
      if (config.metrics && metrics) {
        log.info(`metrics at ${await metrics.listen(config.metrics, service.server, service.pool)}`)
      }
      log.info(`listening at ${await service.listen()}`)
      log.info({ signal: await stop }, 'stopping: finishing the requests under way')
      await service.stop()
      log.info('stopped')
      return 0
    } finally {
      await service.close()
    }
  } finally {
    await observation.close()
  }
}

function isOwnError(error: unknown): error is Error {
  const kinds = [IssuerFileError, MasterKeyFileError, SigningKeyFileError, SodiumError, TlsFileError, WorkerEnded]
  return kinds.some(kind => error instanceof kind)
}

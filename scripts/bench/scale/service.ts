import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { buildServer, compose, loadConfig } from '@keyhold/app'
import { chooseAuthenticators } from '@keyhold/app/authenticate.js'
import { ownMemory } from '@keyhold/app/cli/own-memory.js'
import { openLog } from '@keyhold/app/logging.js'
import { openObservation } from '@keyhold/app/observation.js'

/** `service.js SETTINGS`: the service as `keyhold start` runs it, which answers what it uses. */
export interface Usage {
  /** Microseconds of processor time, user and system. */
  readonly cpu: number
}

export interface Memory {
  /** Bytes: what is alive, what the process has that is no file's, and all of it. */
  readonly heap: number
  readonly own: number
  readonly resident: number
}

const [settings = '{}'] = process.argv.slice(2)
const config = loadConfig(JSON.parse(settings))
const log = openLog(config.logLevel, config.logFormat)
const observation = await openObservation(config, {}, log)
const { ports, tokens, observeLock, close } = await compose(config, log, observation.observers)
const authenticators = chooseAuthenticators(config, ports.clock, observation.dids(ports.ed25519), tokens)
const { cache, bodyLimit, requestTimeout, trustedProxies, baseUrl = '', chainPolicy: policy } = config
const server = await buildServer({
  ports,
  ...{ cache, bodyLimit, requestTimeout, trustedProxies, baseUrl, log },
  limits: { rates: config.rates },
  capabilities: { policy, resolveDid: observation.dids(ports.ed25519), verifyCcgChain: () => Promise.reject() },
  authenticators: (url, kms) => observation.authentication(authenticators(url, kms)),
  ...(observeLock && { observeLock }),
  ...(config.audit && { audit: config.audit }),
  ...observation.server,
})
await server.listen({ host: '127.0.0.1', port: 0 })
const { port } = server.server.address() as { port: number }
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

process.on('message', asked => process.send?.(asked === 'memory' ? memory() : usage()))
process.once('disconnect', async () => {
  await server.close()
  await observation.close()
  await close()
})
process.send?.({ port })

function usage(): Usage {
  const { user, system } = process.cpuUsage()
  return { cpu: user + system }
}

function memory(): Memory {
  collect()
  const { heapUsed: heap, rss: resident } = process.memoryUsage()
  return { heap, own: ownMemory(), resident }
}

import { join } from 'node:path'
import { buildServer, compose, loadConfig } from '@keyhold/app'
import { openLog } from '@keyhold/app/logging.js'
import { reportTo } from './variant-process.ts'

/** `service-server.js DIRECTORY KEYTYPE`: the service as `keyhold start` runs it, with one keystore and one key. */
const [directory = '', keyType = ''] = process.argv.slice(2)
const config = loadConfig({ KMS_HOST: '127.0.0.1:0', KMS_DATABASE_URL: join(directory, 'data') })
const log = openLog(config.logLevel)
const { ports, close } = await compose(config, log)
const { listen, cache, bodyLimit, requestTimeout } = config
const server = await buildServer({ ports, cache, bodyLimit, requestTimeout, log })
await server.listen(listen)
const { port } = server.server.address() as { port: number }
const keystore = await create('/v1/keystores', { controller: 'did:example:bench' })
const key = await create(`${keystore}/keys`, { key_type: keyType })
reportTo(process, { host: listen.host, port, keystore, key }, async () => {
  await server.close()
  await close()
})

/** Answers the path of what was made. */
async function create(url: string, body: object): Promise<string> {
  const made: { key_store_url?: string; key_url?: string } = (await server.inject({ method: 'POST', url, body })).json()
  return new URL(made.key_store_url ?? made.key_url ?? '').pathname
}

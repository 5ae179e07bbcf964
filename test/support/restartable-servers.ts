import {
  databaseUrl,
  kmsEnvironment,
  kmsKeyArn,
  type MongoOptions,
  type Server,
  type Skipped,
  startKms,
  startMongo,
} from '@keyhold/scripts/servers/start.js'
import type { Test } from 'tap'
import type { Settings } from './recorded-servers.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** A server that is killed and started again, each time at its address and on its data. */
export interface RestartableServer {
  readonly name: string
  readonly url: string
  signal(signal: NodeJS.Signals): void
  /** Kills it, and resolves when it is gone. */
  kill(): Promise<void>
  /** Resolves when it listens. */
  start(): Promise<void>
}

/** What the service needs to lock with AWS KMS and store in MongoDB. */
export interface RestartableServers {
  /** Where they keep their data. */
  readonly directory: string
  readonly kms: RestartableServer
  /** It knows fail points. */
  readonly mongo: RestartableServer
}

/** Runs tests against servers of their own. Where one of them cannot be had that is one skipped test, which says why. */
export async function withRestartableServers(
  t: Test,
  name: string,
  tests: (t: Test, servers: RestartableServers) => Promise<void>,
  { replicaSet = false }: Pick<MongoOptions, 'replicaSet'> = {},
): Promise<void> {
  await t.test(name, { timeout: 1_000_000 }, async t => {
    const directory = await temporaryDirectory(t)
    const kms = await restartable(t, port => startKms({ directory, listen: `127.0.0.1:${port}` }))
    const mongo = await restartable(t, port => startMongo({ directory, port, failPoints: true, replicaSet }))
    if ('skip' in kms || 'skip' in mongo) {
      const { skip } = [kms, mongo].find(server => 'skip' in server) as Skipped
      await t.test('no servers', { skip }, async () => {})
      return
    }
    await t.test(`${kms.name}, ${mongo.name}`, t => tests(t, { directory, kms, mongo }))
  })
}

async function restartable(
  t: Test,
  start: (port: number) => Promise<Server | Skipped>,
): Promise<RestartableServer | Skipped> {
  let server = await start(0)
  if ('skip' in server) return server
  const { name, url, process } = server
  if (process === undefined) return { skip: `${name} is run by somebody else, and cannot be killed` }
  const kill = async () => 'stop' in server && server.stop()
  t.teardown(kill)
  return {
    name,
    url,
    signal: signal => 'process' in server && server.process?.kill(signal),
    async kill() {
      await kill()
    },
    async start() {
      server = await start(Number(new URL(url).port))
      if ('skip' in server) throw new Error(server.skip)
    },
  }
}

/** A deadline that a test waits for, and one that a busy machine keeps. */
const [short, long] = ['2s', '20s']

/**
 * The settings of an instance that asks AWS and the database each time: nothing that it has opened or read is kept.
 *
 * @param failing whose calls have a deadline that is short
 */
export function faultSettings(
  servers: { readonly [S in 'kms' | 'mongo']: { readonly url: string } },
  database: string,
  failing?: 'kms' | 'mongo',
): Settings {
  return {
    ...kmsEnvironment,
    KMS_SECRET_LOCK_TYPE: 'aws',
    KMS_SECRET_LOCK_AWS_KEY_URI: `aws-kms://${kmsKeyArn}`,
    KMS_SECRET_LOCK_AWS_ENDPOINT: servers.kms.url,
    KMS_SECRET_LOCK_TIMEOUT: failing === 'kms' ? short : long,
    KMS_DATABASE_TYPE: 'mongodb',
    // Answers have the times that are asserted without waiting for the log of all requests.
    KMS_AUDIT: 'off',
    KMS_DATABASE_URL: databaseUrl(servers.mongo.url, database),
    KMS_DATABASE_CALL_TIMEOUT: failing === 'mongo' ? short : long,
    KMS_RECORD_CACHE_TTL: '0',
    KMS_KMS_CACHE_TTL: '0',
  }
}

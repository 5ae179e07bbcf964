import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launch, type ServerProcess } from './process.ts'

/** Why a server cannot be had here. */
export interface Skipped {
  readonly skip: string
}

export interface Server {
  /** Where its clients find it. */
  readonly url: string
  /** What it is, for the name of a test. */
  readonly name: string
  /** Absent if somebody else runs it: then it cannot be killed. */
  readonly process?: ServerProcess
  stop(): Promise<void>
}

/** Where `prepare.sh` installs them. */
const cache = fileURLToPath(new URL('../../../.cache/servers/', import.meta.url))
const prepare = 'run `npm run servers`'

export interface MongoOptions {
  /** Where it keeps its data. It outlives the server. */
  readonly directory: string
  /** Default: a free one. */
  readonly port?: number
  /** A replica set of one member, which has retryable writes and change streams; default: a standalone server. */
  readonly replicaSet?: boolean
  /** Lets `configureFailPoint` be used. */
  readonly failPoints?: boolean
  /** Lets nobody in without a password. Users are made by a server without it, on the same directory. */
  readonly auth?: boolean
}

/** Starts a server of the MongoDB protocol, or answers the one of `KEYHOLD_TEST_MONGO_URL`. */
export async function startMongo(options: MongoOptions): Promise<Server | Skipped> {
  const foreign = process.env['KEYHOLD_TEST_MONGO_URL']
  if (foreign !== undefined) return { url: foreign, name: 'MongoDB of KEYHOLD_TEST_MONGO_URL', stop: async () => {} }
  const { directory, port = 0, replicaSet = false, failPoints = false, auth = false } = options
  const file = join(cache, 'venv/bin/secantusd-py')
  if (!existsSync(file)) return skip(`no MongoDB-protocol server: ${prepare}`)
  const args = ['--host', '127.0.0.1', '--port', String(port), '--storage-path', join(directory, 'db')]
  args.push('--cache-size', '256M', '--log-level', 'INFO')
  if (!replicaSet) args.push('--standalone')
  if (failPoints) args.push('--enable-test-commands')
  if (auth) args.push('--auth')
  const ready = /listening on (127\.0\.0\.1:\d+)/
  const server = await launch({ name: 'the MongoDB-protocol server', command: [file, ...args], directory, ready })
  // A client that discovered the members would not find a server again that was stopped.
  const url = `mongodb://${server.address}/?directConnection=true`
  return { url, name: `secantusdb, ${replicaSet ? 'replica set' : 'standalone'}`, process: server, stop: server.stop }
}

/** The URL of a MongoDB with another database in its path. */
export function databaseUrl(url: string, name: string): string {
  return url.replace(/^([^:]+:\/\/[^/?]*)(\/[^?]*)?/, `$1/${name}`)
}

export interface KmsOptions {
  /** Where it keeps its keys' states. It outlives the server. */
  readonly directory: string
  /** Default: a free port. */
  readonly listen?: string
}

/** The key that `kms/seed.yaml` makes, and its alias. */
export const kmsKeyArn = 'arn:aws:kms:eu-west-2:111122223333:key/bc436485-5092-42b8-92a3-0aa8b93536dc'
export const kmsAliasArn = 'arn:aws:kms:eu-west-2:111122223333:alias/keyhold'

/** Starts a server of the AWS KMS protocol, or answers the one of `KEYHOLD_TEST_KMS_ENDPOINT`. */
export async function startKms({ directory, listen = '127.0.0.1:0' }: KmsOptions): Promise<Server | Skipped> {
  const foreign = process.env['KEYHOLD_TEST_KMS_ENDPOINT']
  if (foreign !== undefined) return { url: foreign, name: 'KMS of KEYHOLD_TEST_KMS_ENDPOINT', stop: async () => {} }
  const file = join(cache, 'kms')
  if (!existsSync(file)) return skip(`no KMS-protocol server: ${prepare}`)
  const seed = fileURLToPath(new URL('../../servers/kms/seed.yaml', import.meta.url))
  const data = join(directory, 'kms')
  await mkdir(data, { recursive: true })
  const command = [file, '-listen', listen, '-dir', data, '-seed', seed] as const
  const ready = /(http:\/\/127\.0\.0\.1:\d+)/
  const server = await launch({ name: 'the KMS-protocol server', command, directory, ready })
  return { url: server.address, name: 'local-kms', process: server, stop: server.stop }
}

/** What a process needs to call the KMS-protocol server: it checks no signature, but the SDK insists on making one. */
export const kmsEnvironment = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
} as const

/** With `KEYHOLD_REQUIRE_SERVERS=1` a server that is not there is a failure. */
export function skip(reason: string): Skipped {
  if (process.env['KEYHOLD_REQUIRE_SERVERS'] === '1') throw new Error(reason)
  return { skip: reason }
}

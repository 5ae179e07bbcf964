import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeMasterKeyFile } from '@keyhold/adapters'
import { base64, call } from '../http-client.ts'
import { startInstances } from '../servers/instances.ts'
import { type RecordedServers, startRecordedServers } from '../servers/recorded-servers.ts'
import { databaseUrl, kmsEnvironment, type Skipped } from '../servers/start.ts'
import { Load, postRequest } from './load.ts'
import { type Estimate, estimate, median, seededRandom } from './statistics.ts'
import { takeTurns, Variant } from './variant.ts'
import { type Operation, operations } from './variants.ts'

export interface BackendOptions {
  readonly rounds: number
  readonly slice: number
  readonly warmUp: number
  /** Sign requests for which the calls of AWS are counted, and with which throughput is measured. */
  readonly signs: number
}

export interface BackendReport {
  /** Processor time of a request: over MongoDB, and with AWS KMS as well, in multiples of the embedded store's. */
  readonly cpu: readonly CpuRow[]
  /** Calls of AWS that so many sign requests cost, on so many keystores. */
  readonly aws: { readonly signs: number; readonly keystores: number; readonly calls: number }
  /** Answers in a second of two instances on one database, in multiples of one instance's. */
  readonly throughput: Estimate
}

export interface CpuRow {
  readonly operation: string
  /** Median, microseconds. */
  readonly embedded: number
  readonly mongodb: Estimate
  readonly aws: Estimate
}

type Settings = Readonly<Record<string, string>>

const keystoreCount = 10
const random = seededRandom(1)

/** What a backend costs. Everything runs on this machine, the backends included. */
export async function measureBackends(options: BackendOptions): Promise<BackendReport | Skipped> {
  const directory = await mkdtemp(join(tmpdir(), 'keyhold-bench-'))
  const servers = await startRecordedServers(directory)
  try {
    if ('skip' in servers) return servers
    const cpu: CpuRow[] = []
    for (const operation of measured()) cpu.push(await measureCpu(operation, options, directory, servers))
    return { cpu, ...(await measureInstances(options, directory, servers)) }
  } finally {
    if (!('skip' in servers)) await servers.stop()
    await rm(directory, { recursive: true })
  }
}

function measured(): Operation[] {
  return operations.filter(
    ({ name, keyType, proof }) => keyType === 'ED25519' && proof === 'none' && ['sign', 'create'].includes(name),
  )
}

async function measureCpu(
  operation: Operation,
  options: BackendOptions,
  directory: string,
  servers: RecordedServers,
): Promise<CpuRow> {
  const place = await mkdtemp(join(directory, 'cpu-'))
  const keyFile = join(place, 'master.key')
  await makeMasterKeyFile(keyFile)
  const database = (name: string) => databaseUrl(servers.mongo.server.url, `${operation.name}_${name}`)
  const mongodb = { KMS_DATABASE_TYPE: 'mongodb', KMS_SECRET_LOCK_KEY_PATH: keyFile }
  // The calls go to the servers themselves: passing the proxies on would keep a processor busy.
  const { KMS_SECRET_LOCK_AWS_ENDPOINT: _proxy, ...aws } = servers.settings('')
  const endpoint = { KMS_SECRET_LOCK_AWS_ENDPOINT: servers.kms.server.url }
  const output = await open(join(place, 'log'), 'w')
  // Credentials are no settings of the service.
  Object.assign(process.env, kmsEnvironment)
  const running: Variant[] = []
  const start = async (settings: Settings) => {
    const variant = await startOne(operation, await mkdtemp(join(place, 'variant-')), output, settings)
    running.push(variant)
    await variant.answer(options.warmUp)
    return variant
  }
  try {
    const variants = {
      embedded: await start({}),
      mongodb: await start({ ...mongodb, KMS_DATABASE_URL: database('local') }),
      aws: await start({ ...ofService(aws), ...endpoint, KMS_DATABASE_URL: database('aws') }),
    }
    const rounds = await takeTurns(variants, options, random)
    const ratio = (name: 'mongodb' | 'aws') =>
      estimate(rounds, some => median(some.map(round => round[name] / round.embedded)), random)
    const embedded = median(rounds.map(round => round.embedded))
    return { operation: operation.name, embedded, mongodb: ratio('mongodb'), aws: ratio('aws') }
  } finally {
    await Promise.all(running.map(variant => variant.stop()))
    await output.close()
  }
}

function startOne(operation: Operation, directory: string, { fd }: FileHandle, settings: Settings): Promise<Variant> {
  return Variant.start({ script: 'service-server', operation, directory, output: fd, settings })
}

function ofService(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => name.startsWith('KMS_')))
}

async function measureInstances(
  { rounds, signs }: BackendOptions,
  directory: string,
  servers: RecordedServers,
): Promise<Pick<BackendReport, 'aws' | 'throughput'>> {
  const instances = await startInstances({ directory, environment: servers.settings('instances') }, servers.record)
  const loads = await Promise.all([instances.a, instances.b].map(({ url }) => Load.open(addressOf(url))))
  try {
    const requests = await signRequests(instances.url)
    const [one, other] = loads as [Load, Load]
    const from = servers.record.now
    await one.slice(requests, signs)
    const calls = servers.record.since(from).filter(({ callee, event }) => callee === 'AWS' && event === 'asked').length
    await other.slice(requests, signs)
    const measuredRounds: { readonly alone: number; readonly both: number }[] = []
    for (let round = 0; round < rounds; round += 1) {
      const alone = await rate(signs, () => one.slice(requests, signs))
      const both = await rate(2 * signs, () => Promise.all(loads.map(load => load.slice(requests, signs))))
      measuredRounds.push({ alone, both })
    }
    const throughput = estimate(measuredRounds, some => median(some.map(({ alone, both }) => both / alone)), random)
    return { aws: { signs, keystores: keystoreCount, calls }, throughput }
  } finally {
    for (const load of loads) load.close()
    await instances.stop()
  }
}

/** A request to sign for a key of each of several keystores. */
async function signRequests(service: string): Promise<Buffer[]> {
  const requests: Buffer[] = []
  while (requests.length < keystoreCount) {
    const { key_store_url } = await call('POST', `${service}/v1/keystores`, { controller: 'did:example:bench' })
    const { key_url } = await call('POST', `${key_store_url}/keys`, { key_type: 'ED25519' })
    requests.push(postRequest(`${new URL(key_url).pathname}/sign`, { message: base64('Hold my keys.') }))
  }
  return requests
}

async function rate(count: number, answer: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await answer()
  return count / (performance.now() - from)
}

function addressOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}

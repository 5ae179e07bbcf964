import { CallRecord } from './call-record.ts'
import { type RecordingProxy, recordKms, recordMongo } from './recording-proxy.ts'
import { databaseUrl, kmsEnvironment, kmsKeyArn, type Server, type Skipped, startKms, startMongo } from './start.ts'

/** What the service needs to lock with AWS KMS and store in MongoDB, every call of it recorded. */
export interface RecordedServers {
  readonly record: CallRecord
  readonly kms: Recorded
  readonly mongo: Recorded
  /** The settings of an instance that uses them by way of the proxies, and keeps its records in this database. */
  settings(database: string): Readonly<Record<string, string>>
  stop(): Promise<void>
}

export interface Recorded {
  readonly server: Server
  readonly proxy: RecordingProxy
}

/** Starts both servers on a directory, with a proxy in front of each. Servers that somebody else runs are not taken. */
export async function startRecordedServers(directory: string): Promise<RecordedServers | Skipped> {
  const foreign = ['KEYHOLD_TEST_KMS_ENDPOINT', 'KEYHOLD_TEST_MONGO_URL'].filter(
    name => process.env[name] !== undefined,
  )
  if (foreign.length > 0) return { skip: `calls to servers of others are not recorded: unset ${foreign.join(' and ')}` }
  const servers: Server[] = []
  const record = new CallRecord()
  const started = async (starting: Promise<Server | Skipped>) => {
    const server = await starting
    if (!('skip' in server)) servers.push(server)
    return server
  }
  const stopServers = () => Promise.all(servers.map(server => server.stop()))
  try {
    const kms = await started(startKms({ directory }))
    if ('skip' in kms) return kms
    const mongo = await started(startMongo({ directory }))
    if ('skip' in mongo) {
      await stopServers()
      return mongo
    }
    const recorded = {
      kms: { server: kms, proxy: await recordKms(kms.url, record) },
      mongo: { server: mongo, proxy: await recordMongo(mongo.url, record) },
    }
    return {
      record,
      ...recorded,
      settings: database => ({
        ...kmsEnvironment,
        // What is recorded is what a request itself does: the log of all requests is written in groups.
        KMS_AUDIT: 'off',
        KMS_SECRET_LOCK_TYPE: 'aws',
        KMS_SECRET_LOCK_AWS_KEY_URI: `aws-kms://${kmsKeyArn}`,
        KMS_SECRET_LOCK_AWS_ENDPOINT: recorded.kms.proxy.url,
        KMS_DATABASE_TYPE: 'mongodb',
        KMS_DATABASE_URL: databaseUrl(recorded.mongo.proxy.url, database),
      }),
      async stop() {
        await Promise.all([recorded.kms.proxy.stop(), recorded.mongo.proxy.stop()])
        await stopServers()
      },
    }
  } catch (error) {
    await stopServers()
    throw error
  }
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startInstances } from '../servers/instances.ts'
import { type RecordedServers, startRecordedServers } from '../servers/recorded-servers.ts'
import { databaseUrl } from '../servers/start.ts'
import { stepLines } from '../servers/step.ts'
import { storedBytes } from './stored.ts'
import { walk } from './walk.ts'

/**
 * Shows two instances of the service that lock with AWS KMS and store in MongoDB: `npm run demo:aws`. Under each request
 * stand the calls that it caused, in their order.
 */
const database = 'keyhold'

async function demo(directory: string, servers: RecordedServers): Promise<void> {
  // Records are read anew for each request, so that every reading can be seen.
  const environment = { ...servers.settings(database), KMS_AUTH_TYPE: 'zcap', KMS_RECORD_CACHE_TTL: '0' }
  const instances = await startInstances({ directory, environment }, servers.record)
  try {
    print(`Two instances, A and B, behind ${instances.url}`)
    print(`AWS: ${servers.kms.server.name}. Database: ${servers.mongo.server.name}.`)
    await walk(instances.url, servers.record, step => print(stepLines(step, 'instance').join('\n')))
    await showStored(databaseUrl(servers.mongo.server.url, database))
  } finally {
    await instances.stop()
  }
}

async function showStored(url: string): Promise<void> {
  print('\nWhat is in the database')
  let shown = ''
  for (const { collection, record, member, length, lockId } of await storedBytes(url)) {
    const place = `  ${collection} ${record}`
    if (place !== shown) print(place)
    shown = place
    print(`      ${member}: ${length} bytes, ${lockId === undefined ? 'no secret' : `locked by ${lockId}`}`)
  }
  print('\nEvery key in it is a locked blob: locked by the lock of its keystore, which AWS has locked.')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

const directory = await mkdtemp(join(tmpdir(), 'keyhold-demo-'))
try {
  const servers = await startRecordedServers(directory)
  if ('skip' in servers) {
    process.stderr.write(`${servers.skip}\n`)
    process.exitCode = 1
  } else {
    await demo(directory, servers).finally(() => servers.stop())
  }
} finally {
  await rm(directory, { recursive: true, force: true })
}

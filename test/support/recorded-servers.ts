import { type Instances, startInstances } from '@keyhold/scripts/servers/instances.js'
import { type RecordedServers, startRecordedServers } from '@keyhold/scripts/servers/recorded-servers.js'
import type { Test } from 'tap'
import { newDatabase } from './mongo.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Where the servers keep their data, beside the servers. */
export type TestServers = RecordedServers & { readonly directory: string }

/** Runs tests against servers of their own. Where one of them cannot be had that is one skipped test, which says why. */
export async function withRecordedServers(
  t: Test,
  name: string,
  tests: (t: Test, servers: TestServers) => Promise<void>,
): Promise<void> {
  await t.test(name, { timeout: 1_000_000 }, async t => {
    const directory = await temporaryDirectory(t)
    const servers = await startRecordedServers(directory)
    if ('skip' in servers) {
      await t.test('no servers', { skip: servers.skip }, async () => {})
      return
    }
    t.teardown(() => servers.stop())
    const names = `${servers.kms.server.name}, ${servers.mongo.server.name}`
    await t.test(names, { timeout: 1_000_000 }, t => tests(t, { ...servers, directory }))
  })
}

export type Settings = Readonly<Record<string, string>>

/** Times that a busy machine keeps. */
export const patient: Settings = {
  KMS_SECRET_LOCK_TIMEOUT: '120s',
  KMS_DATABASE_CALL_TIMEOUT: '120s',
}

/** How long an instance knows a record that it has found. */
export const knownFor = (duration: string): Settings => ({ KMS_RECORD_CACHE_TTL: duration })

export interface TestInstances extends Instances {
  /** The database, past the proxies. */
  readonly databaseUrl: string
}

/** Two instances on a new database, stopped when the test has ended. */
export async function testInstances(t: Test, servers: TestServers, settings: Settings = {}): Promise<TestInstances> {
  const databaseUrl = newDatabase(t, servers.mongo.server)
  const environment = { ...servers.settings(new URL(databaseUrl).pathname.slice(1)), ...patient, ...settings }
  const instances = await startInstances({ directory: servers.directory, environment }, servers.record)
  t.teardown(() => instances.stop())
  return { ...instances, databaseUrl }
}

/** The URL of a keystore or key at one instance. */
export function at({ url }: { readonly url: string }, other: string): string {
  return `${url}${new URL(other).pathname}`
}

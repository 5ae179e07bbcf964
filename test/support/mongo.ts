import { randomBytes } from 'node:crypto'
import { type MongoOptions, openMongoKeyStore } from '@keyhold/adapters/store-mongo/mongo-key-store.js'
import type { KeyStorePort } from '@keyhold/core'
import type { ServerProcess } from '@keyhold/scripts/servers/process.js'
import {
  databaseUrl,
  type MongoOptions as MongoServerOptions,
  type Server,
  type Skipped,
  startMongo,
} from '@keyhold/scripts/servers/start.js'
import { type Db, type Document, MongoClient } from 'mongodb'
import type { Test } from 'tap'
import { temporaryDirectory } from './temporary-directory.ts'

export { databaseUrl }

export interface ServerOptions extends Pick<MongoServerOptions, 'replicaSet' | 'failPoints'> {
  /** Commands that make users; nobody else is let in then. */
  readonly users?: readonly Document[]
}

/** Runs tests against a server of their own. Where none can be had that is one skipped test, which says why. */
export async function withMongo(
  t: Test,
  name: string,
  options: ServerOptions,
  tests: (t: Test, server: Server, directory: string) => Promise<void>,
): Promise<void> {
  await t.test(name, async t => {
    const directory = await temporaryDirectory(t)
    const server = await serverOf(directory, options)
    if ('skip' in server) {
      await t.test('no server', { skip: server.skip }, async () => {})
      return
    }
    t.teardown(() => server.stop())
    await t.test(server.name, t => tests(t, server, directory))
  })
}

async function serverOf(directory: string, { users, ...options }: ServerOptions): Promise<Server | Skipped> {
  const server = await startMongo({ ...options, directory })
  if (users === undefined || 'skip' in server) return server
  if (server.process === undefined) return { skip: 'somebody else runs the server, and knows its users' }
  const client = new MongoClient(server.url)
  for (const user of users) await client.db('admin').command(user)
  // Flushes the users too, for the server is killed.
  await client
    .db('kh')
    .collection('flushed')
    .insertOne({}, { writeConcern: { w: 'majority', j: true } })
  await client.close()
  await server.stop()
  return startMongo({ ...options, directory, auth: true })
}

export type KillableServer = Server & { readonly process: ServerProcess }

/** The same, for tests that stop the server or kill it. */
export async function withKillableMongo(
  t: Test,
  name: string,
  options: ServerOptions,
  tests: (t: Test, server: KillableServer, directory: string) => Promise<void>,
): Promise<void> {
  await withMongo(t, name, options, async (t, server, directory) => {
    const { process } = server
    if (process !== undefined) return tests(t, { ...server, process }, directory)
    await t.test('not ours', { skip: 'somebody else runs it, and it cannot be killed' }, async () => {})
  })
}

/** The URL of a new database on a server. It is dropped when the test has ended, if the server still answers. */
export function newDatabase(t: Test, server: Pick<Server, 'url'>): string {
  const url = databaseUrl(server.url, `kh_${randomBytes(6).toString('hex')}`)
  t.teardown(async () => {
    const client = new MongoClient(url, { serverSelectionTimeoutMS: 500 })
    await client
      .db()
      .dropDatabase()
      .catch(() => undefined)
    await client.close()
  })
  return url
}

/** A server's URL with more options. */
export function withOptions(url: string, options: string): string {
  return url + (url.includes('?') ? '&' : '?') + options
}

/** Times that a busy machine keeps. */
export const patient = { startTimeout: 30_000, callTimeout: 10_000 } as const

/** A store that is closed when the test has ended. */
export async function openMongo(t: Test, url: string, options: Partial<MongoOptions> = {}): Promise<KeyStorePort> {
  const store = await openMongoKeyStore({ url, ...patient, ...options })
  t.teardown(() => store.close())
  return store
}

/** The database itself, past the store. */
export function rawDatabase(t: Test, url: string): Db {
  const client = new MongoClient(url)
  t.teardown(() => client.close())
  return client.db()
}

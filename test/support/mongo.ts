import { randomBytes } from 'node:crypto'
import { type MongoOptions, openMongoKeyStore } from '@keyhold/adapters/store-mongo/mongo-key-store.js'
import type { KeyStorePort } from '@keyhold/core'
import { databaseUrl, type Server, startMongo } from '@keyhold/scripts/servers/start.js'
import { type Db, MongoClient } from 'mongodb'
import type { Test } from 'tap'
import { temporaryDirectory } from './temporary-directory.ts'

export { databaseUrl }

export type ServerOptions = Omit<Parameters<typeof startMongo>[0], 'directory'>

/** Runs tests against a server of their own. Where none can be had that is one skipped test, which says why. */
export async function withMongo(
  t: Test,
  name: string,
  options: ServerOptions,
  tests: (t: Test, server: Server) => Promise<void>,
): Promise<void> {
  const directory = await temporaryDirectory(t)
  const server = await startMongo({ ...options, directory })
  if ('skip' in server) {
    await t.test(name, { skip: server.skip }, async () => {})
    return
  }
  t.teardown(() => server.stop())
  await t.test(`${name}: ${server.name}`, { timeout: 240_000 }, t => tests(t, server))
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

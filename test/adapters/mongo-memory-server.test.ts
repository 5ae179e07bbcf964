import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { keyStoreContract } from '@keyhold/contract'
import { MongoMemoryReplSet, MongoMemoryServer } from 'mongodb-memory-server-core'
import t, { type Test } from 'tap'
import { newDatabase, openMongo } from '../support/mongo.ts'

const starts = {
  standalone: (binary: Binary) => MongoMemoryServer.create({ binary, instance: { storageEngine: 'wiredTiger' } }),
  'replica set': (binary: Binary) =>
    MongoMemoryReplSet.create({ binary, replSet: { count: 1, storageEngine: 'wiredTiger' } }),
}

for (const [name, start] of Object.entries(starts)) {
  await t.test(`the contract on mongod, ${name}`, async t => {
    const binary = await findBinary()
    if (binary === undefined) {
      const skip = 'no mongod on PATH, and neither MONGOMS_SYSTEM_BINARY nor MONGOMS_VERSION says where to get one'
      await t.test('no server', { skip }, async () => {})
      return
    }
    const server = await start(binary)
    t.teardown(async () => void (await server.stop()))
    await contractOn(t, server.getUri())
  })
}

async function contractOn(t: Test, url: string): Promise<void> {
  await keyStoreContract(t, async t => openMongo(t, newDatabase(t, { url })), {
    async openPair(t) {
      const database = newDatabase(t, { url })
      return [await openMongo(t, database), await openMongo(t, database)]
    },
  })
}

interface Binary {
  readonly systemBinary?: string
}

/** Of this machine; one is fetched from elsewhere only if the environment asks for a version. */
async function findBinary(): Promise<Binary | undefined> {
  const named = process.env['MONGOMS_SYSTEM_BINARY']
  if (named !== undefined) return { systemBinary: named }
  if (process.env['MONGOMS_VERSION'] !== undefined) return {}
  for (const directory of process.env['PATH']?.split(delimiter) ?? []) {
    const systemBinary = join(directory, 'mongod')
    const isThere = await access(systemBinary, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return { systemBinary }
  }
  return undefined
}

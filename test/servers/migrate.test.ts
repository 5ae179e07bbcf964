import { openEmbeddedKeyStore } from '@keyhold/adapters'
import { type KeyStorePort, restoreBackup, sealBackup } from '@keyhold/core'
import { moveStore } from '@keyhold/core/transfer/move.js'
import t, { type Test } from 'tap'
import { allRecords } from '../support/all-records.ts'
import { buildApp } from '../support/build-app.ts'
import { keyhold } from '../support/cli-process.ts'
import { openStore } from '../support/embedded-store.ts'
import { newDatabase, openMongo, withMongo } from '../support/mongo.ts'
import { MortalKeyStore } from '../support/mortal-key-store.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { testPorts } from '../support/test-ports.ts'
import { stillWorth, useStore } from '../support/used-store.ts'

await withMongo(t, 'a move from a directory to MongoDB and back', {}, async (t, server) => {
  await t.test('changes nothing, and the keys are in use at each end', async t => {
    const source = await openStore(t, await temporaryDirectory(t))
    const possessions = await useStore(t, source, { keystores: 52, keys: 52 })
    const all = await allRecords(source)
    const database = await openMongo(t, newDatabase(t, server))
    await moveStore(source, database)
    t.strictSame(await allRecords(database), all)
    t.ok(await stillWorth(await buildApp(t, { ports: { store: database } }), possessions))
    const back = await openStore(t, await temporaryDirectory(t))
    await moveStore(database, back)
    t.strictSame(await allRecords(back), all)
    t.ok(await stillWorth(await buildApp(t, { ports: { store: back } }), possessions))
  })

  await t.test('goes on after it was killed, and nothing opens the target meanwhile', async t => {
    const source = await openStore(t, await temporaryDirectory(t))
    await useStore(t, source, { keystores: 3, keys: 3 })
    const all = await allRecords(source)
    for (const writes of [1, 4, all.length - 1, all.length]) {
      const database = await openMongo(t, newDatabase(t, server))
      await t.rejects(moveStore(source, new MortalKeyStore(database, writes, false)), { code: 'STORE_UNAVAILABLE' })
      const ports = { ...testPorts('keyhold'), store: database }
      await t.rejects(buildApp(t, { ports }), { code: 'STORE_MISMATCH' }, `after ${writes} writes`)
      await moveStore(source, database)
      t.strictSame(await allRecords(database), all)
    }
  })

  await t.test('by a backup of each, killed on its way', async t => {
    const source = await openStore(t, await temporaryDirectory(t))
    const possessions = await useStore(t, source, { keystores: 52, keys: 52 })
    const all = await allRecords(source)
    const { lock, random } = testPorts('keyhold')
    const backupOf = async (store: KeyStorePort) => {
      const pieces: Uint8Array[] = []
      await sealBackup({ store, lock, random }, async bytes => void pieces.push(Uint8Array.from(bytes)))
      return async function* () {
        yield* pieces
      }
    }
    const database = await openMongo(t, newDatabase(t, server))
    const killed = { store: new MortalKeyStore(database, 70, false), lock, random }
    await t.rejects(restoreBackup(killed, await backupOf(source)), { code: 'STORE_UNAVAILABLE' })
    await restoreBackup({ store: database, lock, random }, await backupOf(source))
    t.strictSame(await allRecords(database), all)
    t.ok(await stillWorth(await buildApp(t, { ports: { store: database } }), possessions))
    const back = await openStore(t, await temporaryDirectory(t))
    await restoreBackup({ store: back, lock, random }, await backupOf(database))
    t.strictSame(await allRecords(back), await allRecords(database))
  })

  await t.test('by the command, with prefixes', async t => {
    const [first, last] = [await temporaryDirectory(t), await temporaryDirectory(t)]
    const all = await filled(t, first)
    const url = newDatabase(t, server)
    const there = await keyhold(['migrate', '--prefix-to', 'moved_', '--json'], {
      environment: { KEYHOLD_MIGRATE_FROM: `embedded:${first}`, KEYHOLD_MIGRATE_TO: url },
    })
    t.match(there, { code: 0, stderr: '' })
    t.match(JSON.parse(there.stdout), { copied: all.length - 1, endedBefore: false })
    t.strictSame(await allRecords(await openMongo(t, url, { prefix: 'moved_' })), all)
    const back = await keyhold(['migrate', '--from', url, '--prefix-from', 'moved_', '--to', `embedded:${last}`])
    t.match(back, { code: 0, stderr: '' })
    t.strictSame(await allRecords(await openStore(t, last)), all)
    const none = await keyhold(['migrate', '--from', url, '--to', `embedded:${await temporaryDirectory(t)}`])
    t.match(none, { code: 1, stderr: /there is nothing to move/ }, 'under another prefix')
  })
})

async function filled(t: Test, directory: string) {
  const store = await openEmbeddedKeyStore({ directory })
  await useStore(t, store, { keystores: 3, keys: 3 })
  const all = await allRecords(store)
  await store.close()
  return all
}

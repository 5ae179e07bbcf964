import { openEmbeddedKeyStore } from '@keyhold/adapters'
import { moveStore } from '@keyhold/scripts/migrate/move.js'
import t, { type Test } from 'tap'
import { allRecords } from '../support/all-records.ts'
import { buildApp } from '../support/build-app.ts'
import { openStore } from '../support/embedded-store.ts'
import { migrate } from '../support/migrate-process.ts'
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

  await t.test('by the command, with prefixes', async t => {
    const [first, last] = [await temporaryDirectory(t), await temporaryDirectory(t)]
    const all = await filled(t, first)
    const url = newDatabase(t, server)
    const there = await migrate(['--prefix-to', 'moved_', '--json'], {
      KEYHOLD_MIGRATE_FROM: `embedded:${first}`,
      KEYHOLD_MIGRATE_TO: url,
    })
    t.match(there, { code: 0, stderr: '' })
    t.match(JSON.parse(there.stdout), { copied: all.length - 1, endedBefore: false })
    t.strictSame(await allRecords(await openMongo(t, url, { prefix: 'moved_' })), all)
    const back = await migrate(['--from', url, '--prefix-from', 'moved_', '--to', `embedded:${last}`])
    t.match(back, { code: 0, stderr: '' })
    t.strictSame(await allRecords(await openStore(t, last)), all)
    const none = await migrate(['--from', url, '--to', `embedded:${await temporaryDirectory(t)}`])
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

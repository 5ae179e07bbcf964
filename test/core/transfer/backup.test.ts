import { MemoryKeyStore, systemRandom } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { type KeyStorePort, openKms, restoreBackup, sealBackup, succeedLock, verifyBackup } from '@keyhold/core'
import t, { type Test } from 'tap'
import { allRecords } from '../../support/all-records.ts'
import { buildApp } from '../../support/build-app.ts'
import { openStore } from '../../support/embedded-store.ts'
import { MortalKeyStore } from '../../support/mortal-key-store.ts'
import { RecordingKeyStore } from '../../support/recording-key-store.ts'
import { allWork, bothLocks, lockOf, portsOf, sealStore } from '../../support/sealed-store.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { testPorts } from '../../support/test-ports.ts'
import { stillWorth, useStore } from '../../support/used-store.ts'

/** The bytes of a backup. */
async function backupOf(store: KeyStorePort, lock = testPorts('keyhold').lock): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  await sealBackup({ store, lock, random: systemRandom() }, async bytes => void pieces.push(Uint8Array.from(bytes)))
  return Buffer.concat(pieces)
}

/** Reads bytes in pieces that fit nothing. */
const reading = (bytes: Uint8Array, length = 10_007) =>
  async function* () {
    for (let from = 0; from < bytes.length; from += length) yield bytes.subarray(from, from + length)
  }

const restore = (store: KeyStorePort, backup: Uint8Array, lock = testPorts('keyhold').lock) =>
  restoreBackup({ store, lock, random: systemRandom() }, reading(backup))

const small = { keystores: 3, keys: 3 }

const stores: Readonly<Record<string, (t: Test) => Promise<KeyStorePort>>> = {
  embedded: async t => openStore(t, await temporaryDirectory(t)),
  memory: async () => new MemoryKeyStore(),
}

for (const [name, open] of Object.entries(stores)) {
  t.test(`everything is there again, and in use: ${name} store`, async t => {
    const [source, target] = [await open(t), await open(t)]
    const possessions = await useStore(t, source, { keystores: 53, keys: 53 })
    const before = await allRecords(source)
    const recorded = new RecordingKeyStore(source)
    const backup = await backupOf(recorded)
    t.strictSame(recorded.written, [], 'nothing was written to the source')
    const report = await restore(target, backup)
    t.match(report, {
      records: { 'server-keys': 1, keystores: 53, keys: 105, revocations: 1, sessions: 1 },
      copied: 161,
      endedBefore: false,
    })
    t.strictSame(await allRecords(target), before)
    t.ok(await stillWorth(await buildApp(t, { ports: { store: target } }), possessions))
    t.match(await restore(target, await backupOf(source)).catch(error => error), { copied: 0, endedBefore: true })
  })
}

t.test('a backup shows nothing of the store, and two of the same are not alike', async t => {
  const store = new MemoryKeyStore()
  await useStore(t, store, small)
  const [one, other] = [await backupOf(store), await backupOf(store)]
  const keystores = await store.list('keystores', '', 10)
  for (const text of ['did:example:owner', ...keystores.map(({ ids: [id] }) => id)]) t.notOk(one.includes(text), text)
  t.notOk(one.subarray(200).equals(other.subarray(200)))
})

t.test('it needs the lock that sealed it', async t => {
  const store = new MemoryKeyStore()
  await useStore(t, store, small)
  const backup = await backupOf(store)
  const target = new RecordingKeyStore(new MemoryKeyStore())
  const refusal = { code: 'STORE_MISMATCH', message: /^the backup was sealed by the lock test:\S+, the configured one/ }
  await t.rejects(restore(target, backup, testPorts('another').lock), refusal)
  t.strictSame(target.written, [])
  t.equal(await outcome(() => backupOf(store, testPorts('another').lock)), 'STORE_MISMATCH', 'and so does making it')
})

t.test('whatever was done to the file is found before anything is written', async t => {
  const store = new MemoryKeyStore()
  await useStore(t, store, { keystores: 60, keys: 330 })
  const backup = await backupOf(store)
  t.ok(backup.length > 2 * 65_536, 'several chunks')
  const without = (from: number, to: number) => Buffer.concat([backup.subarray(0, from), backup.subarray(to)])
  const changes: [name: string, bytes: Buffer][] = [
    ['empty', Buffer.alloc(0)],
    ['another file', Buffer.alloc(1000, 'another file ')],
    ['a later version', Buffer.concat([Buffer.from('KHBACKUP\x02'), backup.subarray(9)])],
    ['a byte more', Buffer.concat([backup, Buffer.alloc(1)])],
    ['twice', Buffer.concat([backup, backup])],
    ['without its second chunk', without(65_552 + 200, 2 * 65_552 + 200)],
  ]
  for (let length = 1; length < backup.length; length += 1 + Math.floor(length / 3)) {
    changes.push([`cut off after ${length}`, backup.subarray(0, length)])
  }
  changes.push(['cut off by a byte', backup.subarray(0, -1)])
  for (let at = 0; at < backup.length; at += 1 + Math.floor(at / 3)) {
    changes.push([`flipped at ${at}`, Buffer.from(backup.map((byte, index) => (index === at ? byte ^ 1 : byte)))])
  }
  for (const [name, bytes] of changes) {
    const target = new RecordingKeyStore(new MemoryKeyStore())
    const error = await restore(target, bytes).catch(error => error)
    const isTold = error?.name === 'BackupError' || error?.code === 'STORE_MISMATCH'
    t.ok(isTold, `${name}: ${error}`)
    t.strictSame(target.written, [], name)
  }
})

for (const lastIsDone of [false, true]) {
  t.test(`killed at any write, ${lastIsDone ? 'done' : 'not done'}, a restore goes on`, async t => {
    const source = new MemoryKeyStore()
    const possessions = await useStore(t, source, small)
    const [all, backup] = [await allRecords(source), await backupOf(source)]
    for (let writes = 0; writes <= all.length; writes += 1) {
      const target = new MemoryKeyStore()
      await t.rejects(restore(new MortalKeyStore(target, writes, lastIsDone), backup), { code: 'STORE_UNAVAILABLE' })
      const isBegun = writes > 0 || lastIsDone
      const isEnded = writes === all.length && lastIsDone
      if (isBegun && !isEnded) {
        await t.rejects(openKms({ ...testPorts('keyhold'), store: target }), { code: 'STORE_MISMATCH' }, `${writes}`)
      }
      t.equal((await restore(target, backup)).endedBefore, isEnded)
      t.strictSame(await allRecords(target), all, `killed after ${writes}`)
      t.ok(await stillWorth(await buildApp(t, { ports: { store: target } }), possessions))
    }
  })
}

t.test('a store that is not empty is refused, and not touched', async t => {
  const source = new MemoryKeyStore()
  await useStore(t, source, small)
  const backup = await backupOf(source)
  const inUse = new MemoryKeyStore()
  await openKms({ ...testPorts('another'), store: inUse })
  const headless = new MemoryKeyStore()
  const [record] = await source.list('keystores', '', 1)
  if (record !== undefined) await headless.add(record)
  for (const inner of [inUse, headless]) {
    const target = new RecordingKeyStore(inner)
    await t.rejects(restore(target, backup), { name: 'MoveError' })
    t.strictSame(target.written, [])
  }
  const restored = new MemoryKeyStore()
  await restore(restored, backup)
  await useStore(t, restored, small)
  const target = new RecordingKeyStore(restored)
  await t.rejects(restore(target, backup), { name: 'BackupError', message: /it was used in between/ })
  t.strictSame(target.written, [])
})

t.test('what is not a store gives no backup', async t => {
  t.match(await backupOf(new MemoryKeyStore()).catch(error => error), { name: 'MoveError', message: /nothing to move/ })
})

t.test('a backup of a store whose lock is being succeeded is restored with both', async t => {
  const store = new MemoryKeyStore()
  const signed = await sealStore(store, 3)
  const ports = { store: new MortalKeyStore(store, 3, false), random: systemRandom() }
  const locks = { lock: lockOf(2), former: lockOf(1) }
  await succeedLock(ports, locks, { settle: async () => undefined }).catch(() => undefined)
  const backup = await backupOf(store, bothLocks(store))
  const target = new MemoryKeyStore()
  await restore(target, backup, bothLocks(target))
  t.ok(await allWork(target, bothLocks(target), signed))
  await succeedLock({ ...ports, store: target }, locks, { settle: async () => undefined })
  t.ok(await allWork(target, lockOf(2), signed))
  t.match(await restore(new MemoryKeyStore(), backup, lockOf(2)).catch(error => error), { code: 'STORE_MISMATCH' })
})

t.test('a store that is written to meanwhile', async t => {
  const store = new MemoryKeyStore()
  const signed = await sealStore(store, 60)
  const kms = await openKms(portsOf(store, bothLocks(store)))
  let isChanged = false
  const changing = Object.assign(Object.create(store) as KeyStorePort, {
    find: (...place: Parameters<MemoryKeyStore['find']>) => store.find(...place),
    async list(...place: Parameters<KeyStorePort['list']>) {
      if (place[0] === 'keys' && !isChanged) {
        isChanged = true
        await succeedLock(
          { store, random: systemRandom() },
          { lock: lockOf(2), former: lockOf(1) },
          { settle: async () => undefined },
        )
      }
      return store.list(...place)
    },
  })
  const refused = { name: 'BackupError', message: /the server lock of the store was changed meanwhile/ }
  await t.rejects(backupOf(changing, bothLocks(store)), refused, 'its lock')
  const target = new MemoryKeyStore()
  await restore(target, await backupOf(store, lockOf(2)), lockOf(2))
  t.ok(await allWork(target, lockOf(2), signed))
  kms.close()
})

t.test('a snapshot of an embedded store is of one moment, whatever is written later', async t => {
  const directory = await temporaryDirectory(t)
  const store = await openStore(t, directory)
  await useStore(t, store, small)
  const before = await allRecords(store)
  const { openEmbeddedKeyStore } = await import('@keyhold/adapters')
  const snapshot = await openEmbeddedKeyStore({ directory, existing: true, snapshot: true })
  t.teardown(() => snapshot.close())
  await useStore(t, store, small)
  t.strictSame(await allRecords(snapshot), before)
  const [record] = await store.list('server-keys', '', 1)
  if (record === undefined) throw new Error('there is no record')
  t.equal(await outcome(() => snapshot.add({ ...record, ids: ['new'] })), 'STORE_UNAVAILABLE')
  const target = new MemoryKeyStore()
  const backup = await backupOf(snapshot)
  await verifyBackup(testPorts('keyhold').lock, reading(backup))
  await restore(target, backup)
  t.strictSame(await allRecords(target), before)
  t.not((await allRecords(store)).length, before.length)
})

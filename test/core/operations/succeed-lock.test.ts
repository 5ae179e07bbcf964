import { MemoryKeyStore, systemRandom } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { type KeyStorePort, KmsError, type LockPort, openKms, type StoredRecord, succeedLock } from '@keyhold/core'
import { findHeader } from '@keyhold/core/records/header.js'
import t from 'tap'
import { allRecords } from '../../support/all-records.ts'
import { MortalKeyStore } from '../../support/mortal-key-store.ts'
import {
  allWork,
  bothLocks,
  lockOf,
  mentions,
  portsOf,
  type Signed,
  sealStore,
  signedKeystore,
} from '../../support/sealed-store.ts'

const settled = async () => undefined

function succeed(
  store: KeyStorePort,
  { lock = lockOf(2), former = lockOf(1), settle = settled, onProgress = settled } = {},
) {
  return succeedLock({ store, random: systemRandom() }, { lock, former }, { settle, onProgress })
}

/** What is left when a service with this lock alone opens the store, and when a service with both does. */
const opensWith = (store: KeyStorePort, lock: LockPort) => outcome(() => openKms(portsOf(store, lock)))

t.test('afterwards the new lock opens everything, and the former nothing', async t => {
  const store = new MemoryKeyStore()
  const signed = await sealStore(store, 3)
  t.ok((await mentions(store, lockOf(1))) > 8)
  const report = await succeed(store)
  // Three keystores and the one with a vault, and two keys of the server's own.
  t.strictSame(report, { state: 'begun', records: 6, resealed: 6, unopened: [] })
  t.ok(await allWork(store, lockOf(2), signed))
  t.equal(await mentions(store, lockOf(1)), 0)
  t.equal(await opensWith(store, lockOf(1)), 'STORE_MISMATCH')
  const before = await allRecords(store)
  t.strictSame(await succeed(store), { state: 'ended', records: 6, resealed: 0, unopened: [] })
  t.strictSame(await allRecords(store), before, 'a second run changes nothing')
  t.match(
    await succeed(store, { lock: lockOf(3), former: lockOf(2) }),
    { state: 'begun', resealed: 6 },
    'and a third lock may follow',
  )
  t.ok(await allWork(store, lockOf(3), signed))
})

for (const lastIsDone of [false, true]) {
  t.test(`killed at any write, ${lastIsDone ? 'done' : 'not done'}, it goes on`, async t => {
    const count = 2
    for (let writes = 0; ; writes += 1) {
      const store = new MemoryKeyStore()
      const signed = await sealStore(store, count)
      const ended = await succeed(new MortalKeyStore(store, writes, lastIsDone)).then(
        () => true,
        () => false,
      )
      if (ended) {
        // The header, twice, three keystores and two keys of the server's own.
        t.equal(writes, 7, 'every write was tried')
        break
      }
      const name = `after ${writes}`
      const isBegun = writes > 0 || lastIsDone
      const isOver = writes === 6 && lastIsDone
      t.ok(await allWork(store, bothLocks(store), signed), `${name}: both locks together open everything`)
      t.equal(await opensWith(store, lockOf(1)), isBegun ? 'STORE_MISMATCH' : 'done', `${name}: the former alone`)
      t.equal(await opensWith(store, lockOf(2)), isOver ? 'done' : 'STORE_MISMATCH', `${name}: the new alone`)
      const more = await signedKeystore(await openKms(portsOf(store, bothLocks(store))))
      t.match(await succeed(store), { unopened: [], state: isOver ? 'ended' : isBegun ? 'resumed' : 'begun' }, name)
      t.ok(await allWork(store, lockOf(2), [...signed, more]))
      t.equal(await mentions(store, lockOf(1)), 0)
    }
  })
}

t.test('services that know both go on, and what they make meanwhile is sealed by the new lock', async t => {
  const store = new MemoryKeyStore()
  const signed = await sealStore(store, 20)
  const early = await openKms(portsOf(store, bothLocks(store)))
  signed.push(await signedKeystore(early))
  t.ok((await mentions(store, lockOf(2))) === 0, 'until it has begun the former lock seals')
  let made: Promise<Signed>[] = []
  const report = await succeed(store, {
    onProgress: async () => {
      made = [...made, signedKeystore(early)]
    },
  })
  t.ok(made.length >= report.records)
  signed.push(...(await Promise.all(made)))
  t.ok(await allWork(store, lockOf(2), signed))
  t.equal(await mentions(store, lockOf(1)), 0)
})

t.test('what a service seals by the former lock before all know of the new one is sealed anew', async t => {
  const store = new MemoryKeyStore()
  const signed = await sealStore(store, 1)
  const slow = await openKms(portsOf(store, lockOf(1)))
  const settle = async () => void signed.push(await signedKeystore(slow))
  t.match(await succeed(store, { settle }), { resealed: 5 })
  t.ok(await allWork(store, lockOf(2), signed))
  signed.push(await signedKeystore(slow))
  t.match(
    await succeed(store),
    { state: 'ended', resealed: 1 },
    'also one that comes when all has ended, by another run',
  )
  t.ok(await allWork(store, lockOf(2), signed))
  t.equal(await mentions(store, lockOf(1)), 0)
})

t.test('a record that a service changes at the same moment is read again', async t => {
  const store = new MemoryKeyStore()
  const signed = await sealStore(store, 2)
  const kms = await openKms(portsOf(store, bothLocks(store)))
  const [first] = signed
  let raced = false
  const racing = Object.assign(Object.create(store) as KeyStorePort, {
    async replace(record: StoredRecord) {
      if (!raced && record.ids[0] === first?.keystoreId) {
        raced = true
        const keystore = await kms.records.findKeystore(record.ids[0])
        if (keystore)
          await kms.records.replaceKeystore({ ...keystore, jwks: 'public', revision: keystore.revision + 1 })
      }
      await store.replace(record)
    },
    add: (record: StoredRecord) => store.add(record),
    find: (...place: Parameters<MemoryKeyStore['find']>) => store.find(...place),
    list: (...place: Parameters<KeyStorePort['list']>) => store.list(...place),
  })
  t.match(await succeed(racing), { unopened: [] })
  t.ok(raced)
  t.match(await kms.records.findKeystore(first?.keystoreId ?? ''), { jwks: 'public' }, 'the change is kept')
  t.ok(await allWork(store, lockOf(2), signed))
})

t.test('what neither lock opens is named, and everything else is done, and it does not end', async t => {
  const store = new MemoryKeyStore()
  const signed = await sealStore(store, 3)
  const id = signed[1]?.keystoreId ?? ''
  const record = await store.find('keystores', '', id)
  if (record === undefined) throw new Error('there is no such keystore')
  await store.remove('keystores', '', id, record.revision)
  await store.add({ ...record, body: record.body.map((byte, at) => (at === record.body.length - 1 ? byte ^ 1 : byte)) })
  t.match(await succeed(store), { state: 'begun', records: 6, resealed: 5, unopened: [`keystores: ${id}`] })
  t.equal(await opensWith(store, lockOf(2)), 'STORE_MISMATCH')
  t.match(await succeed(store), { state: 'resumed', resealed: 0, unopened: [`keystores: ${id}`] })
  await store.remove('keystores', '', id, record.revision)
  await store.add(record)
  t.match(await succeed(store), { state: 'resumed', resealed: 1, unopened: [] })
  t.ok(await allWork(store, lockOf(2), signed))
})

t.test('other locks than those of the store are refused, and nothing is written', async t => {
  const store = new MemoryKeyStore()
  await sealStore(store, 1)
  const begun = new MemoryKeyStore()
  await sealStore(begun, 1)
  await succeed(new MortalKeyStore(begun, 2, false)).catch(() => undefined)
  const broken: LockPort = Object.assign(Object.create(lockOf(2)), {
    id: lockOf(2).id,
    lock: (...args: Parameters<LockPort['lock']>) => lockOf(2).lock(...args),
    unlock: () => Promise.reject(new KmsError('LOCK_REFUSED', 'may not')),
  })
  const cases: readonly (readonly [name: string, store: KeyStorePort, locks: object, code: string])[] = [
    ['nothing is sealed yet', new MemoryKeyStore(), {}, 'STORE_MISMATCH'],
    ['neither of them', store, { lock: lockOf(3), former: lockOf(4) }, 'STORE_MISMATCH'],
    ['the other way round', store, { lock: lockOf(3), former: lockOf(2) }, 'STORE_MISMATCH'],
    ['a third one, before the second has ended', begun, { lock: lockOf(3), former: lockOf(2) }, 'STORE_MISMATCH'],
    ['back, before it has ended', begun, { lock: lockOf(1), former: lockOf(2) }, 'STORE_MISMATCH'],
    ['one that may lock and not open', store, { lock: broken }, 'LOCK_REFUSED'],
  ]
  for (const [name, store, locks, code] of cases) {
    const before = [await findHeader(store), await allRecords(store)]
    t.equal(await outcome(() => succeed(store, locks)), code, name)
    t.strictSame([await findHeader(store), await allRecords(store)], before, name)
  }
})

t.test('progress is told to the last record', async t => {
  const store = new MemoryKeyStore()
  await sealStore(store, 60)
  const told: (readonly [number, number])[] = []
  await succeed(store, {
    onProgress: async (...progress: readonly number[]) => void told.push(progress as [number, number]),
  })
  t.ok(told.every(([done, total]) => done <= total && total === 63))
  t.strictSame(told.at(-1), [63, 63])
})

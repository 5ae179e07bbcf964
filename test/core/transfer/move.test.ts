import { MemoryKeyStore } from '@keyhold/adapters'
import { buildServer } from '@keyhold/app'
import { type KeyStorePort, openKms, type StoredRecord } from '@keyhold/core'
import { findHeader, moveMarker } from '@keyhold/core/records/header.js'
import { moveStore, type Progress } from '@keyhold/core/transfer/move.js'
import t, { type Test } from 'tap'
import { allRecords } from '../../support/all-records.ts'
import { buildApp } from '../../support/build-app.ts'
import { openStore } from '../../support/embedded-store.ts'
import { MortalKeyStore } from '../../support/mortal-key-store.ts'
import { RecordingKeyStore } from '../../support/recording-key-store.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { testPorts } from '../../support/test-ports.ts'
import { stillWorth, useStore } from '../../support/used-store.ts'

const small = { keystores: 3, keys: 3 }
/** More of each than a page holds. */
const large = { keystores: 103, keys: 103 }

const targets: Readonly<Record<string, (t: Test) => Promise<KeyStorePort>>> = {
  embedded: async t => openStore(t, await temporaryDirectory(t)),
  memory: async () => new MemoryKeyStore(),
}

for (const [name, open] of Object.entries(targets)) {
  t.test(`from an embedded store to a new one: ${name}`, async t => {
    const [source, target] = [await openStore(t, await temporaryDirectory(t)), await open(t)]
    const possessions = await useStore(t, source, large)
    const before = await allRecords(source)
    const recorded = new RecordingKeyStore(source)
    const report = await moveStore(recorded, target)
    t.strictSame(report, {
      records: { 'server-keys': 1, keystores: 103, keys: 205, revocations: 1, sessions: 1 },
      copied: 311,
      endedBefore: false,
    })
    t.strictSame(await allRecords(target), before, 'everything is there, as it was')
    t.strictSame(await allRecords(source), before)
    t.strictSame(recorded.written, [], 'nothing was written to the source')
    t.ok(await stillWorth(await buildApp(t, { ports: { store: target } }), possessions), 'the keys are in use again')
  })
}

t.test('back again, everything is as it was', async t => {
  const [source, there, back] = [new MemoryKeyStore(), await targets['embedded']?.(t), new MemoryKeyStore()]
  if (there === undefined) throw new Error('no store')
  await useStore(t, source, small)
  await moveStore(source, there)
  await moveStore(there, back)
  t.strictSame(await allRecords(back), await allRecords(source))
})

for (const lastIsDone of [false, true]) {
  t.test(`killed at any write, which is ${lastIsDone ? 'done' : 'not done'}, it goes on`, async t => {
    const source = new MemoryKeyStore()
    const possessions = await useStore(t, source, small)
    const all = await allRecords(source)
    for (let writes = 0; writes <= all.length; writes += 1) {
      const target = new MemoryKeyStore()
      await t.rejects(moveStore(source, new MortalKeyStore(target, writes, lastIsDone)), { code: 'STORE_UNAVAILABLE' })
      const isBegun = writes > 0 || lastIsDone
      const isEnded = writes === all.length && lastIsDone
      if (isBegun && !isEnded) {
        await t.rejects(openKms({ ...testPorts('keyhold'), store: target }), { code: 'STORE_MISMATCH' }, `${writes}`)
      }
      const { endedBefore } = await moveStore(source, target)
      t.equal(endedBefore, isEnded)
      t.strictSame(await allRecords(target), all, `killed after ${writes}`)
      t.ok(await stillWorth(await buildApp(t, { ports: { store: target } }), possessions))
    }
    t.strictSame((await moveStore(source, new MortalKeyStore(new MemoryKeyStore(), all.length + 1, false))).records, {
      'server-keys': 1,
      keystores: 3,
      keys: 5,
      revocations: 1,
      sessions: 1,
    })
  })
}

t.test('killed again and again it comes to its end, two writes at a time', async t => {
  const [source, target] = [new MemoryKeyStore(), new MemoryKeyStore()]
  await useStore(t, source, small)
  let runs = 1
  const most = 20
  const run = () =>
    moveStore(source, new MortalKeyStore(target, 2, false)).then(
      () => true,
      () => false,
    )
  while (!(await run()) && runs < most) runs += 1
  t.ok(runs > 3 && runs < most, `${runs} runs`)
  t.strictSame(await allRecords(target), await allRecords(source))
})

t.test('two runs at once end in the same', async t => {
  const [source, target] = [new MemoryKeyStore(), new MemoryKeyStore()]
  await useStore(t, source, small)
  await Promise.all([moveStore(source, target), moveStore(source, target), moveStore(source, target)])
  t.strictSame(await allRecords(target), await allRecords(source))
})

t.test('a service does not start on a target before the move has ended', async t => {
  const [source, target] = [new MemoryKeyStore(), new MemoryKeyStore()]
  await useStore(t, source, small)
  await t.rejects(moveStore(source, new MortalKeyStore(target, 5, false)))
  const before = await allRecords(target)
  const refusal = { code: 'STORE_MISMATCH', message: /a move of another store into this one has not ended/ }
  await t.rejects(buildServer({ ports: { ...testPorts('keyhold'), store: target } }), refusal)
  t.strictSame(await allRecords(target), before, 'and writes nothing')
  t.ok(await stillWorth(await buildApp(t, { ports: { store: source } }), await useStore(t, source, small)))
})

t.test('a source that cannot be moved is refused, and the target not touched', async t => {
  const moving = new MemoryKeyStore()
  await moving.add(moveMarker)
  const strange = new MemoryKeyStore()
  await strange.add({ ...moveMarker, body: Uint8Array.of(0) })
  const sources: readonly (readonly [message: RegExp, source: KeyStorePort])[] = [
    [/there is nothing to move/, new MemoryKeyStore()],
    [/the source is itself the target of a move/, moving],
    [/the header of the source cannot be read/, strange],
  ]
  for (const [message, source] of sources) {
    const target = new RecordingKeyStore(new MemoryKeyStore())
    await t.rejects(moveStore(source, target), { name: 'MoveError', message })
    t.strictSame(target.written, [])
  }
})

t.test('a target that is in use, or not empty, is refused and not touched', async t => {
  const source = new MemoryKeyStore()
  await useStore(t, source, small)
  const inUse = new MemoryKeyStore()
  await openKms({ ...testPorts('another'), store: inUse })
  const headless = new MemoryKeyStore()
  await headless.add(await someRecord(source, 'keystores'))
  const targets: readonly (readonly [message: RegExp, target: KeyStorePort])[] = [
    [/the target is the store of another service/, inUse],
    [/the target is not empty \(keystores: [^)]+\)/, headless],
  ]
  for (const [message, inner] of targets) {
    const target = new RecordingKeyStore(inner)
    await t.rejects(moveStore(source, target), { name: 'MoveError', message })
    t.strictSame(target.written, [])
  }
})

t.test('a record of the target that differs is named, and nothing overwritten', async t => {
  const source = new MemoryKeyStore()
  await useStore(t, source, small)
  for (const collection of ['server-keys', 'keystores', 'keys'] as const) {
    const record = await someRecord(source, collection)
    const changes: Readonly<Record<string, StoredRecord>> = {
      'another body': { ...record, body: Buffer.concat([record.body, Uint8Array.of(0)]) },
      'another revision': { ...record, revision: record.revision + 1 },
      'an id more': { ...record, ids: [...record.ids, 'more'] },
      'its id is another record’s': { ...record, ids: ['another', ...record.ids] },
    }
    for (const [name, change] of Object.entries(changes)) {
      const target = await begun(change)
      const message = new RegExp(`differs from the one of the source \\(${collection}.*: ${record.ids[0]}\\)`)
      await t.rejects(moveStore(source, target), { name: 'MoveError', message }, `${collection}: ${name}`)
      const found = await target.find(collection, record.scope, change.ids[0])
      t.strictSame(found && { ...found, body: Buffer.from(found.body) }, { ...change, body: Buffer.from(change.body) })
      t.strictSame(await findHeader(target), moveMarker, 'the move has not ended')
    }
  }
})

t.test('what the target has more is found, wherever it is', async t => {
  const source = new MemoryKeyStore()
  await useStore(t, source, small)
  const key = await someRecord(source, 'keys')
  const places: readonly Pick<StoredRecord, 'collection' | 'scope'>[] = [
    { collection: 'server-keys', scope: '' },
    { collection: 'keystores', scope: '' },
    { collection: 'keys', scope: key.scope },
    { collection: 'revocations', scope: key.scope },
  ]
  for (const place of places) {
    for (const id of [' first', '~last']) {
      const target = await begun({ ...key, ...place, ids: [id] })
      const message = new RegExp(`the target has a record of its own \\(${place.collection}.*: ${id}\\)`)
      await t.rejects(moveStore(source, target), { name: 'MoveError', message })
      t.strictSame(await findHeader(target), moveMarker, 'the move has not ended')
    }
  }
})

t.test('what happens meanwhile is found at the end, and the next run goes on', async t => {
  const source = new MemoryKeyStore()
  await useStore(t, source, small)
  const key = await someRecord(source, 'keys')
  const added = { ...key, ids: ['added'] } as const
  const meanwhile = (store: KeyStorePort, change: (store: KeyStorePort) => Promise<void>) => {
    let pending: Promise<void> | undefined
    return async ({ phase, done, total }: Progress) => {
      if (phase === 'copying' && done === total) pending ??= change(store)
      await pending
    }
  }
  const target = new MemoryKeyStore()
  const lacks = /the target lacks a record of the source \(keys of .*: added\)/
  const onProgress = meanwhile(source, store => store.add(added))
  await t.rejects(
    moveStore(source, target, progress => void onProgress(progress)),
    { message: lacks },
    'in the source',
  )
  t.equal((await moveStore(source, target)).copied, 1)
  t.strictSame(await allRecords(target), await allRecords(source))

  const other = new MemoryKeyStore()
  const more = /the target has a record of its own \(keys of .*: more\)/
  const inTarget = meanwhile(other, store => store.add({ ...key, ids: ['more'] }))
  await t.rejects(
    moveStore(source, other, progress => void inTarget(progress)),
    { message: more },
    'in the target',
  )
  await other.remove('keys', key.scope, 'more', key.revision)
  t.equal((await moveStore(source, other)).copied, 0)

  const stolen = new MemoryKeyStore()
  const steal = meanwhile(stolen, store => store.remove('header', '', 'store', 0))
  const message = 'the target was changed in between'
  await t.rejects(
    moveStore(source, stolen, progress => void steal(progress)),
    { message },
    'its marker',
  )
})

t.test('a move that has ended is compared again, and nothing is written', async t => {
  const [source, target] = [new MemoryKeyStore(), new MemoryKeyStore()]
  await useStore(t, source, small)
  await moveStore(source, target)
  const recorded = new RecordingKeyStore(target)
  t.match(await moveStore(source, recorded), { copied: 0, endedBefore: true, records: { keys: 5 } })
  await (await buildApp(t, { ports: { store: target } })).key('ED25519').catch(() => undefined)
  const key = await someRecord(source, 'keys')
  await target.remove('keys', key.scope, key.ids[0], key.revision)
  await t.rejects(moveStore(source, recorded), { name: 'MoveError' }, 'a service has used the target since')
  t.strictSame(recorded.written, [])
})

t.test('progress is told from the first record to the last', async t => {
  const source = new MemoryKeyStore()
  await useStore(t, source, small)
  const told: Progress[] = []
  await moveStore(source, new MemoryKeyStore(), progress => told.push(progress))
  t.strictSame([...new Set(told.map(({ phase }) => phase))], ['counting', 'copying', 'comparing'])
  for (const phase of ['copying', 'comparing']) {
    const { done, total } = told.findLast(each => each.phase === phase) ?? {}
    t.equal(done, 11, phase)
    t.equal(total, 11)
  }
})

/** A target into which a move has begun, and that has this record. */
async function begun(record: StoredRecord): Promise<MemoryKeyStore> {
  const target = new MemoryKeyStore()
  await target.add(moveMarker)
  await target.add(record)
  return target
}

async function someRecord(
  store: KeyStorePort,
  collection: 'server-keys' | 'keystores' | 'keys',
): Promise<StoredRecord> {
  const keystores = await store.list('keystores', '', 10)
  const scopes = collection === 'keys' ? keystores.map(({ ids: [id] }) => id) : ['']
  for (const scope of scopes) {
    const [record] = await store.list(collection, scope, 1)
    if (record !== undefined) return record
  }
  throw new Error(`there is no record in ${collection}`)
}

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MemoryKeyStore, openEmbeddedKeyStore } from '@keyhold/adapters'
import { frameOf, readFrames } from '@keyhold/adapters/store-embedded/journal-file.js'
import { JournaledKeyStore } from '@keyhold/adapters/store-embedded/journaled-key-store.js'
import { keyStoreContract, outcome, tally } from '@keyhold/contract'
import { KmsError, type StoredRecord } from '@keyhold/core'
import t, { type Test } from 'tap'
import { openStore, record } from '../support/embedded-store.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { until } from '../support/until.ts'

const logged = (id: string, scope = 'scope'): StoredRecord => ({ ...record(1, id), collection: 'log', scope })
const comparable = ({ body, ...place }: StoredRecord) => ({ ...place, body: Buffer.from(body).toString() })
const journalsOf = async (directory: string) => (await readdir(directory)).filter(name => name.endsWith('.journal'))

/** A store that fails while its switch is on. */
class FullDisk extends MemoryKeyStore {
  isFull = false

  async writeAll(records: readonly StoredRecord[]): Promise<void> {
    for (const record of records) {
      const added = await outcome(() => this.add(record))
      if (added === 'STORE_UNAVAILABLE') throw new KmsError(added, 'the disk is full')
    }
  }

  override async add(record: StoredRecord): Promise<void> {
    if (this.isFull) throw new KmsError('STORE_UNAVAILABLE', 'the disk is full')
    return super.add(record)
  }
}

async function journaled(t: Test, store = new FullDisk()) {
  const directory = await temporaryDirectory(t)
  const opened = new JournaledKeyStore(store, { directory })
  t.teardown(() => opened.close())
  return { directory, store, opened }
}

await keyStoreContract(t, async t => (await journaled(t)).opened)

t.test('what was written is moved soon, and its journal is gone', async t => {
  const { directory, store, opened } = await journaled(t)
  for (const id of ['a', 'b']) await opened.add(logged(id), 'written')
  t.equal((await journalsOf(directory)).length, 1)
  t.strictSame(await store.list('log', 'scope', 9), [], 'not yet')
  await until(async () => (await journalsOf(directory)).length === 0)
  t.equal((await store.list('log', 'scope', 9)).length, 2)
  await opened.add(logged('c'), 'written')
  await opened.close()
  t.strictSame(await journalsOf(directory), [], 'a close moves what is left')
})

t.test('what is written together is acknowledged when another process could read all of it', async t => {
  const directory = await temporaryDirectory(t)
  const store = await openStore(t, directory)
  const other = await openEmbeddedKeyStore({ directory, existing: true })
  t.teardown(() => other.close())
  const ids = Array.from({ length: 1500 }, (_, index) => `${index}`.padStart(4, '0'))
  let found: Promise<StoredRecord[]> | undefined
  const add = async (id: string) => {
    await store.add(logged(id), 'written')
    found ??= other.list('log', 'scope', 9999)
  }
  t.strictSame(await tally(ids.concat('0007').map(id => () => add(id))), { done: 1500, ALREADY_EXISTS: 1 })
  t.equal((await found)?.length, 1500)
  t.strictSame(
    (await store.list('log', 'scope', 9999)).map(({ ids: [id] }) => id),
    ids,
  )
})

t.test('what is flushed is there no sooner than what was written before it', async t => {
  const { store, opened } = await journaled(t)
  await opened.add(logged('a'), 'written')
  await opened.add(logged('b'))
  t.strictSame(
    (await store.list('log', 'scope', 9)).map(({ ids }) => ids),
    [['a'], ['b']],
  )
})

t.test('while nothing can be moved nothing is taken, and afterwards all goes on', async t => {
  const { directory, store, opened } = await journaled(t)
  await opened.add(logged('a'), 'written')
  store.isFull = true
  await until(async () => (await outcome(() => opened.check())) === 'STORE_UNAVAILABLE')
  t.equal(await outcome(() => opened.add(logged('b'), 'written')), 'STORE_UNAVAILABLE')
  t.equal(await outcome(() => opened.add(logged('b'))), 'STORE_UNAVAILABLE')
  t.equal((await opened.list('log', 'scope', 9)).length, 1, 'what was acknowledged is there')
  t.equal((await journalsOf(directory)).length, 1)
  store.isFull = false
  await until(async () => (await outcome(() => opened.check())) === 'done')
  await opened.add(logged('b'), 'written')
  await until(async () => (await journalsOf(directory)).length === 0)
  t.equal((await store.list('log', 'scope', 9)).length, 2)
})

t.test('a journal that cannot be written is left, and another begun', async t => {
  const directory = join(await temporaryDirectory(t), 'missing')
  const opened = new JournaledKeyStore(new FullDisk(), { directory, untouched: true })
  t.equal(await outcome(() => opened.add(logged('a'), 'written')), 'STORE_UNAVAILABLE')
  t.equal(await outcome(() => opened.check()), 'done')
  await opened.close()
})

t.test('what a process has left behind is read at once, and moved by the next one', async t => {
  const directory = await temporaryDirectory(t)
  const records = ['a', 'b', 'c'].map(id => logged(id))
  const whole = Buffer.concat(records.map(frameOf))
  const journal = join(directory, 'left.journal')
  await writeFile(journal, whole)
  const listed = async (store: Awaited<ReturnType<typeof openStore>>) =>
    (await store.list('log', 'scope', 9)).map(comparable)

  const first = await openStore(t, directory)
  t.strictSame(await listed(first), records.map(comparable))
  await first.close()
  t.strictSame(await journalsOf(directory), ['left.journal'], 'somebody may still be writing to it')

  const [late] = [logged('d')]
  await appendFile(journal, frameOf(late))
  const before = await readFile(join(directory, 'data.mdb'))
  for (const snapshot of [false, true]) {
    const looking = await openEmbeddedKeyStore({ directory, existing: true, snapshot })
    t.equal((await listed(looking)).length, 4, 'also by whoever changes nothing')
    await looking.close()
  }
  t.ok(before.equals(await readFile(join(directory, 'data.mdb'))))

  await utimes(journal, 1, 1)
  await (await openStore(t, directory)).close()
  t.strictSame(await journalsOf(directory), [], 'nobody is')
  t.strictSame(await listed(await openStore(t, directory)), [...records, late].map(comparable))
})

t.test('a journal ends where it was cut off, or is not what was written', t => {
  const [one, two] = [frameOf(logged('a', 'ä')), frameOf(logged('b', ''))]
  const whole = Buffer.concat([one, two])
  const ids = (journal: Buffer) => [...readFrames(journal)].map(({ scope, ids: [id] }) => [scope, id])
  t.strictSame(ids(whole), [
    ['ä', 'a'],
    ['', 'b'],
  ])
  for (let length = 0; length < whole.length; length += 1) {
    t.equal(ids(whole.subarray(0, length)).length, length < one.length ? 0 : 1, `${length} bytes`)
  }
  for (let at = one.length; at < whole.length; at += 1) {
    const changed = Buffer.from(whole)
    changed[at] = (changed[at] ?? 0) ^ 1
    t.strictSame(ids(changed), [['ä', 'a']], `byte ${at}`)
  }
  t.strictSame(ids(Buffer.concat([one, Buffer.alloc(4096)])), [['ä', 'a']], 'pages that never reached the disk')
  t.end()
})

t.test('what was written survives the process', async t => {
  const directory = await temporaryDirectory(t)
  const writer = fork(fileURLToPath(import.meta.resolve('../support/log-writer.js')), [directory])
  t.teardown(() => writer.kill('SIGKILL'))
  let acknowledged = 0
  writer.on('message', () => {
    acknowledged += 1
    if (acknowledged === 300) writer.kill('SIGKILL')
  })
  await once(writer, 'exit')
  const store = await openStore(t, directory)
  const listed = await store.list('log', 'scope', 100_000)
  t.ok(listed.length >= acknowledged, `${listed.length} of ${acknowledged}`)
  t.strictSame(
    listed.map(({ ids: [id] }) => Number(id)),
    listed.map((_, index) => index),
    'and nothing is missing between',
  )
})

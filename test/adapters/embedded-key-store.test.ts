import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keyStoreContract, outcome } from '@keyhold/contract'
import { open } from 'lmdb'
import t, { type Test } from 'tap'
import { openStore, record } from '../support/embedded-store.ts'
import { type RaceResult, racedRecord } from '../support/store-racer.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

await keyStoreContract(t, async t => openStore(t, await temporaryDirectory(t)), {
  async openPair(t) {
    const directory = await temporaryDirectory(t)
    return [await openStore(t, directory), await openStore(t, directory)]
  },
})

await t.test('a store that is opened again shows what was acknowledged', async t => {
  const directory = await temporaryDirectory(t)
  const first = await openStore(t, directory)
  await first.add(record(1, 'a', 'b'))
  await first.replace(record(2, 'a', 'b', 'c'))
  await first.close()
  const second = await openStore(t, directory)
  for (const id of ['a', 'b', 'c'])
    t.match(await second.find('keys', 'scope', id), { revision: 2, ids: ['a', 'b', 'c'] })
})

await t.test('changes that come together share a commit', async t => {
  const directory = await temporaryDirectory(t)
  const store = await openStore(t, directory)
  const counts = open({ path: directory, encoding: 'binary', keyEncoding: 'binary' })
  t.teardown(() => counts.close())
  const commits = () => (counts.getStats() as { lastTxnId: number }).lastTxnId
  await store.add(record(1, 'changed'))
  const before = commits()
  await Promise.all([
    ...Array.from({ length: 64 }, (_, number) => store.add(record(1, `${number}`))),
    store.add(record(1, 'two', 'names')),
    store.replace(record(2, 'changed')),
  ])
  // One, unless this machine is so busy that LMDB has begun before it was told of all; without sharing one for each.
  t.ok(commits() - before <= 22, `${commits() - before}`)
})

await t.test('two processes on one directory', async t => {
  const directory = await temporaryDirectory(t)
  const store = await openStore(t, directory)
  const rounds = Array.from({ length: 40 }, (_, i) => i)
  for (const round of rounds) await store.add(racedRecord('replace', round, 1, 'one'))
  const racers = await Promise.all(['one', 'two'].map(name => startRacer(t, directory, name, rounds.length)))
  const results = await Promise.all(racers.map(start => start()))
  for (const kind of ['added', 'replaced'] as const) {
    const wins = results.flatMap(result => result[kind]).toSorted((a, b) => a - b)
    t.strictSame(wins, rounds, `exactly one ${kind} in every round`)
  }
  t.strictSame(
    results.map(({ unseen }) => unseen),
    [[], []],
    'each sees what the other was faster with',
  )
  for (const round of rounds) {
    const winner = results[0]?.added.includes(round) ? 'one' : 'two'
    const found = await store.find('keys', 'race', `add ${round}`)
    t.strictSame(found?.ids, racedRecord('add', round, 1, winner).ids, 'a third sees the winner')
  }
})

await t.test('nobody but the owner can read the files', async t => {
  const mode = async (...path: string[]) => ((await stat(join(...path))).mode & 0o777).toString(8)
  for (const umask of [0o022, 0]) {
    const before = process.umask(umask)
    t.teardown(() => process.umask(before))
    const directory = join(await temporaryDirectory(t), 'made', 'store')
    await openStore(t, directory)
    t.equal(await mode(directory), '700', `the directory, umask ${umask}`)
    for (const file of await readdir(directory)) t.equal(await mode(directory, file), '600', `${file}, umask ${umask}`)
  }
})

await t.test('a close while writes are under way loses nothing that was acknowledged', async t => {
  const directory = await temporaryDirectory(t)
  const store = await openStore(t, directory)
  await store.add(record(1, 'first'))
  const ids = Array.from({ length: 32 }, (_, i) => `id ${i}`)
  const outcomes = ids.map(id => outcome(() => store.add(record(1, id, `other ${id}`))))
  const closed = store.close()
  const late = await outcome(() => store.add(record(1, 'late')))
  await closed
  t.equal(late, 'STORE_UNAVAILABLE')
  const again = await openStore(t, directory)
  t.ok(await again.find('keys', 'scope', 'first'))
  const wrong: string[] = []
  for (const [i, id] of ids.entries()) {
    const ended = await outcomes[i]
    const [one, other] = [await again.find('keys', 'scope', id), await again.find('keys', 'scope', `other ${id}`)]
    if (ended !== 'done' && ended !== 'STORE_UNAVAILABLE') wrong.push(`${id}: ${ended}`)
    if (ended === 'done' && one === undefined) wrong.push(`${id}: lost`)
    if (one?.body.toString() !== other?.body.toString()) wrong.push(`${id}: half written`)
  }
  t.strictSame(wrong, [])
})

/** Starts a process that waits, and answers what makes it race. */
async function startRacer(
  t: Test,
  directory: string,
  name: string,
  rounds: number,
): Promise<() => Promise<RaceResult>> {
  const script = fileURLToPath(import.meta.resolve('../support/store-racer.js'))
  const racer = fork(script, [directory, name, String(rounds)])
  t.teardown(() => racer.kill())
  await once(racer, 'message')
  return async () => {
    racer.send('go')
    const [result] = await once(racer, 'message')
    await once(racer, 'exit')
    return result
  }
}

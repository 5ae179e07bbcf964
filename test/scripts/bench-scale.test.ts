import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type Kms, sign } from '@keyhold/core'
import { bigStore, controllerOf, openBigStore } from '@keyhold/scripts/bench/scale/big-store.js'
import { fill, records } from '@keyhold/scripts/bench/scale/fill.js'
import { measureScale, once as onlyOnce } from '@keyhold/scripts/bench/scale/measure.js'
import { measured } from '@keyhold/scripts/bench/scale/rows.js'
import { compareStarts } from '@keyhold/scripts/bench/start/report.js'
import { bareServer, measureStarts, serviceMain } from '@keyhold/scripts/bench/start/starts.js'
import { seededRandom } from '@keyhold/scripts/bench/statistics.js'
import t, { type Test } from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const controller = 'did:example:controller'
const keyType = 'ED25519'

async function open(t: Test, name = 'store') {
  const store = await bigStore(join(await temporaryDirectory(t), name))
  const { kms, close } = await openBigStore(store)
  t.teardown(close)
  return { store, kms }
}

/** How many keys each keystore has. */
async function keysIn(kms: Kms): Promise<number[]> {
  const counts: number[] = []
  for await (const { ids } of records(kms, 'keystores', '')) {
    let count = 0
    for await (const _ of records(kms, 'keys', ids[0])) count += 1
    counts.push(count)
  }
  return counts.sort()
}

t.test('a filling that was ended is gone on with, and nothing is made twice', async t => {
  const { kms } = await open(t)
  const extent = { keystores: 3, keysEach: 7, controller, keyType, atOnce: 4 }
  const ending = new AbortController()
  const first = await fill(kms, {
    ...extent,
    signal: ending.signal,
    onProgress: ({ what, done }) => what === 'keys' && done === 9 && ending.abort(),
  })
  t.equal(first.whole, false)
  t.ok(first.made >= 9 && first.made < 21, `${first.made}`)
  const seen: number[] = []
  const second = await fill(kms, { ...extent, onProgress: ({ done }) => seen.push(done) })
  t.strictSame(second, { made: 21 - first.made, whole: true })
  t.equal(seen.at(-1), 21)
  t.strictSame(await keysIn(kms), [7, 7, 7])
  t.strictSame(await fill(kms, extent), { made: 0, whole: true })
})

t.test('what fills a store is what the service makes: its keys sign', async t => {
  const { kms } = await open(t)
  await fill(kms, { keystores: 1, keysEach: 2, controller, keyType })
  for await (const { scope: keystoreId, ids } of allKeys(kms)) {
    const command = { keystoreId, keyId: ids[0], message: Buffer.from('message') }
    t.equal((await sign(kms, { kind: 'local' }, command)).length, 64)
  }
})

async function* allKeys(kms: Kms) {
  for await (const { ids } of records(kms, 'keystores', '')) yield* records(kms, 'keys', ids[0])
}

t.test('a failure ends the filling, and is told when nothing is under way any more', async t => {
  const { kms } = await open(t)
  const failing = fill(kms, { keystores: 1, keysEach: 9, controller, keyType: 'NONE' })
  await t.rejects(failing, { code: 'UNSUPPORTED_KEY_TYPE' })
})

t.test('every request is answered over both stores, and memory is looked at', async t => {
  const store = async (name: string, keystores: number) => {
    const { store, kms } = await open(t, name)
    const extent = { keystores, keysEach: 5 }
    // Whose requests a store's services take is its controller.
    await fill(kms, { ...extent, controller: (await controllerOf(store)).didUrl, keyType })
    return [store, extent] as const
  }
  const stores = { small: await store('small', 2), big: await store('big', 4) }
  // An answer that is not 200 would reject.
  const report = await measureScale(stores, { ...onlyOnce, seed: 1 })
  t.strictSame(
    report.rows.map(({ name }) => name),
    measured.map(({ name }) => name),
  )
  for (const { name, small, big, ratio } of report.rows) {
    t.ok([small, big, ...Object.values(ratio)].every(isPositive), name)
  }
  t.strictSame(
    report.memory.map(({ when }) => when),
    ['warm', 'half', 'cold'],
  )
  for (const { small, big } of report.memory) {
    for (const { heap, own, resident } of [small, big]) t.ok(heap > 1_000_000 && own > heap && resident >= own)
  }
})

t.test('a start is measured', async t => {
  const directory = await temporaryDirectory(t)
  const environment = { KMS_HOST: '127.0.0.1:0', KMS_AUTH_TYPE: 'none', KMS_SHUTDOWN_DELAY: '0' }
  const startables = {
    bare: { file: bareServer, args: [], environment: {}, directory },
    service: { file: serviceMain, args: ['start'], environment, directory },
  }
  const random = seededRandom(1)
  const [bare, service] = compareStarts(await measureStarts(startables, 1, random), 'bare', random)
  for (const row of [bare, service]) {
    t.ok(row && [...Object.values(row.start), ...Object.values(row.wall), ...Object.values(row.cpu)].every(isPositive))
  }
  t.equal(bare?.cpu.value, 1)
  await t.rejects(
    measureStarts({ none: { ...startables.service, environment: { KMS_NOTHING: '' } } }, 1, random),
    /does not listen/,
  )
})

t.test('the command line refuses what it does not know', async t => {
  const main = fileURLToPath(import.meta.resolve('@keyhold/scripts/bench/scale/main.js'))
  const refusals: [name: string, args: string[]][] = [
    ['another store', ['--store', 'memory']],
    ['no keystores', ['--keystores', '0']],
    ['keys that are no number', ['--keys', 'x']],
    ['an unknown option', ['--fast']],
  ]
  for (const [name, args] of refusals) {
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    const [[code], errors] = await Promise.all([once(child, 'close'), text(child.stderr)])
    t.equal(code, 2, name)
    t.match(errors, /^usage: npm run bench:scale/)
  }
})

function isPositive(figure: number): boolean {
  return Number.isFinite(figure) && figure > 0
}

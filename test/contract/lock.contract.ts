import type { LockContext, LockPort } from '@keyhold/core'
import { readSealed } from '@keyhold/core/locks/sealed.js'
import type { Test } from 'tap'
import { hostileTexts, shown } from './hostile-texts.ts'
import { type LockContractOptions, lockRefusals } from './lock-refusals.ts'
import { outcome } from './outcome.ts'

const context: LockContext = { purpose: 'test', keystore: 'one', key: 'two' }

/**
 * Everything that `LockPort` promises. An adapter's test calls this with two functions that open a lock each time they
 * are called and register its teardown with the `t` they are given: those of `open` have one key, those of `openOther`
 * another one: `await lockContract(t, t => openMyLock(keyA), t => openMyLock(keyB))`.
 */
export async function lockContract(
  t: Test,
  open: (t: Test) => Promise<LockPort>,
  openOther: (t: Test) => Promise<LockPort>,
  options: LockContractOptions = {},
): Promise<void> {
  await t.test('secrets of 1 to 4,096 bytes open again', async t => {
    const lock = await open(t)
    for (const length of [1, 16, 31, 32, 33, 64, 255, 256, 1000, 4095, 4096]) {
      const secret = sampleSecret(length)
      const opened = await lock.unlock(await lock.lock(secret, context), context)
      t.equal(opened.length, length)
      t.ok(await opened.spend(bytes => Buffer.compare(bytes, secret) === 0), `${length} bytes`)
    }
  })

  await t.test('the same input never gives the same output', async t => {
    const lock = await open(t)
    const blobs = await Promise.all(Array.from({ length: 32 }, () => lock.lock(sampleSecret(32), context)))
    t.equal(new Set(blobs.map(hex)).size, 32)
    const secret = hex(sampleSecret(32))
    t.notOk(
      blobs.some(blob => hex(blob).includes(secret)),
      'and none shows the secret',
    )
  })

  await t.test('the order of the members of a context does not matter', async t => {
    const lock = await open(t)
    const reversed = Object.fromEntries(Object.entries(context).reverse())
    const opened = await lock.unlock(await lock.lock(sampleSecret(32), context), reversed)
    t.equal(await opened.spend(hex), hex(sampleSecret(32)))
  })

  await t.test('hostile names and values of a context are data', async t => {
    const lock = await open(t)
    for (const text of hostileTexts) {
      const hostile = Object.fromEntries([
        ['purpose', text],
        [`${text.slice(0, 100)}!`, 'name'],
      ])
      const opened = await lock.unlock(await lock.lock(sampleSecret(32), hostile), hostile)
      t.equal(await opened.spend(hex), hex(sampleSecret(32)), shown(text))
    }
    const proto = Object.fromEntries([['__proto__', 'x']])
    const blob = await lock.lock(sampleSecret(32), proto)
    t.equal(await outcome(() => lock.unlock(blob, {})), 'LOCK_REJECTED', '__proto__ is a member like any other')
    t.equal(await outcome(() => lock.unlock(blob, proto)), 'done')
  })

  await t.test('the id names the key', async t => {
    const [one, again, other] = [await open(t), await open(t), await openOther(t)]
    t.match(one.id, /^[a-z][a-z-]*:./, 'technology and key')
    t.equal(again.id, one.id, 'the same for the same key')
    t.not(other.id, one.id, 'another for another key')
    const blob = await one.lock(sampleSecret(32), context)
    t.equal(readSealed(blob)?.lockId, one.id, 'a blob says which lock made it')
    const opened = await again.unlock(blob, context)
    t.equal(await opened.spend(hex), hex(sampleSecret(32)), 'and opens under the same key elsewhere')
  })

  await t.test('bytes stay whose they are', async t => {
    const lock = await open(t)
    const secret = sampleSecret(32)
    const blob = await lock.lock(secret, context)
    t.equal(hex(secret), hex(sampleSecret(32)), 'locking leaves the secret as it was')
    secret.fill(0)
    const before = hex(blob)
    const one = await lock.unlock(blob, context)
    const two = await lock.unlock(blob, context)
    t.equal(hex(blob), before, 'unlocking leaves the blob as it was')
    one.wipe()
    blob.fill(0)
    t.equal(await two.spend(hex), hex(sampleSecret(32)), 'every answer is a copy of its own')
    const padded = Buffer.concat([Buffer.alloc(5), Buffer.from(before, 'hex'), Buffer.alloc(5)])
    t.equal(await outcome(() => lock.unlock(padded.subarray(5, -5), context)), 'done', 'a view is read as a view')
  })

  await t.test('calls may run in parallel', async t => {
    const lock = await open(t)
    const numbers = Array.from({ length: 32 }, (_, i) => i)
    const results = await Promise.all(
      numbers.map(async i => {
        const own = { ...context, number: String(i) }
        const opened = await lock.unlock(await lock.lock(sampleSecret(i + 1), own), own)
        return opened.spend(hex)
      }),
    )
    t.strictSame(
      results,
      numbers.map(i => hex(sampleSecret(i + 1))),
    )
  })

  await t.test('what does not belong is refused, always in the same words', t =>
    lockRefusals(t, open, openOther, options),
  )

  await t.test('check resolves while the lock is open', async t => {
    t.equal(await (await open(t)).check(), undefined)
  })

  await t.test('after close every call answers LOCK_UNAVAILABLE', async t => {
    const lock = await open(t)
    const blob = await lock.lock(sampleSecret(32), context)
    t.equal(await lock.close(), undefined)
    const calls: Record<string, () => Promise<unknown>> = {
      lock: () => lock.lock(sampleSecret(32), context),
      unlock: () => lock.unlock(blob, context),
      'unlock of nothing': () => lock.unlock(new Uint8Array(0), context),
      check: () => lock.check(),
    }
    for (const [name, call] of Object.entries(calls)) t.equal(await outcome(call), 'LOCK_UNAVAILABLE', name)
    t.equal(await lock.close(), undefined, 'close may be called again')
  })
}

/** Bytes that differ from each other, made anew for each call. */
function sampleSecret(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff)
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

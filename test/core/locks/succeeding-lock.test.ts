import { systemRandom } from '@keyhold/adapters'
import { lockContract, outcome } from '@keyhold/contract'
import { AeadLock, type LockPort, lockKeyLength, SecretBytes, SucceedingLock } from '@keyhold/core'
import { readSealed } from '@keyhold/core/locks/sealed.js'
import t, { type Test } from 'tap'

const context = { purpose: 'test' }

const aead = (byte: number) =>
  new AeadLock('test', new SecretBytes(new Uint8Array(lockKeyLength).fill(byte)), systemRandom())

function succession(lock: number, former: number, sealing: 'lock' | 'former' | 'none'): LockPort {
  const [one, other] = [aead(lock), aead(former)]
  const sealingId = { lock: one.id, former: other.id, none: undefined }[sealing]
  return new SucceedingLock(one, other, async () => sealingId)
}

const opening = (lock: number, former: number, sealing: 'lock' | 'former' | 'none') => async (t: Test) => {
  const opened = succession(lock, former, sealing)
  t.teardown(() => opened.close())
  return opened
}

for (const sealing of ['lock', 'none'] as const) {
  await t.test(`it is a lock: sealing by ${sealing}`, t =>
    lockContract(t, opening(1, 2, sealing), opening(3, 4, sealing)),
  )
}

await t.test('what either has locked is opened, and who locks is decided elsewhere', async t => {
  const secret = Buffer.from('secret')
  const [lock, former] = [aead(1), aead(2)]
  for (const [sealing, id] of [
    ['lock', lock.id],
    ['former', former.id],
    ['none', lock.id],
  ] as const) {
    const locked = await succession(1, 2, sealing).lock(secret, context)
    t.equal(readSealed(locked)?.lockId, id, sealing)
    for (const other of ['lock', 'former', 'none'] as const) {
      const opened = await succession(1, 2, other).unlock(locked, context)
      t.ok(await opened.spend(bytes => Buffer.compare(bytes, secret) === 0))
    }
    t.equal(await outcome(() => succession(3, 4, sealing).unlock(locked, context)), 'LOCK_REJECTED')
  }
  t.equal(succession(1, 2, 'former').id, lock.id)
  t.equal(succession(1, 2, 'former').formerId, former.id)
})

await t.test('it can be used when both can', async t => {
  const [lock, former] = [aead(1), aead(2)]
  const both = new SucceedingLock(lock, former, async () => undefined)
  await both.check()
  await former.close()
  t.equal(await outcome(() => both.check()), 'LOCK_UNAVAILABLE')
})

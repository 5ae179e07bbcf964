import { systemRandom } from '@keyhold/adapters'
import { lockContract } from '@keyhold/contract'
import { AeadLock, lockKeyLength, SecretBytes } from '@keyhold/core'
import t, { type Test } from 'tap'

await lockContract(
  t,
  async t => openLock(t, 1),
  async t => openLock(t, 2),
)

function openLock(t: Test, keyByte: number): AeadLock {
  const lock = new AeadLock('test', new SecretBytes(new Uint8Array(lockKeyLength).fill(keyByte)), systemRandom())
  t.teardown(() => lock.close())
  return lock
}

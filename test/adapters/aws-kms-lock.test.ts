import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms'
import { MemoryKeyStore, systemClock, systemRandom } from '@keyhold/adapters'
import { lockContract, outcome } from '@keyhold/contract'
import { openKms } from '@keyhold/core'
import t from 'tap'
import {
  aliasArn,
  keyArn,
  mockAwsKms,
  openMockedLock,
  otherArn,
  replicaArn,
  replicaElsewhereArn,
} from '../support/aws-kms-mock.ts'

const context = { purpose: 'key', keystore: 'QmFzZTY0-_x', key: 'two', version: '1', type: 'ED25519' }
const secret = Uint8Array.from({ length: 32 }, (_, i) => i + 1)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

const { kms, aws } = mockAwsKms(t)

await lockContract(
  t,
  t => openMockedLock(t, keyArn),
  t => openMockedLock(t, otherArn),
)

await t.test('the id is the ARN of the key, whatever names it', async t => {
  t.equal((await openMockedLock(t, keyArn)).id, `aws-kms:${keyArn}`)
  t.equal((await openMockedLock(t, aliasArn)).id, `aws-kms:${keyArn}`)
  t.equal((await openMockedLock(t, otherArn)).id, `aws-kms:${otherArn}`)
})

await t.test('what one ARN of a key sealed opens under another', async t => {
  const [byKey, byAlias] = [await openMockedLock(t, keyArn), await openMockedLock(t, aliasArn)]
  const opened = await byAlias.unlock(await byKey.lock(secret, context), context)
  t.equal(await opened.spend(hex), hex(secret))
  const again = await byKey.unlock(await byAlias.lock(secret, context), context)
  t.equal(await again.spend(hex), hex(secret))
})

await t.test('AWS is asked with the configured key and the context as it is', async t => {
  const lock = await openMockedLock(t, keyArn)
  aws.resetHistory()
  await lock.unlock(await lock.lock(secret, context), context)
  const [encrypt] = aws.commandCalls(EncryptCommand).map(call => call.args[0].input)
  t.strictSame(encrypt?.KeyId, keyArn)
  t.strictSame(encrypt?.EncryptionContext, context, 'our own contexts need no escape')
  const [decrypt] = aws.commandCalls(DecryptCommand).map(call => call.args[0].input)
  t.strictSame(decrypt?.KeyId, keyArn, 'a ciphertext does not choose the key that opens it')
  t.strictSame(decrypt?.EncryptionContext, context)
})

await t.test('AWS is not asked about what cannot be its', async t => {
  const lock = await openMockedLock(t, keyArn)
  const blob = await lock.lock(secret, context)
  const header = blob.subarray(0, 3 + lock.id.length)
  const long = Object.fromEntries([['long', 'x'.repeat(8192)]])
  aws.resetHistory()
  t.equal(await outcome(() => lock.unlock(header, context)), 'LOCK_REJECTED', 'an empty ciphertext')
  const endless = Buffer.concat([header, Buffer.alloc(6145)])
  t.equal(await outcome(() => lock.unlock(endless, context)), 'LOCK_REJECTED', 'an endless ciphertext')
  t.equal(await outcome(() => lock.unlock(blob, long)), 'LOCK_REJECTED', 'a long context')
  t.equal(await outcome(() => lock.unlock(blob, { lone: '\ud800' })), 'LOCK_REJECTED', 'a lone surrogate')
  t.equal(await outcome(() => lock.lock(secret, long)), 'LOCK_REFUSED', 'a long context')
  t.equal(await outcome(() => lock.lock(secret, { lone: '\ud800' })), 'LOCK_REFUSED', 'a lone surrogate')
  t.equal(await outcome(() => lock.lock(new Uint8Array(0), context)), 'LOCK_REFUSED', 'nothing')
  t.equal(await outcome(() => lock.lock(new Uint8Array(4097), context)), 'LOCK_REFUSED', 'too much')
  t.equal(aws.calls().length, 0)
})

await t.test('an alias that is pointed to another key is seen', async t => {
  t.teardown(() => kms.pointAlias(aliasArn, keyArn))
  const lock = await openMockedLock(t, aliasArn)
  const blob = await lock.lock(secret, context)
  kms.pointAlias(aliasArn, otherArn)
  t.equal(await outcome(() => lock.lock(secret, context)), 'LOCK_REFUSED')
  t.equal(await outcome(() => lock.check()), 'LOCK_REFUSED')
  t.equal(await outcome(() => lock.unlock(blob, context)), 'LOCK_REJECTED')
  const reopened = await openMockedLock(t, aliasArn)
  t.equal(reopened.id, `aws-kms:${otherArn}`, 'and at the next start it is another lock')
  kms.pointAlias(aliasArn, keyArn)
  t.equal(await outcome(() => lock.unlock(blob, context)), 'done', 'pointed back, it is the same again')
  t.equal(await outcome(() => lock.check()), 'done')
})

await t.test('a store that another key sealed is not opened', async t => {
  t.teardown(() => kms.pointAlias(aliasArn, keyArn))
  const store = new MemoryKeyStore()
  const start = async () => {
    const lock = await openMockedLock(t, aliasArn)
    const opened = await openKms({ store, lock, random: systemRandom(), clock: systemClock })
    opened.close()
  }
  await start()
  kms.pointAlias(aliasArn, otherArn)
  t.equal(await outcome(start), 'STORE_MISMATCH')
  kms.pointAlias(aliasArn, keyArn)
  t.equal(await outcome(start), 'done')
})

await t.test('the replicas of a multi-Region key are one lock', async t => {
  const [here, there] = [await openMockedLock(t, replicaArn), await openMockedLock(t, replicaElsewhereArn)]
  t.equal(here.id, 'aws-kms:arn:aws:kms:*:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab')
  t.equal(there.id, here.id)
  const opened = await there.unlock(await here.lock(secret, context), context)
  t.equal(await opened.spend(hex), hex(secret))
})

await t.test('check asks AWS only if nothing has succeeded for a while', async t => {
  let now = 0
  const calls = () => aws.commandCalls(EncryptCommand).length + aws.commandCalls(DecryptCommand).length
  aws.resetHistory()
  const lock = await openMockedLock(t, keyArn, () => now)
  await lock.check()
  t.equal(calls(), 1, 'opening it was a success')
  now = 9999
  await lock.check()
  t.equal(calls(), 1)
  now = 10_000
  await Promise.all([lock.check(), lock.check(), lock.check()])
  t.equal(calls(), 2, 'asked again, once for all who wait')
  await lock.check()
  t.equal(calls(), 2)
  now = 30_000
  await lock.lock(secret, context)
  await lock.check()
  t.equal(calls(), 3, 'any other success counts as well')
})

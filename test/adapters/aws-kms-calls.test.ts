import { openAwsKmsLock } from '@keyhold/adapters/lock-aws-kms/aws-kms-lock.js'
import { outcome } from '@keyhold/contract'
import t from 'tap'
import {
  keyArn,
  mockAwsKms,
  openMockedLock,
  otherArn,
  replicaArn,
  replicaElsewhereArn,
} from '../support/aws-kms-mock.ts'

const context = { purpose: 'test', keystore: 'one' }
const secret = Uint8Array.from({ length: 32 }, (_, i) => i + 1)

const { kms, next, always } = mockAwsKms(t)

const garbage: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  'an empty object': {},
  'a text': 'text',
  'no bytes': { KeyId: keyArn },
  'empty bytes': { KeyId: keyArn, CiphertextBlob: new Uint8Array(0), Plaintext: new Uint8Array(0) },
  'too many bytes': { KeyId: keyArn, CiphertextBlob: new Uint8Array(6145), Plaintext: new Uint8Array(4097) },
  'a text for bytes': { KeyId: keyArn, CiphertextBlob: 'AAAA', Plaintext: 'AAAA' },
  'a list for bytes': { KeyId: keyArn, CiphertextBlob: [1, 2], Plaintext: [1, 2] },
  'wider numbers for bytes': { KeyId: keyArn, CiphertextBlob: Uint16Array.of(1), Plaintext: Uint16Array.of(1) },
  'no key': { CiphertextBlob: secret, Plaintext: secret },
  'a key id that is no ARN': { KeyId: keyArn.slice(-36), CiphertextBlob: secret, Plaintext: secret },
  'an ARN with a line behind it': { KeyId: `${keyArn}\n`, CiphertextBlob: secret, Plaintext: secret },
  'an ARN of something else': { KeyId: keyArn.replace('kms', 's3'), CiphertextBlob: secret, Plaintext: secret },
  'a number for an ARN': { KeyId: 7, CiphertextBlob: secret, Plaintext: secret },
}

await t.test('an answer that is none means that the lock is away', async t => {
  const lock = await openMockedLock(t, keyArn)
  const blob = await lock.lock(secret, context)
  for (const [name, answer] of Object.entries(garbage)) {
    const copy = structuredClone(answer)
    next(() => copy)
    t.equal(await outcome(() => lock.lock(secret, context)), 'LOCK_UNAVAILABLE', `Encrypt: ${name}`)
    next(() => copy)
    t.equal(await outcome(() => lock.unlock(blob, context)), 'LOCK_UNAVAILABLE', `Decrypt: ${name}`)
    next(() => copy)
    const opening = openAwsKmsLock({ keyArn, region: 'eu-west-2', timeout: 1000 })
    t.equal(await outcome(() => opening), 'LOCK_UNAVAILABLE', `opening: ${name}`)
  }
})

await t.test('an answer of another key is not taken', async t => {
  const others = [otherArn, keyArn.replace('eu-west-2', 'us-east-1'), keyArn.replace('1111', '2222'), replicaArn]
  const lock = await openMockedLock(t, keyArn)
  const blob = await lock.lock(secret, context)
  for (const KeyId of others) {
    const Plaintext = Uint8Array.from(secret)
    next(() => ({ KeyId, CiphertextBlob: secret }))
    t.equal(await outcome(() => lock.lock(secret, context)), 'LOCK_REFUSED', `Encrypt: ${KeyId}`)
    next(() => ({ KeyId, Plaintext }))
    t.equal(await outcome(() => lock.unlock(blob, context)), 'LOCK_REJECTED', `Decrypt: ${KeyId}`)
    t.ok(
      Plaintext.every(byte => byte === 0),
      'and what it opened is wiped',
    )
    next(() => ({ KeyId, CiphertextBlob: secret }))
    const opening = openAwsKmsLock({ keyArn, region: 'eu-west-2', timeout: 1000 })
    t.equal(await outcome(() => opening), 'LOCK_REFUSED', `opening: ${KeyId}`)
  }
  const replica = await openMockedLock(t, replicaArn)
  const replicated = await replica.lock(secret, context)
  next(() => ({ KeyId: replicaElsewhereArn, Plaintext: Uint8Array.from(secret) }))
  t.equal(await outcome(() => replica.unlock(replicated, context)), 'done', 'another replica is the same key')
})

await t.test('a secret is moved out of the memory in which the SDK answers it', async t => {
  const lock = await openMockedLock(t, keyArn)
  const blob = await lock.lock(secret, context)
  const pool = Buffer.alloc(64, 0xee)
  pool.set(secret, 16)
  next(() => ({ KeyId: keyArn, Plaintext: new Uint8Array(pool.buffer, pool.byteOffset + 16, 32) }))
  const opened = await lock.unlock(blob, context)
  t.ok(
    pool.subarray(16, 48).every(byte => byte === 0),
    'wiped there',
  )
  t.ok(
    pool.subarray(0, 16).every(byte => byte === 0xee) && pool.subarray(48).every(byte => byte === 0xee),
    'only there',
  )
  t.ok(await opened.spend(bytes => Buffer.compare(bytes, secret) === 0))
})

await t.test('calls beyond a bound are refused at once', async t => {
  const lock = await openMockedLock(t, keyArn)
  const answer = kms.encrypt({ KeyId: keyArn, Plaintext: secret, EncryptionContext: context })
  let release = () => {}
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  always(() => released.then(() => answer))
  t.teardown(() => always(undefined))
  const waiting = Array.from({ length: 1000 }, () => lock.lock(secret, context))
  t.equal(await outcome(() => lock.lock(secret, context)), 'LOCK_UNAVAILABLE')
  release()
  t.equal((await Promise.all(waiting)).length, 1000)
  t.equal(await outcome(() => lock.lock(secret, context)), 'done')
})

await t.test('a call that is never answered ends with its time, or when the lock is closed', async t => {
  const hasty = await openAwsKmsLock({ keyArn, region: 'eu-west-2', timeout: 50 })
  const patient = await openAwsKmsLock({ keyArn, region: 'eu-west-2', timeout: 3_600_000 })
  always(() => new Promise(() => {}))
  t.teardown(() => always(undefined))
  t.equal(await outcome(() => hasty.lock(secret, context)), 'LOCK_UNAVAILABLE')
  await hasty.close()
  const hanging = outcome(() => patient.lock(secret, context))
  await patient.close()
  t.equal(await hanging, 'LOCK_UNAVAILABLE')
})

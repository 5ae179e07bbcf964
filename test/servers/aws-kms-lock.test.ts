import {
  CancelKeyDeletionCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms'
import { openAwsKmsLock } from '@keyhold/adapters/lock-aws-kms/aws-kms-lock.js'
import { lockContract, outcome, tally } from '@keyhold/contract'
import type { LockContext } from '@keyhold/core'
import { kmsAliasArn, kmsKeyArn, type Server, startKms } from '@keyhold/scripts/servers/start.js'
import t, { type Test } from 'tap'
import { type KmsServer, kmsServer, localKmsFlaws } from '../support/kms-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const context: LockContext = { purpose: 'keystore-lock-key', keystore: 'one' }
const secret = Uint8Array.from({ length: 32 }, (_, i) => i + 1)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

const kms = await kmsServer(t)
if ('skip' in kms) t.test(`AWS KMS lock, ${kms.skip}`, { skip: kms.skip }, () => {})
else await onServer(kms)

async function onServer({ admin, server, createAlias, createKey, openLock }: KmsServer): Promise<void> {
  const [one, two] = [await createKey(), await createKey()]

  await t.test(`the contract, on ${server.name}`, async t => {
    await lockContract(
      t,
      t => openLock(t, one),
      t => openLock(t, two),
      // Only the emulator of the house is known to have these: any other is held to all of it.
      server.process && localKmsFlaws,
    )
  })

  await t.test('a key and its alias are one lock, another key is another', async t => {
    const [byKey, byAlias] = [await openLock(t, one), await openLock(t, await createAlias(one))]
    t.equal(byKey.id, `aws-kms:${one}`)
    t.equal(byAlias.id, byKey.id)
    t.not((await openLock(t, two)).id, byKey.id)
    const opened = await byAlias.unlock(await byKey.lock(secret, context), context)
    t.equal(await opened.spend(hex), hex(secret))
    const again = await byKey.unlock(await byAlias.lock(secret, context), context)
    t.equal(await again.spend(hex), hex(secret))
  })

  await t.test('a key that does not exist opens no lock', async t => {
    const unknown = one.replace(/[^/]*$/, '00000000-0000-4000-8000-000000000000')
    t.equal(await outcome(() => openLock(t, unknown)), 'LOCK_REFUSED')
    t.equal(await outcome(() => openLock(t, one.replace(/:key\/.*/, ':alias/keyhold-nobody'))), 'LOCK_REFUSED')
  })

  await t.test('what is of another keystore does not open', async t => {
    const lock = await openLock(t, one)
    const other = { ...context, keystore: 'two' }
    const [mine, theirs] = [await lock.lock(secret, context), await lock.lock(secret, other)]
    t.equal(await outcome(() => lock.unlock(mine, other)), 'LOCK_REJECTED')
    t.equal(await outcome(() => lock.unlock(theirs, context)), 'LOCK_REJECTED')
    t.equal(await outcome(() => lock.unlock(mine, context)), 'done')
    t.equal(await outcome(() => lock.unlock(theirs, other)), 'done')
  })

  await t.test('a key that is disabled or to be deleted is refused, and works when it is enabled again', async t => {
    const key = await createKey()
    const lock = await openLock(t, key)
    const blob = await lock.lock(secret, context)
    const refused = async (t: Test, why: string) => {
      t.equal(await outcome(() => lock.unlock(blob, context)), 'LOCK_REFUSED', `unlock, ${why}`)
      t.equal(await outcome(() => lock.lock(secret, context)), 'LOCK_REFUSED', `lock, ${why}`)
      t.equal(await outcome(() => lock.check()), 'LOCK_REFUSED', `check, ${why}`)
      t.equal(await outcome(() => openLock(t, key)), 'LOCK_REFUSED', `open, ${why}`)
    }
    const works = async (t: Test, why: string) => {
      t.equal(await outcome(() => lock.check()), 'done', `check, ${why}`)
      t.equal(await outcome(() => lock.unlock(blob, context)), 'done', `unlock, ${why}`)
      t.equal(await outcome(() => lock.lock(secret, context)), 'done', `lock, ${why}`)
    }
    await works(t, 'new')
    await admin.send(new DisableKeyCommand({ KeyId: key }))
    await refused(t, 'disabled')
    await admin.send(new EnableKeyCommand({ KeyId: key }))
    await works(t, 'enabled')
    await admin.send(new ScheduleKeyDeletionCommand({ KeyId: key, PendingWindowInDays: 7 }))
    await refused(t, 'to be deleted')
    await admin.send(new CancelKeyDeletionCommand({ KeyId: key }))
    // AWS leaves it disabled then, the emulator does not.
    await admin.send(new EnableKeyCommand({ KeyId: key }))
    await works(t, 'kept')
  })

  await t.test('fifty calls at once', async t => {
    const lock = await openLock(t, one)
    const blobs = await Promise.all(Array.from({ length: 50 }, () => lock.lock(secret, context)))
    t.equal(new Set(blobs.map(hex)).size, 50)
    const calls = blobs.map(blob => () => lock.unlock(blob, context))
    t.strictSame(await tally(calls), { done: 50 })
  })

  const skip = server.process === undefined && 'a server of somebody else is not killed'
  await t.test('what was locked before the server was killed opens after it', { skip }, async t => {
    const directory = await temporaryDirectory(t)
    const start = (listen?: string) => startForSure(t, directory, listen)
    const first = await start()
    const options = { region: 'eu-west-2', endpoint: first.url, timeout: 10_000 }
    const lock = await openAwsKmsLock({ ...options, keyArn: kmsKeyArn })
    t.teardown(() => lock.close())
    const blob = await lock.lock(secret, context)
    await first.stop()
    t.equal(await outcome(() => lock.unlock(blob, context)), 'LOCK_UNAVAILABLE', 'while it is away')
    await start(first.url.slice('http://'.length))
    t.equal(await outcome(() => lock.unlock(blob, context)), 'done', 'the lock that was open all the time')
    const reopened = await openAwsKmsLock({ ...options, keyArn: kmsAliasArn })
    t.teardown(() => reopened.close())
    t.equal(reopened.id, lock.id)
    const opened = await reopened.unlock(blob, context)
    t.equal(await opened.spend(hex), hex(secret), 'and the next one')
  })
}

async function startForSure(t: Test, directory: string, listen?: string): Promise<Server> {
  const server = await startKms({ directory, ...(listen !== undefined && { listen }) })
  if ('skip' in server) throw new Error(server.skip)
  t.teardown(() => server.stop())
  return server
}

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MasterKeyFileError, openLocalLock, systemRandom } from '@keyhold/adapters'
import { lockContract } from '@keyhold/contract'
import type { LockPort } from '@keyhold/core'
import t, { type Test } from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'

await lockContract(
  t,
  t => openLock(t, Buffer.alloc(32, 0x01)),
  t => openLock(t, Buffer.alloc(32, 0x02)),
)

await t.test('the id says that the key is in a local file, and shows none of it', async t => {
  const key = Buffer.alloc(32, 'k')
  const { id } = await openLock(t, Buffer.from(key.toString('hex')))
  t.match(id, /^local:[A-Za-z0-9_-]{16}$/)
  t.notMatch(id, key.toString('base64url').slice(0, 8))
})

await t.test('without a usable file there is no lock', async t => {
  const file = join(await temporaryDirectory(t), 'missing')
  await t.rejects(openLocalLock({ file }, systemRandom()), MasterKeyFileError)
})

async function openLock(t: Test, content: Buffer): Promise<LockPort> {
  const file = join(await temporaryDirectory(t), 'master.key')
  await writeFile(file, content, { mode: 0o600 })
  const lock = await openLocalLock({ file }, systemRandom())
  t.teardown(() => lock.close())
  return lock
}

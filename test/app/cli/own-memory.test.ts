import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ownMemory } from '@keyhold/app/cli/own-memory.js'
import { open } from 'lmdb'
import t from 'tap'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const megabytes = 1_048_576

t.test('what the process allocates is its own', async t => {
  const before = ownMemory()
  const bytes = Buffer.alloc(100 * megabytes, 1)
  t.ok(ownMemory() - before > 90 * megabytes)
  t.equal(bytes.at(-1), 1)
})

t.test('what it has of a file is not', { skip: !existsSync('/proc/self/status') && 'no Linux' }, async t => {
  const store = open({ path: join(await temporaryDirectory(t), 'data'), encoding: 'binary', mapSize: 512 * megabytes })
  t.teardown(() => store.close())
  const [value, keys] = [Buffer.alloc(megabytes, 2), Array.from({ length: 150 }, (_, index) => `key ${index}`)]
  for (const key of keys) await store.put(key, value)
  const [own, all] = [ownMemory(), process.memoryUsage.rss()]
  // Read where it stands, so that nothing is copied.
  for (const key of keys) t.equal(store.getBinaryFast(key)?.length, megabytes)
  t.ok(process.memoryUsage.rss() - ownMemory() >= 100 * megabytes, `${all} and ${own} before`)
  t.ok(ownMemory() - own < 50 * megabytes, 'the pages of the file are not counted')
})

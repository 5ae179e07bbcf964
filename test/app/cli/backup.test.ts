import { existsSync } from 'node:fs'
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { base64, call, request } from '@keyhold/scripts/http-client.js'
import { runService, startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { keyhold } from '../../support/cli-process.ts'
import { directorySnapshot } from '../../support/directory-snapshot.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const message = base64('message')

t.test('a store is exported while its service runs, and imported into another one', async t => {
  const directory = await temporaryDirectory(t)
  const key = { KMS_SECRET_LOCK_KEY_PATH: 'master.key' }
  await keyhold(['keygen', 'master.key'], { directory })
  const service = await startService({ directory, environment: key })
  t.teardown(() => service.stop())
  const { key_store_url } = await call('POST', `${service.url}/v1/keystores`, { controller: 'alice' })
  const { key_url } = await call('POST', `${key_store_url}/keys`, { key_type: 'ED25519' })
  const { signature } = await call('POST', `${key_url}/sign`, { message })

  const exported = await keyhold(['export-store', 'store.backup', '--json'], { directory, environment: key })
  t.match(exported, { code: 0, stderr: '' })
  const { digest, records } = JSON.parse(exported.stdout)
  t.match(records, { keystores: 1, keys: 1, 'server-keys': 2, log: 3 })
  const file = join(directory, 'store.backup')
  t.equal((await stat(file)).mode & 0o777, 0o600)
  t.strictSame((await readdir(directory)).sort(), ['keyhold-data', 'master.key', 'store.backup'], 'and nothing else')
  await service.stop()

  const elsewhere = { ...key, KMS_DATABASE_URL: 'restored' }
  const imported = await keyhold(['import-store', 'store.backup', '--json'], { directory, environment: elsewhere })
  t.match(imported, { code: 0, stderr: '' })
  t.match(JSON.parse(imported.stdout), { digest, records, copied: 7, endedBefore: false })
  t.match(await keyhold(['import-store', 'store.backup'], { directory, environment: elsewhere }), {
    code: 0,
    stdout: /^keys: 1\nkeystores: 1\nlog: 3\nserver-keys: 2\nwritten by this run: 0\nThis had ended before/,
  })
  const restored = await startService({ directory, environment: elsewhere })
  t.teardown(() => restored.stop())
  const path = new URL(key_url).pathname
  t.match(await request('POST', `${restored.url}${path}/verify`, { message, signature }), { status: 200 })
  await restored.stop()
})

t.test('what cannot be exported or imported is refused in a sentence, and nothing is made', async t => {
  const directory = await temporaryDirectory(t)
  for (const file of ['master.key', 'other.key']) await keyhold(['keygen', file], { directory })
  const key = { KMS_SECRET_LOCK_KEY_PATH: 'master.key' }
  t.match(await keyhold(['export-store', 'a'], { directory, environment: key }), {
    code: 3,
    stderr: /^there is no store/,
  })
  t.match(await keyhold(['export-store', 'a'], { directory }), {
    code: 1,
    stderr: /master\.key: there is no such file/,
  })
  t.notOk(existsSync(join(directory, 'keyhold-data')))

  const service = await startService({ directory, environment: key })
  await call('POST', `${service.url}/v1/keystores`, { controller: 'alice' })
  await service.stop()
  await writeFile(join(directory, 'taken'), 'somebody was here')
  const exportTo = (file: string, environment: Record<string, string> = key) =>
    keyhold(['export-store', file], { directory, environment })
  t.match(await exportTo('taken'), { code: 1, stderr: /^taken: exists already/ })
  t.equal(await readFile(join(directory, 'taken'), 'utf8'), 'somebody was here')
  t.match(await exportTo('missing/backup'), { code: 1, stderr: /ENOENT/ })
  t.match(await exportTo('b', { KMS_SECRET_LOCK_KEY_PATH: 'other.key' }), { code: 5, stderr: /was sealed by the lock/ })
  t.match(await exportTo('b', { ...key, KMS_DATABASE_TYPE: 'memory' }), { code: 3, stderr: /memory of a service/ })
  t.match(await exportTo('store.backup'), { code: 0 })

  const before = await directorySnapshot(directory)
  const importTo = (file: string, environment: Record<string, string> = {}) =>
    keyhold(['import-store', file], { directory, environment: { ...key, ...environment } })
  const fresh = { KMS_DATABASE_URL: 'restored' }
  t.match(await importTo('store.backup', { KMS_DATABASE_TYPE: 'memory' }), { code: 2, stderr: /^KMS_DATABASE_TYPE/ })
  t.match(await importTo('taken', fresh), { code: 5, stderr: /^the backup is damaged/ })
  t.match(await importTo('none', fresh), { code: 1, stderr: /ENOENT/ })
  t.match(await importTo('store.backup', { ...fresh, KMS_SECRET_LOCK_KEY_PATH: 'other.key' }), {
    code: 5,
    stderr: /^the backup was sealed by the lock/,
  })
  await truncate(join(directory, 'store.backup'), (await stat(join(directory, 'store.backup'))).size - 1)
  t.match(await importTo('store.backup', fresh), { code: 5, stderr: /^the backup is damaged: it was cut off/ })
  await rm(join(directory, 'restored'), { recursive: true, force: true })
  const { 'keyhold-data/lock.mdb': _readers, 'store.backup': _cut, ...after } = await directorySnapshot(directory)
  const { 'keyhold-data/lock.mdb': _before, 'store.backup': _whole, ...expected } = before
  t.strictSame(after, expected, 'nothing was changed')
})

t.test('an import that is killed ends with the next run, and no service starts before', async t => {
  const directory = await temporaryDirectory(t)
  await keyhold(['keygen', 'master.key'], { directory })
  const key = { KMS_SECRET_LOCK_KEY_PATH: 'master.key' }
  const service = await startService({ directory, environment: key })
  for (let count = 0; count < 30; count += 1) {
    await call('POST', `${service.url}/v1/keystores`, { controller: 'alice' })
  }
  await service.stop()
  await keyhold(['export-store', 'store.backup'], { directory, environment: key })
  for (let round = 0; round < 1; round += 1) {
    const environment = { ...key, KMS_DATABASE_URL: `restored-${round}` }
    const data = join(directory, `restored-${round}`, 'data.mdb')
    const { code } = await keyhold(['import-store', 'store.backup'], {
      directory,
      environment,
      onStart(child) {
        const timer = setInterval(() => {
          if (existsSync(data)) setTimeout(() => child.kill('SIGKILL'), Math.random() * 100)
        }, 1)
        child.on('close', () => clearInterval(timer))
      },
    })
    t.ok(code === null || code === 0)
    t.match(await keyhold(['import-store', 'store.backup'], { directory, environment }), { code: 0, stderr: '' })
    const restored = await startService({ directory, environment })
    await restored.stop()
  }
  const other = { ...key, KMS_SECRET_LOCK_KEY_PATH: 'other.key', KMS_DATABASE_URL: 'restored-0' }
  t.match(await runService({ directory, environment: other }), { code: 1 })
})

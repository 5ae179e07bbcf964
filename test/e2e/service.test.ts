import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { base64, call, request } from '@keyhold/scripts/http-client.js'
import { startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

t.test('with nothing set the service makes its store and its key, and keeps both', async t => {
  const directory = await temporaryDirectory(t)
  const data = join(directory, 'keyhold-data')
  const first = await startService({ directory })
  t.teardown(() => first.stop())
  t.match(first.output(), /"file":"keyhold-data\/master\.key".*made a new master key file/)
  const masterKey = await readFile(join(data, 'master.key'), 'utf8')
  t.equal(Buffer.from(masterKey, 'base64').length, 32)
  t.equal(await modeOf(data), '700')
  for (const file of ['master.key', 'data.mdb', 'lock.mdb']) t.equal(await modeOf(join(data, file)), '600', file)

  t.match(await call('GET', `${first.url}/healthcheck`), { status: 'success' })
  t.match(await call('GET', `${first.url}/health/ready`), { status: 'ok', store: 'ok', lock: 'ok' })
  const { key_store_url } = await call('POST', `${first.url}/v1/keystores`, { controller: 'did:example:alice' })
  t.ok(key_store_url.startsWith(`${first.url}/v1/keystores/`), 'URLs lead to where the service listens')
  const { key_url } = await call('POST', `${key_store_url}/keys`, { key_type: 'ED25519' })
  const message = base64('message')
  const { signature } = await call('POST', `${key_url}/sign`, { message })
  t.equal(await first.stop(), 0)

  const second = await startService({ directory })
  t.teardown(() => second.stop())
  t.notMatch(second.output(), /master key/)
  t.equal(await readFile(join(data, 'master.key'), 'utf8'), masterKey)
  const moved = `${second.url}${new URL(key_url).pathname}`
  t.equal((await request('POST', `${moved}/verify`, { message, signature })).status, 200)
  t.strictSame(await call('POST', `${moved}/sign`, { message }), { signature })
  t.equal(await second.stop(), 0)
})

t.test('settings come from variables and flags, and a flag wins', async t => {
  const directory = await temporaryDirectory(t)
  const service = await startService({
    directory,
    environment: { KMS_BASE_URL: 'https://variable.example', KMS_DATABASE_URL: join(directory, 'own') },
    args: ['start', '--base-url', 'https://flag.example/kms', '--log-level=debug'],
  })
  t.teardown(() => service.stop())
  const { key_store_url } = await call('POST', `${service.url}/v1/keystores`, { controller: 'alice' })
  t.match(key_store_url, /^https:\/\/flag\.example\/kms\/v1\/keystores\/[\w-]+$/)
  t.equal(await modeOf(join(directory, 'own', 'data.mdb')), '600')
})

t.test('what a crashed start left behind does not make a directory old', async t => {
  const directory = await temporaryDirectory(t)
  const own = await temporaryDirectory(t)
  await writeFile(join(own, 'master.key.0123456789ab.tmp'), 'half a key')
  const service = await startService({ directory, environment: { KMS_DATABASE_URL: own } })
  t.teardown(() => service.stop())
  t.match(service.output(), /made a new master key file/)
})

t.test('a service in memory leaves nothing behind', async t => {
  const directory = await temporaryDirectory(t)
  const service = await startService({ directory, environment: { KMS_DATABASE_TYPE: 'memory' } })
  t.teardown(() => service.stop())
  await call('POST', `${service.url}/v1/keystores`, { controller: 'alice' })
  t.equal(await service.stop(), 0)
  await t.rejects(stat(join(directory, 'keyhold-data')), { code: 'ENOENT' })
})

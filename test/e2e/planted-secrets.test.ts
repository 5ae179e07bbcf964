import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { base64 } from '@keyhold/scripts/http-client.js'
import t from 'tap'
import { dumping, MemorySearch } from '../support/memory-search.ts'
import { plant } from '../support/plant.ts'
import { plantedService, tokens } from '../support/planted-secrets.ts'
import { secretsIn } from '../support/secret-forms.ts'

const slow = { timeout: 600_000 }

t.test(
  'no secret is in logs, audit, errors, metrics or files; and when its time is over, none in memory',
  slow,
  async t => {
    const planted = await plantedService(t, { ...dumping(), KMS_METRICS_HOST: '127.0.0.1:0' })
    const { service, directory, credentials, errors } = planted
    const { keys, data, log } = await plant(planted)
    const secrets = { ...credentials, ...keys, ...data }
    const everywhere = { ...secrets, masterKey: planted.masterKey }
    const [metrics = ''] = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(service.output()) ?? []
    const measured = await (await fetch(metrics)).text()
    t.match(measured, /kms_http_requests_count/)
    t.strictSame(secretsIn(measured, everywhere), [], 'metrics')
    t.match(log, /"operation":"decrypt"/)
    t.strictSame(secretsIn(log, everywhere), [], 'the audit log')
    t.ok(errors.length > 20)
    t.strictSame(secretsIn(errors.join('\n'), everywhere), [], 'errors')

    // Data is not wiped: what was joined of small parts stands in memory with others, for as long as they are there.
    const wiped = { ...credentials, ...keys }
    const memory = new MemorySearch(service.pid, directory)
    let found = await memory.find(secrets, wiped)
    // What is kept is looked through every ten seconds.
    for (let attempt = 1; attempt <= 20 && found.length > 0; attempt += 1) {
      await sleep(5000)
      found = await memory.find(secrets, wiped)
    }
    t.strictSame(found, [], 'memory')

    t.equal(await service.stop(), 0)
    t.match(service.output(), /"operation":"decrypt"[^\n]*"status":200/, 'something was logged')
    t.match(service.output(), /"outcome":"done"/, 'calls of locks and stores, too')
    t.strictSame(secretsIn(service.output(), everywhere), [], 'the log')
    const store = join(directory, 'keyhold-data')
    const files = await readdir(store)
    t.ok(files.includes('data.mdb'))
    for (const file of files) t.strictSame(secretsIn(await readFile(join(store, file), 'latin1'), everywhere), [], file)
  },
)

t.test('a service that keeps what it should not is found out', slow, async t => {
  const planted = await plantedService(t, dumping('./leak.js'))
  const key = randomBytes(32)
  const { body } = await planted.send('POST', '/v1/keystores', { controller: 'did:example:alice' })
  const url = `${body.key_store_url}/keys`
  t.equal((await planted.send('PUT', url, { key_type: 'AES256GCM', key: base64(key) })).status, 200)
  const secrets = { key, token: Buffer.from(tokens.own), other: Buffer.from(tokens.madeUp) }
  const found = await new MemorySearch(planted.service.pid, planted.directory).find(secrets, secrets)
  t.strictSame(found, ['key in strings', 'token in strings', 'key in bytes', 'token in bytes'])
  await planted.service.stop()
  t.strictSame(secretsIn(planted.service.output(), secrets), ['key'], 'and in what it writes')
})

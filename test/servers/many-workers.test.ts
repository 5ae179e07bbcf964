import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeMasterKeyFile } from '@keyhold/adapters'
import { base64, call, request } from '@keyhold/scripts/http-client.js'
import { startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { keyhold } from '../support/cli-process.ts'
import { newDatabase, withMongo } from '../support/mongo.ts'
import { until } from '../support/until.ts'

await withMongo(t, 'two workers over one MongoDB', {}, async (t, server, directory) => {
  const keyFile = join(directory, 'master.key')
  await makeMasterKeyFile(keyFile)
  const store = {
    KMS_DATABASE_TYPE: 'mongodb',
    KMS_DATABASE_URL: newDatabase(t, server),
    KMS_SECRET_LOCK_KEY_PATH: keyFile,
  }
  const service = await startService({ directory, environment: { ...store, KMS_WORKERS: '2' } })
  t.teardown(() => service.stop('SIGKILL'))
  const { key_store_url: keystore } = await call('POST', `${service.url}/v1/keystores`, { controller: 'did:example:a' })
  const { key_url: key } = await call('POST', `${keystore}/keys`, { key_type: 'ED25519' })

  /** Each on a connection of its own. @returns the statuses, undefined where the connection was cut */
  const sign = (count: number) =>
    Promise.all(
      Array.from({ length: count }, () =>
        request('POST', `${key}/sign`, { message: base64(randomBytes(16)) }).then(
          ({ status }) => status,
          () => undefined,
        ),
      ),
    )
  const lines = (part: string) =>
    service
      .output()
      .split('\n')
      .filter(line => line.includes(part))
  t.strictSame(new Set(await sign(40)), new Set([200]))
  await until(() => lines('"operation":"sign"').length === 40)
  const workers = new Set(lines('"operation":"sign"').map(line => JSON.parse(line).worker))
  t.strictSame([...workers].sort(), [1, 2])

  const children = await readFile(`/proc/${service.pid}/task/${service.pid}/children`, 'utf8')
  const under = sign(40)
  process.kill(Number(children.split(' ')[0]), 'SIGKILL')
  const statuses = await under
  t.ok(
    statuses.every(status => status === 200 || status === undefined),
    'nothing but cut connections',
  )
  await until(() => lines('another worker has taken its place').length === 1)
  t.strictSame(new Set(await sign(40)), new Set([200]))
  t.equal(await service.stop(), 0)

  const read = async (...id: string[]) =>
    (await keyhold(['log', 'read', ...id], { directory, environment: store })).stdout
  const own = await read(keystore.split('/').at(-1) ?? '')
  const acknowledged = 80 + statuses.filter(status => status === 200).length
  const signatures = own.split('\n').filter(line => line.includes('"operation":"sign"')).length
  t.ok(signatures >= acknowledged && signatures <= 120, `${signatures} of ${acknowledged} signatures are in the log`)
  const file = join(directory, 'log.jsonl')
  await writeFile(file, `${own}${await read()}`)
  const verified = await keyhold(['log', 'verify', file], { directory })
  t.equal(verified.code, 0, verified.stdout)
})

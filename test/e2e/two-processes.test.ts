import { base64, call, request } from '@keyhold/scripts/http-client.js'
import { type ServiceProcess, startService } from '@keyhold/scripts/service-process.js'
import t, { type Test } from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const message = base64('message')

async function startTwo(t: Test): Promise<readonly [ServiceProcess, ServiceProcess]> {
  const directory = await temporaryDirectory(t)
  const first = startService({ directory })
  const second = startService({ directory })
  for (const service of await Promise.allSettled([first, second])) {
    if (service.status === 'fulfilled') t.teardown(() => service.value.stop())
  }
  return Promise.all([first, second])
}

/** The URL of a keystore or key at another process. */
const at = ({ url }: ServiceProcess, other: string) => `${url}${new URL(other).pathname}`

t.test('two processes that start at once on a new directory share one store', async t => {
  const [first, second] = await startTwo(t)
  const made = [first, second].filter(service => service.output().includes('made a new master key file'))
  t.equal(made.length, 1, 'one of them made the key')

  const { key_store_url } = await call('POST', `${first.url}/v1/keystores`, { controller: 'alice' })
  const { key_url } = await call('POST', `${at(second, key_store_url)}/keys`, { key_type: 'ED25519' })
  const { signature } = await call('POST', `${at(first, key_url)}/sign`, { message })
  t.equal((await request('POST', `${at(second, key_url)}/verify`, { message, signature })).status, 200)
})

t.test('each sees at once what the other was acknowledged', async t => {
  const [first, second] = await startTwo(t)
  const { key_store_url } = await call('POST', `${first.url}/v1/keystores`, { controller: 'alice' })
  let [here, there] = [first, second]
  for (let round = 1; round <= 5; round += 1) {
    const { key_url } = await call('POST', `${at(here, key_store_url)}/keys`, { key_type: 'ED25519' })
    const before = await call('POST', `${at(there, key_url)}/sign`, { message })
    const rotated = await call('POST', `${at(here, key_url)}/rotate`, { key_type: 'ED25519' })

    const after = await call('POST', `${at(there, key_url)}/sign`, { message })
    t.not(after.signature, before.signature, 'the other process signs with the new version, though the old one is open')
    t.strictSame(await call('POST', `${at(here, rotated.key_url)}/sign`, { message }), after)
    t.strictSame(
      await call('GET', `${at(there, key_url)}/export`),
      await call('GET', `${at(here, rotated.key_url)}/export`),
    )
    for (const { signature } of [before, after]) {
      t.equal((await request('POST', `${at(there, rotated.key_url)}/verify`, { message, signature })).status, 200)
    }
    ;[here, there] = [there, here]
  }
})

t.test('of imports and rotations at once none is lost', async t => {
  const services = await startTwo(t)
  const [first] = services
  const { key_store_url } = await call('POST', `${first.url}/v1/keystores`, { controller: 'alice' })
  const key = base64(Buffer.alloc(32, 1))
  const body = { key_type: 'AES256GCM', key, key_id: 'one' }
  const imports = await Promise.all(
    [0, 1, 0, 1, 0, 1].map(index => request('PUT', `${at(services[index] ?? first, key_store_url)}/keys`, body)),
  )
  t.strictSame(imports.map(({ status }) => status).sort(), [200, 409, 409, 409, 409, 409])

  const encrypted = await call('POST', `${at(first, key_store_url)}/keys/one/encrypt`, { message })
  const rotations = await Promise.all(
    [0, 1, 0, 1].map(index =>
      call('POST', `${at(services[index] ?? first, key_store_url)}/keys/one/rotate`, { key_type: 'AES256GCM' }),
    ),
  )
  const ids = new Set(rotations.map(({ key_url }) => new URL(key_url).pathname))
  t.equal(ids.size, 4)
  for (const service of services) {
    for (const { key_url } of rotations) {
      t.strictSame(await call('POST', `${at(service, key_url)}/decrypt`, encrypted), { plaintext: message })
    }
  }
})

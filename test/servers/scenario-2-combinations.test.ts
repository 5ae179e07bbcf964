import { randomBytes } from 'node:crypto'
import { base64, call } from '@keyhold/scripts/http-client.js'
import { recordKms } from '@keyhold/scripts/servers/recording-proxy.js'
import { kmsEnvironment, kmsKeyArn, startKms } from '@keyhold/scripts/servers/start.js'
import t, { type Test } from 'tap'
import {
  aliceOf,
  type Headers,
  newKeystore,
  offeredVault,
  refusalOf,
  type TestUserServers,
  testUserService,
  withUserServers,
} from '../support/user-servers.ts'

const message = base64('message')

/** A key of each family, and what is done with it; the answer of the first use is the question of the second. */
const uses = [
  { key_type: 'ED25519', make: 'sign', check: 'verify' },
  { key_type: 'ECDSAP256DER', make: 'sign', check: 'verify' },
  { key_type: 'AES256GCM', make: 'encrypt', check: 'decrypt' },
  { key_type: 'HMACSHA256Tag256', make: 'computemac', check: 'verifymac' },
] as const

const question = { message, data: message }

/** Makes keys of every family, imports one, rotates all of them, and uses them again after a restart. */
async function useAll(
  t: Test,
  { keystore, headers, restart }: { keystore: string; headers: Headers; restart: () => Promise<void> },
): Promise<{ readonly writes: number; readonly first: string }> {
  const post = (url: string, body: object) => call('POST', url, body, headers)
  const keys: { url: string; make: string; check: string; made: object }[] = []
  const imported = { key_type: 'AES256GCM', key: base64(randomBytes(32)), key_id: 'imported' }
  await call('PUT', `${keystore}/keys`, imported, headers)
  for (const { key_type, make, check } of uses) {
    const { key_url } = await post(`${keystore}/keys`, { key_type })
    keys.push({ url: key_url, make, check, made: await post(`${key_url}/${make}`, question) })
  }
  keys.push({
    url: `${keystore}/keys/imported`,
    make: 'encrypt',
    check: 'decrypt',
    made: await post(`${keystore}/keys/imported/encrypt`, question),
  })
  const rotated = await Promise.all(
    keys.map(async (key, index) => {
      const { key_type } = uses[index] ?? imported
      const { key_url } = await post(`${key.url}/rotate`, { key_type })
      return { ...key, url: key_url, made: await post(`${key_url}/${key.make}`, question) }
    }),
  )
  for (const isRestarted of [false, true]) {
    if (isRestarted) await restart()
    for (const { url, check, made } of [...keys, ...rotated]) {
      const answer = await post(`${url}/${check}`, { ...question, ...made })
      const plaintext = answer?.plaintext ?? message
      t.equal(plaintext, message, `${check}${isRestarted ? ' after a restart' : ''}`)
    }
  }
  const [{ url: first } = { url: '' }] = keys
  return { writes: keys.length + rotated.length, first }
}

interface Combination {
  readonly lock: 'server-held' | 'shamir'
  readonly place: 'store' | 'vault'
  readonly server: 'local' | 'aws'
}

const combinations: readonly Combination[] = [
  { lock: 'server-held', place: 'store', server: 'local' },
  { lock: 'server-held', place: 'vault', server: 'local' },
  { lock: 'shamir', place: 'store', server: 'local' },
  { lock: 'shamir', place: 'vault', server: 'local' },
  { lock: 'shamir', place: 'vault', server: 'aws' },
]

await withUserServers(t, 'every lock with every place', async (t, servers) => {
  const { record } = servers
  for (const combination of combinations) {
    const { lock, place, server } = combination
    t.test(`the lock is ${lock}, the keys are in the ${place}, the server lock is ${server}`, async t => {
      const settings = server === 'aws' ? await awsSettings(t, servers) : {}
      if ('skip' in settings) {
        await t.test('no server lock', { skip: settings['skip'] ?? '' }, async () => {})
        return
      }
      const service = await testUserService(t, servers, settings)
      const headers = lock === 'shamir' ? aliceOf(servers) : {}
      const edv = place === 'vault' ? (await offeredVault(servers, service.url)).edv : undefined
      const from = record.now
      const keystore = await newKeystore(service.url, headers, edv)
      const { writes, first } = await useAll(t, { keystore, headers, restart: () => service.restart() })
      const asked = (callee: string, method?: string) =>
        record
          .since(from)
          .filter(each => each.callee === callee && each.event === 'asked' && (method ?? each.call) === each.call)
          .length
      t.equal(asked('vault', 'POST'), place === 'vault' ? writes : 0, 'each version was put into the vault')
      t.equal(asked('vault') > 0, place === 'vault', 'and nothing else was asked of one')
      t.equal(asked('auth server'), lock === 'shamir' ? 2 : 0, 'a share is fetched once before and after the restart')
      t.equal(asked('AWS') > 0, server === 'aws')
      const withoutShare = await refusalOf('POST', `${first}/sign`, { message })
      t.strictSame(withoutShare, lock === 'shamir' ? [400, 'INVALID_REQUEST'] : [200, undefined], 'without a share')
    })
  }

  t.test('a share beside a lock that is held by the server changes nothing', async t => {
    const service = await testUserService(t, servers)
    const { edv } = await offeredVault(servers, service.url)
    const keystore = await newKeystore(service.url, {}, edv)
    const from = record.now
    await call('POST', `${keystore}/keys`, { key_type: 'ED25519' }, aliceOf(servers))
    const callees = new Set(record.since(from).map(({ callee }) => callee))
    t.strictSame(callees, new Set(['service', 'vault']))
  })
})

/** The settings of a service that locks with AWS KMS, recorded as well. */
async function awsSettings(t: Test, { directory, record }: TestUserServers): Promise<Readonly<Record<string, string>>> {
  const kms = await startKms({ directory })
  if ('skip' in kms) return { skip: kms.skip }
  t.teardown(() => kms.stop())
  const proxy = await recordKms(kms.url, record)
  t.teardown(() => proxy.stop())
  return {
    ...kmsEnvironment,
    KMS_SECRET_LOCK_TYPE: 'aws',
    KMS_SECRET_LOCK_AWS_KEY_URI: `aws-kms://${kmsKeyArn}`,
    KMS_SECRET_LOCK_AWS_ENDPOINT: proxy.url,
    KMS_SECRET_LOCK_TIMEOUT: '120s',
  }
}

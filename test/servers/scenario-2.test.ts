import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { walk } from '@keyhold/scripts/demo-edv/walk.js'
import { Wallet } from '@keyhold/scripts/demo-edv/wallet.js'
import { base64, call } from '@keyhold/scripts/http-client.js'
import { lineOf, type Moment } from '@keyhold/scripts/servers/call-record.js'
import type { Step } from '@keyhold/scripts/servers/step.js'
import t from 'tap'
import { repository } from '../support/repository.ts'
import { traceAfterStart } from '../support/trace.ts'
import { until } from '../support/until.ts'
import {
  aliceOf,
  isLogged,
  newKeystore,
  offeredVault,
  testUserService,
  withUserServers,
} from '../support/user-servers.ts'

const demo = join(repository, 'scripts/dist/demo-edv/main.js')
const message = base64('message')
const rotation = { key_type: 'ED25519' }

/** What is recorded of calls that are made one after the other, each given with the status of its answer. */
function pairs(...calls: readonly string[]): string[] {
  return calls.flatMap(each => [`→ ${each.replace(/ \d+$/, '')}`, `← ${each}`])
}

/** What is recorded of a request that causes these calls, and is answered after the last one. */
function lines(request: string, ...calls: readonly string[]): string[] {
  return [`→ ${request}`, ...pairs(...calls), `← ${request} 200`]
}

/** What is recorded, with the documents of the vault numbered in the order in which they appear. */
function numbered(moments: readonly Moment[]): string[] {
  const names = new Map<string, string>()
  return moments.map(moment => {
    if (moment.callee !== 'vault' || moment.about === 'a new vault') return lineOf(moment)
    const about = names.get(moment.about) ?? `#${names.size + 1}`
    names.set(moment.about, about)
    return lineOf({ ...moment, about })
  })
}

const share = 'auth server GET share of alice 200'

/** The requests of the demo, in their order, and all that they cause. */
const causes: readonly (readonly string[])[] = [
  lines('service POST did'),
  pairs('vault POST a new vault 201'),
  lines('service POST keystores', share, 'vault GET #1 404'),
  lines('service POST keys', 'vault POST #2 201'),
  lines('service POST sign', 'vault GET #2 200'),
  lines('service POST sign'),
  lines('service POST verify'),
  lines('service POST rotate', 'vault POST #3 201'),
  lines('service POST sign', 'vault GET #3 200'),
  lines('service POST sign'),
  lines('service POST verify'),
  // The document of the key as it was before this rotation stays until the next one.
  lines('service POST rotate', 'vault POST #4 201', 'vault DELETE #2 200'),
  lines('service POST sign', share, 'vault GET #4 200'),
]

const openVaultKeys = ['local lock unlock edv-recipient-key', 'local lock unlock edv-mac-key']
const findBoth = ['store find keystores', 'store find keys']

/** The same as the service itself sees it before it is restarted, with its store and the locks in its memory. */
const traceBefore = [
  ['store find server-keys', 'local lock lock server-key', 'store add server-keys', 'local lock unlock server-key'],
  [
    'local lock lock edv-recipient-key',
    'local lock lock edv-mac-key',
    ...openVaultKeys,
    'vault get',
    'store add keystores',
  ],
  ['store find keystores', 'user lock lock key', ...openVaultKeys, 'vault put', 'store add keys'],
  [...findBoth, 'vault get', 'user lock unlock key'],
  findBoth,
  findBoth,
  [...findBoth, 'user lock lock key', 'store find keys', 'vault put', 'store replace keys'],
  [...findBoth, 'vault get', 'user lock unlock key'],
  findBoth,
  findBoth,
  [...findBoth, 'user lock lock key', 'store find keys', 'vault put', 'store replace keys', 'vault remove'],
].flat()

const openSigner = ['store find server-keys', 'local lock unlock server-key']
const traceAfter = [
  'store find keystores',
  ...openSigner,
  ...openVaultKeys,
  'store find keys',
  'vault get',
  'user lock unlock key',
] as const

await withUserServers(t, "locks shared with their users, keys in users' vaults", async (t, servers) => {
  const { record, vaults, secrets } = servers
  const headers = aliceOf(servers)
  const { valve } = vaults.proxy

  t.test('the calls to the vault and to the auth server come in this order, and no others', async t => {
    const service = await testUserService(t, servers, { KMS_AUTH_TYPE: 'zcap', KMS_LOG_LEVEL: 'debug' })
    const isTrace = async (expected: readonly string[], name: string) => {
      await until(() => traceAfterStart(service.output()).length >= expected.length)
      t.strictSame(traceAfterStart(service.output()), expected, name)
    }
    const restartService = async () => {
      await isTrace(traceBefore, 'the trace of the service says the same')
      await service.restart()
    }
    const wallet = await Wallet.create('alice', secrets.alice.own)
    const steps: Step[] = []
    const places = { service: service.url, vaultServer: vaults.proxy.url, record, restartService }
    await walk(places, wallet, step => steps.push(step))
    await isTrace(traceAfter, 'and after the restart')
    const moments = steps.flatMap(step => step.moments)
    t.strictSame(numbered(moments), causes.flat())
    const counted = moments.map(({ number }) => number)
    t.strictSame(
      counted,
      counted.map((_, index) => (counted[0] ?? 0) + index),
      'nothing happened between the requests either',
    )
    t.strictSame(
      steps.map(step => step.moments.length),
      causes.map(cause => cause.length),
      'each is caused by the request that the demo shows it under',
    )
  })

  t.test('where nothing is kept each signature costs one share and one document', async t => {
    const service = await testUserService(t, servers, { KMS_CACHE_ENABLE: 'false', KMS_SHAMIR_SECRET_CACHE_TTL: '0' })
    const { edv } = await offeredVault(servers, service.url)
    const keystore = await newKeystore(service.url, headers, edv)
    const { key_url } = await call('POST', `${keystore}/keys`, rotation, headers)
    for (const name of ['the first', 'the second', 'the third']) {
      const from = record.now
      await call('POST', `${key_url}/sign`, { message }, headers)
      t.strictSame(numbered(record.since(from)), lines('service POST sign', share, 'vault GET #1 200'), name)
    }
  })

  t.test(
    'two hundred signatures at once on a service that has opened nothing cost one share and one document',
    async t => {
      const service = await testUserService(t, servers)
      const { edv } = await offeredVault(servers, service.url)
      const keystore = await newKeystore(service.url, headers, edv)
      const { key_url } = await call('POST', `${keystore}/keys`, rotation, headers)
      await service.restart()
      const from = record.now
      const requests = Array.from({ length: 200 }, () => call('POST', `${key_url}/sign`, { message }, headers))
      const signatures = new Set((await Promise.all(requests)).map(({ signature }) => signature))
      t.equal(signatures.size, 1, 'all of them are signatures of the one key')
      const outside = record.since(from).filter(({ callee }) => callee !== 'service')
      t.strictSame(numbered(outside).sort(), pairs(share, 'vault GET #1 200').sort())
    },
  )

  t.test('the vault has a document before the store points to it, and loses it after that', async t => {
    const service = await testUserService(t, servers, { KMS_LOG_LEVEL: 'debug' })
    const { edv } = await offeredVault(servers, service.url)
    const keystore = await newKeystore(service.url, headers, edv)
    const changes = () => traceAfterStart(service.output()).filter(line => /^store (add|replace) keys$/.test(line))
    const asked = (method: string, from: number) =>
      until(() => record.since(from).some(({ callee, call }) => callee === 'vault' && call === method))

    let from = record.now
    valve.pause('answers')
    const creating = call('POST', `${keystore}/keys`, rotation, headers)
    await asked('POST', from)
    await isLogged(service)
    t.strictSame(changes(), [], 'nothing points to a document that the vault has not confirmed')
    valve.resume()
    const { key_url } = await creating
    await isLogged(service)
    const log = service.output().split('\n')
    const writing = log.findIndex(line => line.includes('"call":"add"') && line.includes('"collection":"keys"'))
    const answering = log.findIndex(line => line.includes('"route":"/v1/keystores/:keystoreId/keys"'))
    t.ok(0 < writing && writing < answering, 'the answer comes after the write of the store')

    await call('POST', `${key_url}/rotate`, rotation, headers)
    await call('POST', `${key_url}/sign`, { message }, headers)
    await until(() => changes().length > 1)
    from = record.now
    valve.pause('answers')
    const rotating = call('POST', `${key_url}/rotate`, rotation, headers)
    await asked('POST', from)
    await isLogged(service)
    t.strictSame(changes(), ['store add keys', 'store replace keys'], 'and so it is with a rotation')
    valve.resume()
    valve.pause('requests')
    await asked('DELETE', from)
    await until(() => changes().length > 2)
    t.equal(changes().at(-1), 'store replace keys', 'which removes the document of the version before at last')
    valve.resume()
    await rotating
  })

  t.test('the demo runs', async t => {
    // What it could not do it would say on its standard error, with an exit code that is not 0.
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [demo])
    t.equal(stderr, '')
    for (const moment of causes.flat()) t.match(stdout, new RegExp(`${moment.replace(/#\d+/, '\\w+')}\n`), moment)
    t.match(stdout, /\w: removed, when the key was rotated again\n {2}\w+: \{"id":"\w+","sequence":0,"indexed":/)
    const costs = stdout.slice(stdout.indexOf('What each request costs')).trimEnd().split('\n').slice(2)
    t.strictSame(
      costs.map(line => line.trim().split(/ +/).slice(-2).map(Number)),
      causes.map(cause => ['vault', 'auth server'].map(callee => callsOf(cause, callee))),
      'and says what each request costs',
    )
  })
})

function callsOf(cause: readonly string[], callee: string): number {
  return cause.filter(line => line.startsWith(`→ ${callee} `)).length
}

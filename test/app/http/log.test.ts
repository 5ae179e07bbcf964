import { MemoryKeyStore } from '@keyhold/adapters'
import { type Durability, KmsError, type StoredRecord } from '@keyhold/core'
import { verifyLog } from '@keyhold/core/audit/verify-log.js'
import t from 'tap'
import { wholeLog } from '../../support/audit-log.ts'
import { base64, buildApp, idOf, keystoreOf, type TestApp } from '../../support/build-app.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { type Refusal, refusals, unknownIds } from '../../support/refusals.ts'
import { routes } from '../../support/routes.ts'
import { openSignedServer, sharedPorts } from '../../support/signing-caller.ts'
import { buildVaultedApp } from '../../support/vaulted-app.ts'

const closed = { mode: 'closed', timeout: 60_000 } as const
const full = new KmsError('STORE_UNAVAILABLE', 'the disk is full')

/** Fails while its switch is on, when something is written to a log. */
class FullDisk extends MemoryKeyStore {
  failure: KmsError | undefined

  override async add(record: StoredRecord): Promise<void> {
    if (record.collection === 'log' && this.failure !== undefined) throw this.failure
    return super.add(record)
  }
}

/** What is said of each request, the latest first. */
async function decisions(app: TestApp, keystore: string) {
  const lines = await wholeLog(app.records, keystore === '' ? '' : idOf(keystore))
  return lines.map(line => JSON.parse(line)).filter(({ type }) => type === 'decision')
}

t.test('every request is written down: what was asked for, with which key, and what came of it', async t => {
  const app = await buildApp(t, { audit: closed })
  const keystore = await app.keystore()
  const key = await app.key('ED25519', keystore)
  const message = base64('message')
  const { body, headers } = await app.send({ method: 'POST', path: `${key}/sign`, body: { message } })
  await app.send({ method: 'POST', path: `${key}/rotate`, body: { key_type: 'ED25519' } })
  await app.send({ method: 'POST', path: `${key}/verify`, body: { message, signature: body.signature } })
  await app.send({ method: 'POST', path: `${key}/verify`, body: { message, signature: base64('other') } })
  await app.send({ method: 'POST', path: `${keystore}/keys/none/sign`, body: { message } })
  const id = idOf(key)
  const about = (operation: string, status: number, others: object) => ({
    operation,
    status,
    principal: 'local',
    ...others,
  })
  t.match(await decisions(app, keystore), [
    about('sign', 404, { code: 'KEY_NOT_FOUND', key: 'none', version: undefined }),
    about('verify', 400, { code: 'VERIFICATION_FAILED', key: id }),
    about('verify', 200, { key: id, version: 1, code: undefined }),
    about('rotateKey', 200, { key: id, version: 2 }),
    about('sign', 200, { key: id, version: 1, request: headers['x-request-id'] }),
    about('createKey', 200, { key: id, version: 1 }),
    about('createKeyStore', 200, { key: undefined }),
  ])
  t.notMatch((await wholeLog(app.records, idOf(keystore))).join(), message, 'nothing of what was sent')
})

t.test('what belongs to no keystore is written to the server’s own log', async t => {
  const app = await buildApp(t, { audit: closed })
  const key = await app.key('ED25519')
  await app.send({ method: 'POST', path: '/v1/keystores', body: { controller: '' } })
  await app.send({ method: 'GET', path: '/v1/keystores/unknown' })
  await app.send({ method: 'POST', path: `${key}/sign`, body: '{' })
  await app.send({ method: 'GET', path: '/health/ready' })
  await app.send({ method: 'GET', path: '/nothing' })
  await app.send({ method: 'DELETE', path: key })
  t.match(await decisions(app, ''), [
    { operation: 'sign', status: 400, key: idOf(key) },
    { operation: 'describeKeyStore', status: 404, code: 'KEYSTORE_NOT_FOUND' },
    { operation: 'createKeyStore', status: 400, code: 'INVALID_REQUEST' },
  ])
})

t.test('a log is read page by page, the latest entry first, and is whole', async t => {
  const app = await buildApp(t, { audit: closed })
  const path = await app.keystore()
  const keystore = idOf(path)
  for (let round = 0; round < 15; round += 1) {
    await Promise.all(Array.from({ length: 100 }, () => app.send({ method: 'GET', path: `${path}/jwks` })))
  }
  const pages: string[][] = []
  for (let next: string | undefined = `${path}/log`; next !== undefined; ) {
    const { text, headers, status } = await app.send({ method: 'GET', path: next })
    t.equal(status, 200)
    t.equal(headers['content-type'], 'application/jsonl; charset=utf-8')
    pages.push(text.split('\n').slice(0, -1))
    const [, query] = /^<.*(\?.*)>; rel="next"$/.exec(String(headers['link'])) ?? []
    next = query && `${path}/log${query}`
  }
  t.equal(pages.length, 2)
  t.ok((pages[0]?.length ?? 0) >= 1000 && (pages[0]?.length ?? 0) <= 1101)
  t.match(await verifyLog(pages.flat()), { keystores: [keystore], faults: [] })
  await app.server.close()
  const whole = await wholeLog(app.records, keystore)
  t.match(JSON.parse(whole[0] ?? ''), { type: 'head' }, 'a stop signs')
  t.match(await verifyLog([...whole, ...(await wholeLog(app.records, ''))]), { open: [], faults: [] })
})

t.test('closed: what cannot be written down is withheld', async t => {
  const store = new FullDisk()
  const { log, entries } = recordingLog()
  const app = await buildApp(t, { audit: closed, ports: { store }, log })
  const key = await app.key('ED25519')
  store.failure = full
  const unavailable = { code: 'AUDIT_UNAVAILABLE', message: 'the audit log cannot be written' }
  const signing = { method: 'POST', path: `${key}/sign`, body: { message: '' } } as const
  const paths = [
    signing,
    { method: 'GET', path: `${keystoreOf(key)}/jwks` },
    { method: 'GET', path: '/v1/keystores/unknown' },
  ] as const
  for (const request of paths) {
    const reply = await app.send(request)
    t.strictSame([reply.status, reply.body], [503, { ...unavailable, errMessage: unavailable.message }])
    t.match(reply.headers, {
      'retry-after': '1',
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(reply.text.length),
      'cache-control': 'no-store',
    })
  }
  t.match(entries.at(-1), { level: 'error', args: [{ status: 503, code: 'AUDIT_UNAVAILABLE', err: { cause: full } }] })
  const failing = await app.send({ method: 'POST', path: `${key}/blind`, body: {} })
  t.match(failing, { status: 501, body: { code: 'NOT_IMPLEMENTED' } }, 'what has failed by itself says why')
  store.failure = undefined
  t.equal((await app.send(signing)).status, 200, 'and all goes on')
  const log2 = await app.send({ method: 'GET', path: `${keystoreOf(key)}/log` })
  t.match(await verifyLog(log2.text.split('\n').slice(0, -1)), { chains: 2, faults: [] })
})

t.test('open: it is answered all the same, and the log says so', async t => {
  const store = new FullDisk()
  const { log, entries } = recordingLog()
  const app = await buildApp(t, { audit: { mode: 'open', timeout: 60_000 }, ports: { store }, log })
  const key = await app.key('ED25519')
  store.failure = full
  const reply = await app.send({ method: 'POST', path: `${key}/sign`, body: { message: '' } })
  t.match(reply, { status: 200, body: { signature: /./ } })
  t.match(
    entries.filter(({ level }) => level === 'error'),
    [{ args: [{ err: { code: 'AUDIT_UNAVAILABLE' }, request: reply.headers['x-request-id'] }] }],
  )
})

t.test(
  'what changes something is on the disk with its entry, and what uses a key is with the operating system',
  async t => {
    class NotingStore extends MemoryKeyStore {
      readonly added: [id: unknown, Durability | undefined][] = []
      override async add(record: StoredRecord, durability?: Durability): Promise<void> {
        if (record.collection === 'log') this.added.push([record.scope, durability])
        return super.add(record)
      }
    }
    for (const sync of ['changes', 'always'] as const) {
      const store = new NotingStore()
      const app = await buildApp(t, { audit: { ...closed, sync }, ports: { store } })
      const key = await app.key('ED25519')
      t.ok(store.added.every(([, durability]) => durability === 'flushed'))
      const before = store.added.length
      await app.send({ method: 'POST', path: `${key}/sign`, body: { message: '' } })
      await app.send({ method: 'GET', path: `${keystoreOf(key)}/log` })
      await app.send({ method: 'POST', path: `${key}/sign/batch`, body: { items: [{ message: '' }] } })
      const used = store.added.slice(before).map(([, durability]) => durability)
      t.strictSame(used, Array(3).fill(sync === 'changes' ? 'written' : 'flushed'), sync)
      await app.send({ method: 'POST', path: `${key}/rotate`, body: { key_type: 'ED25519' } })
      t.equal(store.added.at(-1)?.[1], 'flushed')
    }
  },
)

t.test('a store that never answers holds up no answer for ever', async t => {
  class DeafStore extends MemoryKeyStore {
    override async add(record: StoredRecord): Promise<void> {
      return record.collection === 'log' ? new Promise(() => {}) : super.add(record)
    }
  }
  const app = await buildApp(t, { audit: { mode: 'closed', timeout: 1 }, ports: { store: new DeafStore() } })
  t.match(await app.send({ method: 'GET', path: '/v1/keystores/unknown' }), { status: 503 })
})

t.test('for the controller, who sees also what was tried by others', async t => {
  const ports = sharedPorts()
  const server = await openSignedServer(t, ports, { audit: closed })
  const [alice, bob] = [await server.caller(), await server.caller()]
  const { url, root } = await alice.keystore()
  const { body } = await alice.send('POST', `${url}/keys`, { key_type: 'ED25519' }, root)
  await bob.send('POST', `${body.key_url}/sign`, { message: '' }, root)
  t.match(await bob.send('GET', `${url}/log`), { status: 403, body: { code: 'FORBIDDEN' } })
  t.match(await server.get(`${url}/log`), { status: 401 })
  const { status, body: text } = await alice.send('GET', `${url}/log`)
  t.equal(status, 200)
  const entries = text
    .trim()
    .split('\n')
    .map((line: string) => JSON.parse(line))
  t.match(
    entries.filter(({ type }: { type: string }) => type === 'decision'),
    [
      { operation: 'readLog', principal: bob.did, status: 403, reason: 'the signer is not the controller' },
      { operation: 'sign', principal: bob.did, status: 403, code: 'FORBIDDEN', key: idOf(body.key_url) },
      { operation: 'createKey', principal: alice.did, status: 200 },
      { operation: 'createKeyStore', principal: alice.did, status: 200 },
    ],
  )
})

t.test('of a keystore whose keys live in a vault', async t => {
  const { app, keystore } = await buildVaultedApp(t, { audit: closed })
  const path = await keystore()
  await app.key('ED25519', path)
  const { text } = await app.send({ method: 'GET', path: `${path}/log` })
  t.match(await verifyLog(text.split('\n').slice(0, -1)), { entries: 3, faults: [] })
})

t.test('without it nothing is written, and there is nothing to read', async t => {
  const app = await buildApp(t)
  const path = await app.keystore()
  t.match(await app.send({ method: 'GET', path: `${path}/log` }), { status: 200, text: '' })
  t.strictSame(await wholeLog(app.records, idOf(path)), [])
})

t.test('refusals', async t => {
  const app = await buildApp(t)
  const keystore = await app.keystore()
  const path = `${keystore}/log`
  const strange = ['', '.', 'a%2Fb', 'a%00', '%F0%9F%94%91', '%ff', 'x'.repeat(129)]
  const table: Refusal[] = [
    ...strange.map((after): Refusal => {
      return [`after ${after.slice(0, 12)}`, { method: 'GET', path: `${path}?after=${after}` }, 400, 'INVALID_REQUEST']
    }),
    ...unknownIds(routes.log, { keystoreId: idOf(keystore) }),
    ['POST', { method: 'POST', path, body: {} }, 405, 'METHOD_NOT_ALLOWED'],
    ['two places to go on', { method: 'GET', path: `${path}?after=a&after=b` }, 400, 'INVALID_REQUEST'],
  ]
  await refusals(t, app, table)
})

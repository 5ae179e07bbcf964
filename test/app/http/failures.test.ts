import { KmsError, type Ports } from '@keyhold/core'
import t, { type Test } from 'tap'
import { buildApp, idOf, keystoreOf, type Reply, type Request } from '../../support/build-app.ts'
import { FailingKeyStore, FailingLock } from '../../support/failing-ports.ts'
import { recordingLog } from '../../support/recording-log.ts'
import { errorOf } from '../../support/refusals.ts'
import { fill, type Route, routes } from '../../support/routes.ts'
import { testPorts } from '../../support/test-ports.ts'

/** What an outside failure says of itself, and no caller may read. */
const detail = 'mongodb://user:password@10.0.0.7/keys'

const failures: readonly (readonly [name: string, failure: unknown, status: number, code: string])[] = [
  [
    'the store is away',
    new KmsError('STORE_UNAVAILABLE', 'the store does not answer', cause()),
    503,
    'STORE_UNAVAILABLE',
  ],
  ['a record is corrupt', new KmsError('STORE_CORRUPT', detail, cause()), 500, 'STORE_CORRUPT'],
  ['the lock is away', new KmsError('LOCK_UNAVAILABLE', 'the lock does not answer', cause()), 503, 'LOCK_UNAVAILABLE'],
  ['the lock is refused', new KmsError('LOCK_REFUSED', 'the lock is disabled', cause()), 503, 'LOCK_REFUSED'],
  ['the lock rejects', new KmsError('LOCK_REJECTED', detail, cause()), 500, 'LOCK_REJECTED'],
  ['a bug', new TypeError(detail), 500, 'INTERNAL_ERROR'],
  ['a bug that claims a status', Object.assign(new Error(detail), { statusCode: 503 }), 500, 'INTERNAL_ERROR'],
  ['a text is thrown', detail, 500, 'INTERNAL_ERROR'],
  ['nothing is thrown', null, 500, 'INTERNAL_ERROR'],
]

/** The operations that open a lock when nothing is kept open; the rest reads public parts alone. */
const locking = [
  'createKeystore',
  'createKey',
  'importKey',
  'rotateKey',
  'sign',
  'encrypt',
  'decrypt',
  'computeMac',
  'verifyMac',
  'signMulti',
]

for (const [name, failure, status, code] of failures) {
  t.test(`store: ${name}`, async t => {
    const made = testPorts('failures')
    const store = new FailingKeyStore(made.store)
    await failAll(
      t,
      { ...made, store },
      Object.keys(routes),
      failing => (store.failure = failing ? failure : undefined),
    )
  })

  t.test(`lock: ${name}`, async t => {
    const made = testPorts('failures')
    const lock = new FailingLock(made.lock)
    await failAll(t, { ...made, lock }, locking, failing => (lock.failure = failing ? failure : undefined))
  })

  async function failAll(t: Test, ports: Ports, names: readonly string[], fail: (failing: boolean) => void) {
    const { log, entries } = recordingLog()
    const app = await buildApp(t, { ports, log, cache: { max: 0, ttl: 0 } })
    for (const [name, request] of await requests(app)) {
      if (!names.includes(name)) continue
      const before = app.store.written.length
      entries.length = 0
      fail(true)
      const reply = await app.send(request)
      fail(false)
      t.strictSame({ status: reply.status, error: errorOf(reply) }, { status, error: code }, name)
      const seconds = code === 'LOCK_REFUSED' ? '30' : '1'
      t.equal(reply.headers['retry-after'], status === 503 ? seconds : undefined, `${name}: Retry-After`)
      t.notOk(leaks(reply), `${name}: the answer holds no detail`)
      if (status === 500) t.equal(reply.body.message, 'internal error', name)
      t.ok(
        entries.some(({ level }) => level === 'error'),
        `${name}: it is logged as an error`,
      )
      t.equal(app.store.written.length, before, `${name}: nothing was stored`)
      if (!/^(decrypt|deriveProof|verify.*|updateVault|.*wrap.*|blind|correctnessProof|signWithSecrets)$/i.test(name)) {
        t.equal((await app.send(request)).status, 200, `${name}: it works again`)
      }
    }
  }
}

t.test('the cause of a failure is logged', async t => {
  const made = testPorts('failures')
  const store = new FailingKeyStore(made.store)
  const { log, entries } = recordingLog()
  const app = await buildApp(t, { ports: { ...made, store }, log })
  const failure = new KmsError('STORE_UNAVAILABLE', 'the store does not answer', cause())
  store.failure = failure
  await app.send({ method: 'POST', path: '/v1/keystores', body: { controller: 'did:example:alice' } })
  const logged = entries.find(({ level }) => level === 'error')
  t.match(logged?.args, [{ err: failure, code: 'STORE_UNAVAILABLE' }, 'request failed'])
})

t.test('what a caller did wrong is no error of the service', async t => {
  const { log, entries } = recordingLog()
  const app = await buildApp(t, { log })
  for (const body of ['{', {}, { controller: 1 }]) await app.send({ method: 'POST', path: '/v1/keystores', body })
  await app.send({ method: 'GET', path: '/nowhere' })
  t.notOk(entries.some(({ level }) => ['warn', 'error', 'fatal'].includes(level)))
})

function cause() {
  return { cause: new Error(detail) }
}

function leaks({ text, headers }: Reply): boolean {
  const shown = text + JSON.stringify(headers)
  return ['mongodb', 'password', '10.0.0.7', 'TypeError', '.js:', '.ts:', ' at '].some(word => shown.includes(word))
}

/** A request for every route, with keys that suit them. */
async function requests(app: Awaited<ReturnType<typeof buildApp>>): Promise<[string, Request][]> {
  const keystore = await app.keystore()
  const keys = {
    signature: await app.key('ED25519', keystore),
    aead: await app.key('AES256GCM', keystore),
    mac: await app.key('HMACSHA256Tag256', keystore),
    bbs: await app.key('BLS12381G2-SHA-256', keystore),
    agreement: await app.key('X25519ECDHKW', keystore),
  }
  const keyFor = (route: string) => {
    const name = route.replace(/Batch$/, '')
    if (name === 'encrypt' || name === 'decrypt') return keys.aead
    if (/(Multi|Proof)$/.test(name)) return keys.bbs
    if (/wrap/.test(name)) return keys.agreement
    return name.endsWith('Mac') ? keys.mac : keys.signature
  }
  return Object.entries<Route>(routes).map(([name, { method, url, body }]) => {
    const key = keyFor(name)
    const path = fill(url, { keystoreId: idOf(keystoreOf(key)), keyId: idOf(key) })
    return [name, { method, path, ...(body && { body }) }]
  })
}

import { inspect } from 'node:util'
import { outcome } from '@keyhold/contract'
import { KmsError, type LockPort } from '@keyhold/core'
import t, { type Test } from 'tap'
import type { Fault } from '../support/loopback-server.ts'
import { FakeTransitServer } from '../support/openbao-transit.ts'
import { secretsIn } from '../support/secret-forms.ts'
import { all, context, newKey, openLock, outcomes, secret, transitLockSuite } from '../support/transit-lock-suite.ts'
import { until } from '../support/until.ts'

const server = new FakeTransitServer()
const admin = await server.start()
t.teardown(() => server.stop())

await transitLockSuite(t, admin)

/** A lock that has been used, what it locked, and the token in its file. The teardown lets go of what hangs. */
async function usedLock(t: Test, timeout = 10_000) {
  const { file, token } = await newKey(t, admin)
  const lock = await openLock(t, { ...file.options, timeout })
  t.teardown(() => {
    server.fault = undefined
  })
  return { lock, blob: await eventually(() => lock.lock(secret, context)), token, file }
}

/** What a call answers in the end: on a busy machine a lock that is impatient gives up now and then. */
async function eventually<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof KmsError && error.code === 'LOCK_UNAVAILABLE')) throw error
    }
  }
}

const json =
  (status: number, body: string): Fault =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)

const redirect =
  (status: number): Fault =>
  (_, response) =>
    response.writeHead(status, { location: `${admin.url}/elsewhere` }).end()

const hang: Fault = () => undefined
const drip: Fault = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const timer = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(timer))
}

/** Milliseconds for calls that nothing but their deadline ends, which must have arrived before it. */
const impatient = 1500

/** What the server, or whatever stands before it, answers in place of the engine; and what the lock makes of it. */
const faults: Readonly<Record<string, readonly [code: string, fault: Fault, timeout?: number]>> = {
  'sealed, or without an active node': ['LOCK_UNAVAILABLE', json(503, '{"errors":["Vault is sealed"]}')],
  'an internal error': ['LOCK_UNAVAILABLE', json(500, '{"errors":["internal error"]}')],
  'a bad gateway in HTML': ['LOCK_UNAVAILABLE', json(502, '<html>Bad Gateway</html>')],
  'a quota': ['LOCK_UNAVAILABLE', json(429, '{"errors":["rate limit quota exceeded"]}')],
  'a state that is not replicated yet': ['LOCK_UNAVAILABLE', json(412, '{"errors":[]}')],
  'a standby node': ['LOCK_UNAVAILABLE', redirect(307)],
  'a redirect to where it is for good': ['LOCK_REFUSED', redirect(308)],
  'a redirect to a page': ['LOCK_REFUSED', redirect(302)],
  'no permission': ['LOCK_REFUSED', json(403, '{"errors":["permission denied"]}')],
  'no such path': ['LOCK_REFUSED', json(404, '{"errors":["no handler for route"]}')],
  'a proxy that wants a login': ['LOCK_REFUSED', json(401, '')],
  'no answer at all': ['LOCK_UNAVAILABLE', hang, impatient],
  'a head that ends nowhere': [
    'LOCK_UNAVAILABLE',
    (_, response) => void response.writeHead(200).flushHeaders(),
    impatient,
  ],
  'a body that drips': ['LOCK_UNAVAILABLE', drip, impatient],
  'a connection that breaks': ['LOCK_UNAVAILABLE', request => void request.socket.destroy()],
  'a body that breaks': [
    'LOCK_UNAVAILABLE',
    (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"data":', () => request.socket.destroy())
    },
  ],
  'ten megabytes': ['LOCK_UNAVAILABLE', json(200, `{"data":{"plaintext":"${'A'.repeat(10_000_000)}"}}`)],
  'a page': ['LOCK_UNAVAILABLE', json(200, '<html>Welcome</html>')],
  'JSON that ends too early': ['LOCK_UNAVAILABLE', json(200, '{"data":{"ciphertext":"vault:v1:AAAA')],
  'no data': ['LOCK_UNAVAILABLE', json(200, '{}')],
  'empty data': ['LOCK_UNAVAILABLE', json(200, '{"data":{}}')],
  'data that is null': ['LOCK_UNAVAILABLE', json(200, '{"data":null}')],
  'no JSON object': ['LOCK_UNAVAILABLE', json(200, 'null')],
  'values of wrong types': ['LOCK_UNAVAILABLE', json(200, '{"data":{"ciphertext":1,"plaintext":["AA=="]}}')],
  'empty values': ['LOCK_UNAVAILABLE', json(200, '{"data":{"ciphertext":"","plaintext":""}}')],
  'values that are none': ['LOCK_UNAVAILABLE', json(200, '{"data":{"ciphertext":"AA==","plaintext":"A"}}')],
  'nothing, successfully': ['LOCK_UNAVAILABLE', (_, response) => void response.writeHead(200).end()],
}

t.test('whatever comes in place of an answer has its code', async t => {
  for (const [name, [code, fault, timeout]] of Object.entries(faults)) {
    await t.test(name, async t => {
      const { lock, blob, file } = await usedLock(t, timeout)
      const before = server.uses
      server.fault = fault
      const fresh = await openLock(t, { ...file.options, ...(timeout !== undefined && { timeout }) })
      const [used, unused] = await Promise.all([outcomes(lock, blob), outcomes(fresh, blob)])
      t.strictSame(used, all(code), 'of a lock that has been used')
      t.strictSame(unused, all(code), 'and of a new one')
      t.ok(server.uses >= before + 6, 'it was asked each time')
      server.fault = undefined
      for (const each of [lock, fresh]) {
        const works = async () => (await outcomes(each, blob)).every(ended => ended === 'done')
        if (timeout === undefined) t.ok(await works(), 'and it goes on afterwards')
        else await until(works)
      }
    })
  }
})

t.test('nobody listens', async t => {
  const other = new FakeTransitServer()
  const { url } = await other.start()
  await other.stop()
  const { file } = await newKey(t, admin)
  const lock = await openLock(t, { ...file.options, url })
  t.strictSame(await outcomes(lock, new Uint8Array(0)), all('LOCK_UNAVAILABLE'))
})

t.test('a call is repeated once', async t => {
  const { lock, blob } = await usedLock(t)
  const once: Readonly<Record<string, Fault>> = {
    'after a broken connection': request => void request.socket.destroy(),
    'after 503': json(503, ''),
  }
  for (const [name, fault] of Object.entries(once)) {
    const before = server.uses
    server.fault = (request, response, body) => {
      server.fault = undefined
      fault(request, response, body)
    }
    t.equal(await outcome(() => lock.unlock(blob, context)), 'done', name)
    t.equal(server.uses, before + 2)
    server.fault = fault
    t.equal(await outcome(() => lock.unlock(blob, context)), 'LOCK_UNAVAILABLE', `${name}, and another one`)
    t.equal(server.uses, before + 4)
  }
})

t.test('a token that was exchanged between its reading and its use is read again', async t => {
  const { lock, blob, token, file } = await usedLock(t)
  await file.exchange('s.old')
  server.fault = (_, response) => {
    server.fault = undefined
    void file.exchange(token).then(() => response.writeHead(403).end())
  }
  t.equal(await outcome(() => lock.unlock(blob, context)), 'done')
})

t.test('a server that passes over associated data is refused', async t => {
  server.passesOverAssociatedData = true
  const { file } = await newKey(t, admin)
  server.passesOverAssociatedData = false
  const lock = await openLock(t, file.options)
  t.strictSame(await outcomes(lock, new Uint8Array(0)), all('LOCK_REFUSED'))
})

t.test('a thousand calls are under way at most, and close ends them', async t => {
  const { lock, blob } = await usedLock(t)
  server.fault = hang
  const before = server.uses
  const calls = Array.from({ length: 1000 }, () => outcome(() => lock.unlock(blob, context)))
  const oneMore = lock.unlock(blob, context)
  await t.rejects(oneMore, { code: 'LOCK_UNAVAILABLE', cause: { message: 'too many calls are under way' } })
  await lock.close()
  t.strictSame(new Set(await Promise.all(calls)), new Set(['LOCK_UNAVAILABLE']))
  t.ok(server.uses - before <= 1000)
})

t.test('no error shows the secret or the token, whatever is answered', async t => {
  const { lock, blob, token } = await usedLock(t)
  const secrets = { secret, token: Buffer.from(token) }
  for (const status of [200, 302, 307, 400, 403, 404, 500, 503]) {
    server.fault = (request, response, body) => {
      response.writeHead(status, 'permission denied', { location: String(request.headers['x-vault-token']) })
      response.end(JSON.stringify({ errors: [request.rawHeaders.join(), body.toString()], data: body.toString() }))
    }
    for (const error of await errorsOf(lock, blob)) {
      const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })
      t.strictSame(secretsIn(shown, secrets), [], `${status}`)
      t.match(shown, /the server answered \d{3}|is not one of the transit engine/, 'the cause says what was answered')
    }
  }
})

async function errorsOf(lock: LockPort, blob: Uint8Array): Promise<KmsError[]> {
  const calls = [lock.lock(secret, context), lock.unlock(blob, context), lock.check()]
  const results = await Promise.allSettled(calls)
  return results.map(result => {
    if (result.status === 'rejected' && result.reason instanceof KmsError) return result.reason
    throw new Error('this call was to be refused')
  })
}

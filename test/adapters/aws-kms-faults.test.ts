import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { inspect } from 'node:util'
import { openAwsKmsLock } from '@keyhold/adapters/lock-aws-kms/aws-kms-lock.js'
import { outcome } from '@keyhold/contract'
import { KmsError, type LockPort } from '@keyhold/core'
import t, { type Test } from 'tap'
import { useTestCredentials } from '../support/aws-environment.ts'
import { answer, honestKms } from '../support/aws-kms-http.ts'
import { AwsKmsMemory } from '../support/aws-kms-memory.ts'
import { type Behaviour, drip, type FaultyServer, faultyServer } from '../support/faulty-server.ts'
import { secretsIn } from '../support/secret-forms.ts'
import { together } from '../support/together.ts'
import { until } from '../support/until.ts'

useTestCredentials()

const keyArn = 'arn:aws:kms:eu-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const context = { purpose: 'test', keystore: 'one' }
const secret = Uint8Array.from({ length: 32 }, (_, i) => 0xc0 + i)
/** Milliseconds for a call that nothing but its deadline ends, and for any other. */
const short = 3000
const long = 10_000
/** What a call may take at most on a machine that has other things to do. */
const generous = 20_000

const kms = new AwsKmsMemory()
kms.addKey(keyArn)
const honest = honestKms(kms)

/** Every answer carries what must not be seen: a text of its own, and the secret. */
const leak = { canary: 'canary', Plaintext: Buffer.from(secret).toString('base64') }
const html = `<html>canary ${leak.Plaintext}</html>`
const error = (status: number, name: string): Behaviour => {
  return response => answer(response, status, { __type: name, message: 'canary', ...leak })
}
const says = (status: number, body: unknown): Behaviour => {
  return response => answer(response, status, body)
}

const faults: readonly (readonly [name: string, behaviour: Behaviour, code: string])[] = [
  ['throttled', error(400, 'ThrottlingException'), 'LOCK_UNAVAILABLE'],
  ['throttled by a proxy', error(429, 'TooManyRequestsException'), 'LOCK_UNAVAILABLE'],
  ['an internal error', error(500, 'KMSInternalException'), 'LOCK_UNAVAILABLE'],
  ['a dependency that is slow', error(503, 'DependencyTimeoutException'), 'LOCK_UNAVAILABLE'],
  ['an error without a name', says(500, leak), 'LOCK_UNAVAILABLE'],
  ['an error named by the leak', error(400, `canary ${leak.Plaintext}`), 'LOCK_UNAVAILABLE'],
  ['a namespace before the name', error(400, 'com.amazonaws.kms#AccessDeniedException'), 'LOCK_REFUSED'],
  ['no permission', error(400, 'AccessDeniedException'), 'LOCK_REFUSED'],
  ['a disabled key', error(409, 'DisabledException'), 'LOCK_REFUSED'],
  ['HTML from a proxy', says(502, html), 'LOCK_UNAVAILABLE'],
  ['HTML as a success', says(200, html), 'LOCK_UNAVAILABLE'],
  ['HTML as a refusal', says(403, html), 'LOCK_UNAVAILABLE'],
  ['nothing', says(200, ''), 'LOCK_UNAVAILABLE'],
  ['an empty object', says(200, {}), 'LOCK_UNAVAILABLE'],
  ['null', says(200, 'null'), 'LOCK_UNAVAILABLE'],
  ['a list', says(200, '["canary"]'), 'LOCK_UNAVAILABLE'],
  ['JSON that ends too early', says(200, JSON.stringify(leak).slice(0, -5)), 'LOCK_UNAVAILABLE'],
  ['the secret without its key', says(200, leak), 'LOCK_UNAVAILABLE'],
  ['bytes that are no base64', says(200, { KeyId: keyArn, Plaintext: '!', CiphertextBlob: '!' }), 'LOCK_UNAVAILABLE'],
  ['bytes that are a number', says(200, { KeyId: keyArn, Plaintext: 7, CiphertextBlob: 7 }), 'LOCK_UNAVAILABLE'],
  ['bytes that are an object', says(200, { KeyId: keyArn, Plaintext: {}, CiphertextBlob: {} }), 'LOCK_UNAVAILABLE'],
  ['a redirection', response => response.writeHead(302, { location: '/' }).end(html), 'LOCK_UNAVAILABLE'],
  ['a connection that breaks', (_r, _c, _b, request) => request.socket.destroy(), 'LOCK_UNAVAILABLE'],
  [
    'a body that is cut off',
    response => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write(JSON.stringify(leak).slice(0, -5), () => response.destroy())
    },
    'LOCK_UNAVAILABLE',
  ],
  ['ten megabytes', says(200, { ...leak, KeyId: keyArn, more: 'x'.repeat(10_000_000) }), 'LOCK_UNAVAILABLE'],
  ['ten megabytes of an error', says(500, { ...leak, more: 'x'.repeat(10_000_000) }), 'LOCK_UNAVAILABLE'],
]

const hanging: readonly (readonly [name: string, behaviour: Behaviour])[] = [
  ['no answer', () => {}],
  ['headers and nothing else', response => response.flushHeaders()],
  ['a body that drips', response => drip(response, JSON.stringify(leak))],
]

const passing: readonly (readonly [name: string, behaviour: Behaviour])[] = [
  ['throttled', error(400, 'ThrottlingException')],
  ['an internal error', error(500, 'KMSInternalException')],
  ['a dependency that is slow', error(503, 'DependencyTimeoutException')],
  ['a connection that breaks', (_r, _c, _b, request) => request.socket.destroy()],
]

await together(t, 'a server that misbehaves', [
  ...faults.map(([name, behaviour, code]) => [name, (t: Test) => survives(t, behaviour, code, long)] as const),
  ...passing.map(([name, behaviour]) => [`${name}, once`, (t: Test) => overcomes(t, behaviour, long)] as const),
])

await together(t, 'a server that does not end its answer', [
  ...hanging.map(([name, behaviour]) => {
    return [name, (t: Test) => survives(t, behaviour, 'LOCK_UNAVAILABLE', short)] as const
  }),
  // Half of the time is left for the second attempt.
  ['no answer, once', t => overcomes(t, () => {}, 2 * short)],
])

await t.test('no connection outlives a lock, or one that was not opened', async t => {
  const server = await faultyServer(t)
  server.behave(honest)
  const lock = await openLock(t, server, long)
  t.not(server.connections(), 0)
  await lock.close()
  await until(() => server.connections() === 0)
  server.behave(error(400, 'DisabledException'))
  await endsWith(t, 'open', () => openLock(t, server, long), 'LOCK_REFUSED')
  await until(() => server.connections() === 0)
})

await t.test('nobody listens', async t => {
  const closing = createServer().listen(0, '127.0.0.1')
  await once(closing, 'listening')
  const { port } = closing.address() as AddressInfo
  closing.close()
  await once(closing, 'close')
  const options = { keyArn, region: 'eu-west-2', endpoint: `http://127.0.0.1:${port}`, timeout: long }
  await endsWith(t, 'open', () => openAwsKmsLock(options), 'LOCK_UNAVAILABLE')
})

await t.test('there are no credentials', async t => {
  const server = await faultyServer(t)
  server.behave(honest)
  t.teardown(useTestCredentials)
  delete process.env['AWS_ACCESS_KEY_ID']
  await endsWith(t, 'open', () => openLock(t, server, long), 'LOCK_REFUSED')
})

await t.test('who holds the credentials does not answer', async t => {
  const server = await faultyServer(t)
  server.behave(() => {})
  t.teardown(useTestCredentials)
  delete process.env['AWS_ACCESS_KEY_ID']
  process.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] = `${server.url}/credentials`
  await endsWith(t, 'open', () => openLock(t, server, short), 'LOCK_UNAVAILABLE')
})

/** Every call ends with a code while a server misbehaves, and works when that is over. */
async function survives(t: Test, behaviour: Behaviour, code: string, timeout: number): Promise<void> {
  const server = await faultyServer(t)
  server.behave(honest)
  const lock = await openLock(t, server, timeout)
  const blob = await lock.lock(secret, context)
  server.behave(behaviour)
  const calls = {
    lock: () => lock.lock(secret, context),
    unlock: () => lock.unlock(blob, context),
    open: () => openLock(t, server, timeout),
  }
  await Promise.all(Object.entries(calls).map(([name, call]) => endsWith(t, name, call, code)))
  await endsWith(t, 'check', () => lock.check(), code)
  await until(() => server.underWay() === 0)
  t.pass('nothing goes on behind')
  server.behave(honest)
  await until(async () => (await outcome(() => lock.unlock(blob, context))) === 'done')
  t.pass('and when it is over, the same lock works')
}

/** Nobody notices that a server misbehaved, if it was once. */
async function overcomes(t: Test, behaviour: Behaviour, timeout: number): Promise<void> {
  const server = await faultyServer(t)
  server.behave(honest)
  const lock = await openLock(t, server, timeout)
  const blob = await lock.lock(secret, context)
  const recovering: Behaviour = (...request) => (request[1] === 0 ? behaviour : honest)(...request)
  for (const call of [() => lock.lock(secret, context), () => lock.unlock(blob, context)]) {
    server.behave(recovering)
    t.equal(await outcome(call), 'done')
  }
}

async function openLock(t: Pick<Test, 'teardown'>, { url }: FaultyServer, timeout: number): Promise<LockPort> {
  const lock = await openAwsKmsLock({ keyArn, region: 'eu-west-2', endpoint: url, timeout })
  t.teardown(() => lock.close())
  return lock
}

/** The call ends with the code, in time, and shows nothing of what was sent or answered. */
async function endsWith(t: Test, name: string, call: () => Promise<unknown>, code: string): Promise<void> {
  const begin = performance.now()
  const ended = await call().catch(error => error)
  t.ok(performance.now() - begin < generous, `${name}: in time`)
  t.equal(ended instanceof KmsError ? ended.code : 'no KmsError', code, name)
  const shown = inspect(ended, { showHidden: true, depth: 20 })
  t.notMatch(shown, /canary/, `${name}: nothing of the answer is shown`)
  t.strictSame(secretsIn(shown, { secret }), [], `${name}: nothing of the secret is shown`)
}

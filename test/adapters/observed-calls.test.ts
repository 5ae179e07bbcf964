import type { ObserveCall } from '@keyhold/adapters'
import { openAwsKmsLock } from '@keyhold/adapters/lock-aws-kms/aws-kms-lock.js'
import { HttpClient } from '@keyhold/adapters/shared/http.js'
import t from 'tap'
import { useTestCredentials } from '../support/aws-environment.ts'
import { answer, honestKms } from '../support/aws-kms-http.ts'
import { AwsKmsMemory } from '../support/aws-kms-memory.ts'
import { faultyServer } from '../support/faulty-server.ts'

useTestCredentials()

const keyArn = 'arn:aws:kms:eu-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** Remembers what it was told of each call. */
function recorder() {
  const seen: unknown[] = []
  const observe: ObserveCall = operation => ({
    headers: { traceparent },
    end: (outcome, attempts) => seen.push([operation, outcome, ...(attempts === undefined ? [] : [attempts])]),
  })
  return { observe, seen: () => seen.splice(0) }
}

t.test('a call over HTTP is observed once, with how it ended', async t => {
  const server = await faultyServer(t)
  const { observe, seen } = recorder()
  const client = new HttpClient({ timeout: 10_000, maximumBytes: 10, observe })
  t.teardown(() => client.close())
  const call = () =>
    client.send({ method: 'GET', url: server.url, headers: { a: 'b' }, signal: AbortSignal.timeout(60_000) })
  const headers: unknown[] = []
  server.behave((response, _call, _body, request) => {
    headers.push([request.headers['a'], request.headers['traceparent']])
    response.writeHead(418).end()
  })
  await call()
  t.strictSame(headers, [['b', traceparent]], 'its headers are sent along')
  t.strictSame(seen(), [['GET', '4xx']])
  server.behave(response => response.end('far too much for that'))
  await t.rejects(call())
  t.strictSame(seen(), [['GET', 'size']])
  server.behave(response => response.destroy())
  await t.rejects(call())
  t.strictSame(seen(), [['GET', 'connection']])
  await t.rejects(client.send({ method: 'GET', url: server.url, headers: {}, signal: AbortSignal.abort() }))
  t.strictSame(seen(), [['GET', 'deadline']])
})

t.test('a call of AWS KMS is observed with its repetitions', async t => {
  const server = await faultyServer(t)
  const kms = new AwsKmsMemory()
  kms.addKey(keyArn)
  const honest = honestKms(kms)
  const headers: unknown[] = []
  server.behave((response, call, body, request) => {
    headers.push(request.headers['traceparent'])
    honest(response, call, body, request)
  })
  const { observe, seen } = recorder()
  const lock = await openAwsKmsLock({ keyArn, region: 'eu-west-2', endpoint: server.url, timeout: 60_000, observe })
  t.teardown(() => lock.close())
  t.strictSame(seen(), [['Encrypt', '2xx', 1]])
  t.strictSame(headers, [traceparent])
  const blob = await lock.lock(Buffer.alloc(32, 1), { purpose: 'test' })
  server.behave((response, call, body, request) => {
    if (call === 0) answer(response, 500, { __type: 'KMSInternalException' })
    else honest(response, call, body, request)
  })
  await lock.unlock(blob, { purpose: 'test' })
  t.strictSame(seen(), [
    ['Encrypt', '2xx', 1],
    ['Decrypt', '2xx', 2],
  ])
  server.behave(response => answer(response, 400, { __type: 'AccessDeniedException' }))
  await t.rejects(lock.unlock(blob, { purpose: 'test' }), { code: 'LOCK_REFUSED' })
  t.strictSame(seen(), [['Decrypt', '4xx', 1]])
})

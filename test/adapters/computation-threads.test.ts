import { Worker } from 'node:worker_threads'
import { ComputationThreads } from '@keyhold/adapters'
import { answer } from '@keyhold/adapters/computation-threads/answer.js'
import { startWorker } from '@keyhold/adapters/computation-threads/computation-thread.js'
import { type ComputationJob, compute, KmsError } from '@keyhold/core'
import t, { type Test } from 'tap'
import { keyPair, messages, signatures } from '../vectors/published/bbs.ts'

const bytes = (hex = '') => Buffer.from(hex, 'hex')
const scheme = 'bbs-bls12-381-sha-256'
const job: ComputationJob = {
  scheme,
  operation: 'sign',
  secret: bytes(keyPair.secretKey),
  publicKey: bytes(keyPair.publicKey),
  header: bytes(signatures[0]?.header),
  messages: [bytes(messages[0])],
  random: new Uint8Array(48).fill(1),
}
const right = bytes(signatures[0]?.signature)

/** A pool of threads that the test holds as well, closed when it has ended. */
function openPool(t: Test, options: ConstructorParameters<typeof ComputationThreads>[0] = {}) {
  const started: Worker[] = []
  const start = () => {
    const worker = options.start?.() ?? startWorker()
    started.push(worker)
    return worker
  }
  const pool = new ComputationThreads({ threads: 1, timeout: 120_000, ...options, start })
  t.teardown(() => pool.close())
  return { pool, started }
}

/** A thread that ends as soon as it has a job. */
const mortal = () =>
  new Worker(`require('worker_threads').parentPort.once('message', () => process.exit())`, { eval: true })

/** A thread that never answers. */
const silent = () => new Worker(`require('worker_threads').parentPort.on('message', () => {})`, { eval: true })

const isOverloaded = (error: unknown) => error instanceof KmsError && error.code === 'OVERLOADED'

t.test('computes what the core computes, and starts no thread before', async t => {
  const { pool, started } = openPool(t, { threads: 2 })
  t.equal(started.length, 0)
  t.strictSame(Buffer.from((await pool.run(job)) ?? []), right)
  t.equal(started.length, 1)
  const verify: ComputationJob = { ...job, operation: 'verify', signature: right }
  t.strictSame(await pool.run(verify), compute(verify))
  t.equal(await pool.run({ ...verify, messages: [] }), undefined)
  t.equal(started.length, 1, 'an idle thread is used again')
  t.strictSame(job.operation === 'sign' && job.secret, bytes(keyPair.secretKey), 'the secret stays the caller’s')
})

t.test('every scheme is computed there, and secrets that are made arrive whole', async t => {
  const { pool } = openPool(t)
  const scheme = 'ml-kem-768'
  const secret = Buffer.alloc(64, 5)
  const publicKey = (await pool.run({ scheme, operation: 'publicKey', secret })) ?? new Uint8Array(0)
  const made = (await pool.run({ scheme, operation: 'encapsulate', publicKey, random: Buffer.alloc(32, 6) })) ?? []
  const [ciphertext, shared] = [Buffer.from(made).subarray(0, -32), Buffer.from(made).subarray(-32)]
  t.strictSame(Buffer.from((await pool.run({ scheme, operation: 'decapsulate', secret, ciphertext })) ?? []), shared)
  const message = Buffer.from('message')
  const seed = Buffer.alloc(32, 7)
  const key = (await pool.run({ scheme: 'ml-dsa-65', operation: 'publicKey', secret: seed })) ?? new Uint8Array(0)
  const signing = { scheme: 'ml-dsa-65', operation: 'sign', secret: seed, message, random: seed } as const
  const signature = (await pool.run(signing)) ?? new Uint8Array(0)
  const verifying = { scheme: 'ml-dsa-65', operation: 'verify', publicKey: key, message, signature } as const
  t.strictSame(await pool.run(verifying), new Uint8Array(0))
  t.equal(await pool.run({ ...verifying, message: Buffer.from('massage') }), undefined)
})

t.test('a thread that has ended is replaced, and its job done', async t => {
  const starts = [startWorker, mortal]
  const { pool, started } = openPool(t, { start: () => (starts.shift() ?? startWorker)() })
  await pool.run(job)
  await started[0]?.terminate()
  t.strictSame(Buffer.from((await pool.run(job)) ?? []), right, 'one that ended while it was idle, one over the job')
  t.equal(started.length, 3)
})

t.test('a job over which every thread ends is refused, and the next one done', async t => {
  let deaths = 0
  const start = () => {
    deaths += 1
    return deaths <= 2 ? new Worker('process.exit(1)', { eval: true }) : startWorker()
  }
  const { pool } = openPool(t, { start })
  await t.rejects(pool.run(job), { code: 'OVERLOADED' })
  t.equal(deaths, 2, 'it was tried twice')
  t.strictSame(Buffer.from((await pool.run(job)) ?? []), right)
})

t.test('a flood is refused beyond the bound, and everything else is answered', async t => {
  const { pool } = openPool(t, { maximumWaiting: 3 })
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => pool.run(job)))
  const refused = outcomes.filter(outcome => outcome.status === 'rejected')
  t.equal(refused.length, 12 - 1 - 3)
  t.ok(refused.every(({ reason }) => isOverloaded(reason)))
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') t.strictSame(Buffer.from(outcome.value ?? []), right)
  }
})

t.test('short jobs have room of their own, ten times as much, and leave that of long ones alone', async t => {
  const { pool } = openPool(t, { maximumWaiting: 1 })
  const short: ComputationJob = { scheme: 'P-384', operation: 'publicKey', secret: Buffer.alloc(48, 1) }
  const long = Promise.allSettled([pool.run(job), pool.run(job), pool.run(job)])
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => pool.run(short)))
  t.equal(outcomes.filter(outcome => outcome.status === 'fulfilled').length, 10)
  t.strictSame(
    (await long).map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  )
})

t.test('owners take turns, and of a flood the flooding one is refused', async t => {
  const { pool } = openPool(t, { maximumWaiting: 5 })
  const done: string[] = []
  const run = async (name: string, owner: string) => {
    await pool.run(job, owner)
    done.push(name)
  }
  const flood = Promise.allSettled(Array.from({ length: 6 }, (_, index) => run(`flood ${index}`, 'flood')))
  const others = ['one', 'two'].map(owner => run(owner, owner))
  const again = run('one again', 'one')
  const outcomes = await flood
  await Promise.all([...others, again])
  t.strictSame(done, ['flood 0', 'one', 'two', 'flood 1', 'one again', 'flood 2'])
  const refused = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason] : []))
  t.equal(refused.length, 3)
  t.ok(refused.every(isOverloaded))
})

t.test('a job that takes too long is ended with its thread, and so is one that waits too long', async t => {
  const { pool, started } = openPool(t, { start: silent, timeout: 100 })
  const outcomes = await Promise.allSettled([pool.run(job), pool.run(job)])
  for (const outcome of outcomes) t.ok(outcome.status === 'rejected' && isOverloaded(outcome.reason))
  await pool.close()
  for (const worker of started) t.equal(worker.threadId, -1, 'the thread has ended')
})

t.test('closing ends what is computed and what waits', async t => {
  const { pool, started } = openPool(t, { start: silent })
  const outcomes = Promise.allSettled([pool.run(job), pool.run(job)])
  await pool.close()
  for (const outcome of await outcomes) t.ok(outcome.status === 'rejected' && isOverloaded(outcome.reason))
  t.equal(started[0]?.threadId, -1, 'the thread has ended')
  await t.rejects(pool.run(job), { code: 'OVERLOADED' }, 'and nothing is begun any more')
  await pool.close()
})

t.test('a thread wipes the private key that it was sent', async t => {
  const secret = bytes(keyPair.secretKey)
  const random = Buffer.alloc(96, 7)
  const { reply } = answer({ ...job, secret, random })
  t.strictSame('result' in reply && Buffer.from(reply.result ?? []), right)
  t.ok(secret.every(byte => byte === 0))
  t.ok(random.every(byte => byte === 0))
  const wrong = bytes(keyPair.secretKey).subarray(1)
  t.match(answer({ ...job, secret: wrong, random }).reply, { failed: String }, 'also when it fails')
  t.ok(wrong.every(byte => byte === 0))
})

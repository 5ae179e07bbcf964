import { MemoryKeyStore, seededRandom } from '@keyhold/adapters'
import { aroundLock, aroundStore } from '@keyhold/app/around.js'
import { trace } from '@keyhold/app/trace.js'
import { keyStoreContract, lockContract } from '@keyhold/contract'
import { AeadLock, type LockPort, SecretBytes } from '@keyhold/core'
import t from 'tap'
import { buildApp, idOf, keystoreOf } from '../support/build-app.ts'
import { recordingLog } from '../support/recording-log.ts'
import { testPorts } from '../support/test-ports.ts'

interface TraceLine {
  readonly port: string
  readonly call: string
  readonly outcome: string
}

await t.test('a traced lock is a lock', async t => {
  const { log, entries } = recordingLog()
  const open = (byte: number) => async () => aroundLock(aeadLock(byte), trace(log))
  await lockContract(t, open(1), open(2))
  t.ok(entries.length > 0)
})

await t.test('a traced store is a store', t =>
  keyStoreContract(t, async () => aroundStore(new MemoryKeyStore(), trace(recordingLog().log))),
)

await t.test('creating a keystore and a key is the sequence that the README shows', async t => {
  const { log, entries } = recordingLog()
  const made = testPorts('trace')
  const observeLock = (lock: LockPort) => aroundLock(lock, trace(log))
  const ports = { ...made, lock: observeLock(made.lock), store: aroundStore(made.store, trace(log)) }
  const app = await buildApp(t, { ports, observeLock })
  const sequence = () =>
    entries.splice(0).map(({ level, args: [line, message] }) => {
      t.strictSame([level, message], ['debug', 'trace'])
      const { port, call, outcome } = line as TraceLine
      return `${port}: ${call} ${outcome}`
    })
  entries.length = 0
  const keystore = await app.keystore()
  t.strictSame(sequence(), ['test lock: lock done', 'store: add done'])
  const key = await app.key('ED25519', keystore)
  t.strictSame(sequence(), [
    'store: find done',
    'test lock: unlock done',
    'keystore lock: lock done',
    'store: add done',
  ])
  await app.key('ED25519', keystore)
  t.strictSame(sequence(), ['store: find done', 'keystore lock: lock done', 'store: add done'], 'its lock is open')
  await app.send({ method: 'GET', path: `${keystore}/keys/nothing/export` })
  entries.length = 0
  await app.send({ method: 'POST', path: `${key}/sign`, body: { message: 'aGVsbG8=' } })
  const [first] = entries
  const place = { collection: 'keystores', scope: '', id: idOf(keystoreOf(key)) }
  t.match(first?.args[0], { port: 'store', call: 'find', ...place, outcome: 'done', milliseconds: Number })
})

await t.test('a line says how a call ended, and holds texts and numbers alone', async t => {
  const { log, entries } = recordingLog()
  const lock = aroundLock(aeadLock(1), trace(log))
  const blob = await lock.lock(Buffer.from('a secret'), { purpose: 'test' })
  await t.rejects(lock.unlock(blob, { purpose: 'other' }), { code: 'LOCK_REJECTED' })
  const outcomes = entries.map(({ args: [line] }) => (line as TraceLine).outcome)
  t.strictSame(outcomes, ['done', 'LOCK_REJECTED'])
  for (const { args } of entries) {
    const values = Object.values(args[0] as object)
    t.ok(values.every(value => typeof value === 'string' || typeof value === 'number'))
  }
})

function aeadLock(byte: number): LockPort {
  return new AeadLock('test', new SecretBytes(Buffer.alloc(32, byte)), seededRandom(byte))
}

import { seededRandom } from '@keyhold/adapters'
import { buildServer } from '@keyhold/app'
import { AeadLock, SecretBytes } from '@keyhold/core'
import t from 'tap'
import { buildApp } from '../../support/build-app.ts'
import { RecordingKeyStore } from '../../support/recording-key-store.ts'
import { testPorts } from '../../support/test-ports.ts'

t.test('a store that another lock sealed is refused, and left as it is', async t => {
  const ports = testPorts('first')
  await buildApp(t, { ports })
  const random = seededRandom('second')
  const store = new RecordingKeyStore(ports.store)
  const lock = new AeadLock('test', new SecretBytes(random(32)), random)
  await t.rejects(buildServer({ ports: { ...ports, store, lock } }), { name: 'KmsError', code: 'STORE_MISMATCH' })
  t.strictSame(store.written, [])
})

t.test('a store whose header was changed is refused, and left as it is', async t => {
  const ports = testPorts('changed')
  await buildApp(t, { ports })
  const header = await ports.store.find('header', '', 'store')
  if (header === undefined) throw new Error('there is no header')
  const last = header.body.length - 1
  for (const [name, body, code] of [
    ['a bit of the key', header.body.with(last, (header.body[last] ?? 0) ^ 1), 'LOCK_REJECTED'],
    ['cut off', header.body.subarray(0, last), 'STORE_MISMATCH'],
    ['empty', new Uint8Array(0), 'STORE_MISMATCH'],
  ] as const) {
    const changed = testPorts('changed')
    await changed.store.add({ ...header, body })
    const store = new RecordingKeyStore(changed.store)
    await t.rejects(buildServer({ ports: { ...changed, store } }), { name: 'KmsError', code }, name)
    t.strictSame(store.written, [], name)
  }
})

t.test('a store is opened again by its own lock, with what it holds', async t => {
  const ports = testPorts('again')
  const first = await buildApp(t, { ports })
  const keyPath = await first.key('ED25519')
  const second = await buildApp(t, { ports })
  t.equal((await second.send({ method: 'POST', path: `${keyPath}/sign`, body: {} })).status, 200)
  t.strictSame(second.store.written, [])
})

import { type Authorization, delegate, Keyhold, type KeyholdOptions, zcap } from '@keyhold/client'
import t, { type Test } from 'tap'
import { alice, bob, clientService } from '../support/client-service.ts'

const message = Buffer.from('hello')
const hour = 3_600_000

/** Counts what is sent, by how it is authorized and what it asks for. */
function counted(authorization: Authorization, url: string, fail = () => false) {
  const sent = { openings: 0, macs: 0, signatures: 0 }
  const options: KeyholdOptions = {
    url,
    authorization,
    fetch: async (target, init) => {
      const isOver = new Headers(init?.headers).get('authorization')?.includes('hmac-sha256') === true
      if (String(target).endsWith('/sessions')) sent.openings += 1
      else if (isOver) sent.macs += 1
      else sent.signatures += 1
      if (String(target).endsWith('/sessions') && fail()) return new Response('{}', { status: 500 })
      return fetch(target, init)
    },
  }
  return { keyhold: new Keyhold(options), sent }
}

/** Lets time pass for the client. */
function clientClock(t: Test): { forward: number } {
  const { now } = performance
  const clock = { forward: 0 }
  performance.now = () => now.call(performance) + clock.forward
  t.teardown(() => {
    performance.now = now
  })
  return clock
}

for (const dialect of ['trustbloc', 'ccg'] as const) {
  t.test(`${dialect}: calls over a session are signed no more, but what no capability is invoked for`, async t => {
    const { url, authorizations } = await clientService(t)
    const { keyhold, sent } = counted(authorizations[dialect], url)
    const keystore = await keyhold.createKeystore()
    const session = await keyhold.openSession(keystore)
    const before = sent.signatures
    const key = await session.keystore.createKey('ED25519')
    const signature = await key.sign(message)
    t.equal(await key.verify(signature, message), true)
    t.equal(await key.verify(message, message), false)
    t.strictSame(sent, { openings: 1, macs: 4, signatures: before })
    t.match(await session.keystore.describe(), { controller: alice.didUrl })
    t.equal(sent.signatures, before + 1)
    await session.close()
    await t.rejects(key.sign(message), { message: 'the session is closed' })
  })
}

t.test('a capability that was delegated is worth no more over a session', async t => {
  const { url, authorizations } = await clientService(t)
  const owner = new Keyhold({ url, authorization: authorizations.trustbloc })
  const keystore = await owner.createKeystore()
  const key = await keystore.createKey('ED25519')
  const expires = new Date(Date.now() + hour)
  const delegated = await delegate(keystore.capability ?? {}, { to: bob.didUrl, actions: ['sign'], expires }, alice)
  const bobs = new Keyhold({ url, authorization: zcap(bob) })
  const session = await bobs.openSession(bobs.keystore(keystore.url, delegated))
  t.equal((await session.keystore.key(key.id).sign(message)).length, 64)
  await t.rejects(session.keystore.createKey('ED25519'), { status: 403, code: 'FORBIDDEN' })
  await keystore.revoke(delegated)
  await t.rejects(session.keystore.key(key.id).sign(message), { status: 403, code: 'FORBIDDEN' })
})

t.test('a session is renewed before it ends, once for all calls that wait for it', async t => {
  const { url, authorizations } = await clientService(t)
  const { keyhold, sent } = counted(authorizations.trustbloc, url)
  const keystore = await keyhold.createKeystore()
  const key = await keystore.createKey('ED25519')
  const clock = clientClock(t)
  const session = await keyhold.openSession(keystore, { ttl: 100 })
  const first = await session.id()
  const signs = () => Promise.all(Array.from({ length: 5 }, () => session.keystore.key(key.id).sign(message)))
  await signs()
  t.equal(sent.openings, 1)
  clock.forward = 76_000
  await signs()
  t.equal(sent.openings, 2)
  t.not(await session.id(), first)
})

t.test('a session that cannot be renewed is used to its end', async t => {
  const { url, authorizations } = await clientService(t)
  let isBroken = false
  const { keyhold, sent } = counted(authorizations.trustbloc, url, () => isBroken)
  const keystore = await keyhold.createKeystore()
  const key = await keystore.createKey('ED25519')
  const clock = clientClock(t)
  const session = await keyhold.openSession(keystore, { ttl: 100 })
  isBroken = true
  clock.forward = 76_000
  t.equal((await session.keystore.key(key.id).sign(message)).length, 64)
  t.equal(sent.openings, 2)
  clock.forward = 101_000
  await t.rejects(session.keystore.key(key.id).sign(message), { status: 500, code: 'UNKNOWN' })
  isBroken = false
  t.equal((await session.keystore.key(key.id).sign(message)).length, 64, 'and the next one is opened later')
})

t.test('who has no capability opens none', async t => {
  const { url, authorizations } = await clientService(t)
  const keystore = await new Keyhold({ url, authorization: authorizations.trustbloc }).createKeystore()
  const strangers = new Keyhold({ url, authorization: zcap(bob) })
  await t.rejects(strangers.openSession(keystore), { status: 403, code: 'FORBIDDEN' })
  const bearers = new Keyhold({ url, authorization: authorizations.bearer })
  await t.rejects(bearers.openSession(keystore), { status: 403, code: 'FORBIDDEN' })
})

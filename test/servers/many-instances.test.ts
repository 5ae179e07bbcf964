import { type Capability, delegate, Keyhold, KeyholdError, newDidKey, zcap } from '@keyhold/client'
import type { DidSigner } from '@keyhold/core'
import { base64, call, request } from '@keyhold/scripts/http-client.js'
import t, { type Test } from 'tap'
import {
  at,
  knownFor,
  type Settings,
  type TestInstances,
  type TestServers,
  testInstances,
  withRecordedServers,
} from '../support/recorded-servers.ts'
import { until } from '../support/until.ts'

const bytes = Buffer.from('message')
const message = base64(bytes)
const key_type = 'ED25519'
const signed: Settings = { KMS_AUTH_TYPE: 'zcap' }

/** How long a record may be known in the tests that wait for its end, and what a busy machine needs on top of it. */
const ttl = 2000
const margin = 20_000

/** The status of an answer to a client that asks for 200. */
async function statusOf(answer: Promise<unknown>): Promise<number> {
  try {
    await answer
    return 200
  } catch (error) {
    if (error instanceof KeyholdError) return error.status
    throw error
  }
}

/** A keystore with a key, made at A, and used at B: so B knows both. */
async function knownKey({ a, b }: TestInstances) {
  const { key_store_url } = await call('POST', `${a.url}/v1/keystores`, { controller: 'alice' })
  const { key_url } = await call('POST', `${at(a, key_store_url)}/keys`, { key_type })
  const { signature } = await call('POST', `${at(b, key_url)}/sign`, { message })
  return { keystore: key_store_url, key: key_url, signature }
}

/** Milliseconds until something came true, not counting that a machine is slow before `from`. */
async function waited(condition: () => Promise<boolean>): Promise<number> {
  const from = performance.now()
  await until(condition)
  return performance.now() - from
}

async function handedOver(t: Test, servers: TestServers, settings: Settings) {
  const { a, b, url } = await testInstances(t, servers, { ...signed, ...settings })
  const [alice, bob] = [await newDidKey(), await newDidKey()]
  const alices = new Keyhold({ url, authorization: zcap(alice) })
  const { url: keystore, capability } = await alices.createKeystore()
  const atA = alices.keystore(at(a, keystore), capability)
  const key = await atA.createKey(key_type)
  const sign = (by: DidSigner, root?: Capability) =>
    statusOf(new Keyhold({ url, authorization: zcap(by), retries: 0 }).key(at(b, key.url), root).sign(bytes))
  t.equal(await sign(alice, capability), 200, 'the old controller may, and B knows the keystore')
  const handed = await atA.update({ controller: bob.didUrl, revision: 2 })
  return { old: () => sign(alice, capability), new: () => sign(bob, handed.capability) }
}

await withRecordedServers(t, 'two instances on one database', async (t, servers) => {
  t.test('both serve when they start at once on an empty database, and use at once what the other made', async t => {
    for (let round = 1; round <= 2; round += 1) {
      const { a, b } = await testInstances(t, servers)
      for (const [here, there] of [
        [a, b],
        [b, a],
      ] as const) {
        t.match(await call('GET', `${here.url}/health/ready`), { status: 'ok', store: 'ok', lock: 'ok' })
        const { key_store_url } = await call('POST', `${here.url}/v1/keystores`, { controller: 'alice' })
        const { key_url } = await call('POST', `${at(there, key_store_url)}/keys`, { key_type })
        const { signature } = await call('POST', `${at(here, key_url)}/sign`, { message })
        t.equal((await request('POST', `${at(there, key_url)}/verify`, { message, signature })).status, 200)
      }
    }
  })

  t.test('a rotation is seen by the other instance when what it knows has ended', async t => {
    const instances = await testInstances(t, servers, knownFor(`${ttl}ms`))
    const { key, signature } = await knownKey(instances)
    await call('POST', `${at(instances.a, key)}/rotate`, { key_type })
    const isSeen = async () => (await call('POST', `${at(instances.b, key)}/sign`, { message })).signature !== signature
    const milliseconds = await waited(isSeen)
    t.ok(milliseconds < ttl + margin, `${Math.round(milliseconds)} ms`)
  })

  t.test('and not before, if it knows it for long; at once, if it knows nothing', async t => {
    const knowing = await testInstances(t, servers, knownFor('1h'))
    const known = await knownKey(knowing)
    await call('POST', `${at(knowing.a, known.key)}/rotate`, { key_type })
    const stale = await call('POST', `${at(knowing.b, known.key)}/sign`, { message })
    t.equal(stale.signature, known.signature, 'the old version signs')
    t.equal((await request('POST', `${at(knowing.a, known.key)}/verify`, { message, ...stale })).status, 200)

    const reading = await testInstances(t, servers, knownFor('0'))
    const { key, signature } = await knownKey(reading)
    await call('POST', `${at(reading.a, key)}/rotate`, { key_type })
    t.not((await call('POST', `${at(reading.b, key)}/sign`, { message })).signature, signature)
  })

  t.test('so is another controller', async t => {
    const late = await handedOver(t, servers, knownFor(`${ttl}ms`))
    const milliseconds = await waited(async () => (await late.new()) === 200)
    t.ok(milliseconds < ttl + margin, `${Math.round(milliseconds)} ms`)
    t.equal(await late.old(), 403, 'the old one may not any more')

    const atOnce = await handedOver(t, servers, knownFor('0'))
    t.equal(await atOnce.old(), 403)
    t.equal(await atOnce.new(), 200)

    const notYet = await handedOver(t, servers, knownFor('1h'))
    t.equal(await notYet.old(), 200, 'an instance that knows the keystore for long goes on with the old one')
    t.equal(await notYet.new(), 403)
  })

  t.test('a revocation is in force at once, however long anything is known', async t => {
    const { a, b, url } = await testInstances(t, servers, { ...signed, ...knownFor('1h') })
    const [alice, bob] = [await newDidKey(), await newDidKey()]
    const alices = new Keyhold({ url, authorization: zcap(alice) })
    const { url: keystore, capability: root = {} } = await alices.createKeystore()
    const key = await alices.keystore(at(a, keystore), root).createKey(key_type)
    const expires = new Date(Date.now() + 3_600_000)
    const delegated = await delegate(root, { to: bob.didUrl, actions: ['sign'], target: key.url, expires }, alice)
    const bobs = new Keyhold({ url, authorization: zcap(bob) })
    const sign = (instance: { readonly url: string }) =>
      statusOf(bobs.key(at(instance, key.url), delegated).sign(bytes))
    t.strictSame([await sign(b), await sign(b), await sign(a)], [200, 200, 200], 'the delegate may')
    await alices.keystore(at(a, keystore)).revoke(delegated)
    t.strictSame([await sign(b), await sign(a)], [403, 403], 'the delegate may not any more')
  })
})

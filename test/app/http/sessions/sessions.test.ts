import { delegateTrustbloc, readTrustblocCapability } from '@keyhold/core'
import t from 'tap'
import { newOpening, openSession, sendOver } from '../../../support/session.ts'
import { openSignedServer, type SigningCaller, sharedPorts } from '../../../support/signing-caller.ts'

const audit = { mode: 'closed', timeout: 60_000 } as const
const message = 'aGVsbG8='

async function scene(t: Parameters<typeof openSignedServer>[0], options: Parameters<typeof openSignedServer>[2] = {}) {
  const ports = sharedPorts()
  const server = await openSignedServer(t, ports, options)
  const [alice, bob] = [await server.caller(), await server.caller()]
  const { url, root } = await alice.keystore()
  const key = await newKey(alice, url, root)
  const delegated = (to: SigningCaller, actions = ['sign'], target = url) => delegate(alice, root, to, actions, target)
  const delegate = async (by: SigningCaller, parent: object, to: SigningCaller, actions: string[], target: string) => {
    const read = readTrustblocCapability(parent)
    if (read === undefined) throw new Error('not a root')
    const now = ports.clock.now()
    const options = { to: to.did, actions, target, expires: now + 3_600_000, now }
    return delegateTrustbloc(read, options, by.signer, ports.random)
  }
  const created = () => Math.floor(ports.clock.now() / 1000)
  return { ports, server, alice, bob, url, root, key, delegated, created }
}

async function newKey(caller: SigningCaller, url: string, root: object): Promise<string> {
  return (await caller.send('POST', `${url}/keys`, { key_type: 'ED25519' }, root)).body.key_url
}

t.test('requests over a session do what its capability allows', async t => {
  const { server, alice, bob, url, root, key, delegated, created } = await scene(t)
  const own = await openSession(alice, url, root)
  const body = { message }
  const { signature } = (await sendOver(server, own, { method: 'POST', url: `${key}/sign`, body, created: created() }))
    .body
  const verifying = { method: 'POST', url: `${key}/verify`, body: { message, signature }, created: created() }
  t.strictSame(await sendOver(server, own, verifying), { status: 200, body: undefined })
  const exporting = { method: 'GET', url: `${key}/export?format=jwk`, created: created() }
  t.match(await sendOver(server, own, exporting), { status: 200, body: { jwk: { crv: 'Ed25519' } } })

  const lent = await openSession(bob, url, await delegated(bob))
  t.match(await sendOver(server, lent, { method: 'POST', url: `${key}/sign`, body, created: created() }), {
    status: 200,
    body: { signature },
  })
  const refused = { status: 403, body: { code: 'FORBIDDEN' } }
  t.match(await sendOver(server, lent, verifying), refused, 'another action')
  const narrow = await openSession(bob, url, await delegated(bob, ['sign'], key))
  t.equal(
    (await sendOver(server, narrow, { method: 'POST', url: `${key}/sign`, body, created: created() })).status,
    200,
  )
  const other = await newKey(alice, url, root)
  const elsewhere = { method: 'POST', url: `${other}/sign`, body, created: created() }
  t.match(await sendOver(server, narrow, elsewhere), refused, 'another key')
  t.equal((await sendOver(server, lent, elsewhere)).status, 200)
})

t.test('batches over a session do what its capability allows, or nothing', async t => {
  const { server, bob, url, key, delegated, created } = await scene(t)
  const session = await openSession(bob, url, await delegated(bob))
  const items = [{ message }, { message }]
  const same = await sendOver(server, session, {
    method: 'POST',
    url: `${key}/sign/batch`,
    body: { items },
    created: created(),
  })
  t.equal(same.status, 200)
  t.equal(same.body.results.length, 2)
  const keyId = key.slice(key.lastIndexOf('/') + 1)
  const sign = { operation: 'sign', key: keyId, message }
  const mixed = (others: object[]) =>
    sendOver(server, session, {
      method: 'POST',
      url: `${url}/batch`,
      body: { items: [sign, ...others] },
      created: created(),
    })
  t.equal((await mixed([])).status, 200)
  const verify = { operation: 'verify', key: keyId, message, signature: message }
  t.match(await mixed([verify]), { status: 403, body: { code: 'FORBIDDEN' } })
})

t.test('what the controller does needs a signature, whoever has opened the session', async t => {
  const { server, alice, bob, url, root, delegated, created } = await scene(t)
  const session = await openSession(alice, url, root)
  const toBob = await delegated(bob)
  const opening = newOpening()
  const calls: [method: string, path: string, body?: object][] = [
    ['GET', ''],
    ['POST', '', { revision: 2, controller: bob.did }],
    ['GET', '/jwks'],
    ['GET', '/log'],
    ['GET', '/sessions'],
    ['GET', '/zcaps/revocations'],
    ['POST', `/zcaps/revocations/${encodeURIComponent(toBob.id)}`, toBob],
    ['POST', '/sessions', opening.request],
  ]
  for (const [method, path, body] of calls) {
    const request = { method, url: url + path, ...(body && { body }), created: created() }
    t.match(await sendOver(server, session, request), { status: 403, body: { code: 'FORBIDDEN' } }, `${method} ${path}`)
  }
  const creation = { method: 'POST', url: url.replace(/\/[^/]+$/, ''), body: { controller: alice.did } }
  t.equal((await sendOver(server, session, { ...creation, created: created() })).status, 401, 'creating a keystore')
})

t.test('a session ends with everything that ends its capability, and by itself', async t => {
  await t.test('the revocation of the capability', async t => {
    const { server, alice, bob, url, key, delegated, created } = await scene(t)
    const capability = await delegated(bob)
    const session = await openSession(bob, url, capability)
    const request = { method: 'POST', url: `${key}/sign`, body: { message }, created: created() }
    t.equal((await sendOver(server, session, request)).status, 200)
    await alice.send('POST', `${url}/zcaps/revocations/${encodeURIComponent(capability.id)}`, capability)
    t.equal((await sendOver(server, session, request)).status, 403)
    const again = await bob.send('POST', `${url}/sessions`, newOpening().request, capability)
    t.equal(again.status, 403, 'nor can another one be opened')
  })
  await t.test('a new controller, and good again with the old one', async t => {
    const { server, alice, bob, url, root, key, created } = await scene(t)
    const session = await openSession(alice, url, root)
    const request = { method: 'POST', url: `${key}/sign`, body: { message }, created: created() }
    await alice.send('POST', url, { revision: 2, controller: bob.did })
    t.equal((await sendOver(server, session, request)).status, 403)
    await bob.send('POST', url, { revision: 3, controller: alice.did })
    t.equal((await sendOver(server, session, request)).status, 200, 'as its capability is')
  })
  await t.test('its time, and that of the capability', async t => {
    const { ports, server, alice, bob, url, root, key, created } = await scene(t)
    const five = await openSession(alice, url, root)
    t.equal(five.expires, ports.clock.now() + 300_000)
    const one = await openSession(alice, url, root, { ttl: 60 })
    t.equal(one.expires, ports.clock.now() + 60_000)
    const longer = await openSession(alice, url, root, { ttl: 86_400 })
    t.equal(longer.expires, five.expires, 'not more than the server gives')
    const read = readTrustblocCapability(root)
    if (read === undefined) throw new Error('not a root')
    const now = ports.clock.now()
    const ending = { to: bob.did, expires: now + 10_000, now }
    const short = await openSession(bob, url, await delegateTrustbloc(read, ending, alice.signer, ports.random))
    t.equal(short.expires, now + 40_000, 'with the difference of clocks that the capability has')
    const sign = (session: typeof five) =>
      sendOver(server, session, { method: 'POST', url: `${key}/sign`, body: { message }, created: created() })
    for (const [advance, session, before, after] of [
      [39_999, short, 200, 401],
      [19_999, one, 200, 401],
      [239_999, five, 200, 401],
    ] as const) {
      ports.clock.advance(advance)
      t.equal((await sign(session)).status, before)
      ports.clock.advance(1)
      t.equal((await sign(session)).status, after)
    }
  })
  await t.test('being closed: over itself, by its opener, by the controller; and by nobody else', async t => {
    const { server, alice, bob, url, root, key, delegated, created } = await scene(t)
    const capability = await delegated(bob)
    const sign = { method: 'POST', url: `${key}/sign`, body: { message }, created: created() }
    const stranger = await server.caller()
    const closers: [name: string, close: (session: { url: string }) => Promise<{ status: number }>][] = [
      ['its opener', session => bob.send('DELETE', session.url)],
      ['the controller', session => alice.send('DELETE', session.url)],
    ]
    const itself = await openSession(bob, url, capability)
    t.equal((await sendOver(server, itself, { method: 'DELETE', url: itself.url, created: created() })).status, 200)
    t.equal((await sendOver(server, itself, sign)).status, 401)
    for (const [name, close] of closers) {
      const session = await openSession(bob, url, capability)
      const other = await openSession(bob, url, capability)
      t.equal((await stranger.send('DELETE', session.url)).status, 403, 'a stranger')
      const over = { method: 'DELETE', url: session.url, created: created() }
      t.equal((await sendOver(server, other, over)).status, 403, 'another session, of the same opener')
      t.equal((await sendOver(server, session, sign)).status, 200)
      t.equal((await close(session)).status, 200, name)
      t.equal((await sendOver(server, session, sign)).status, 401)
      t.equal((await sendOver(server, other, sign)).status, 200, 'the other one is as it was')
    }
    const ofAlice = await openSession(alice, url, root)
    t.equal((await bob.send('DELETE', ofAlice.url)).status, 403, "somebody else's")
    t.match(await alice.send('DELETE', `${url}/sessions/none`), { status: 404, body: { code: 'SESSION_NOT_FOUND' } })
    t.equal((await bob.send('DELETE', `${url}/sessions/none`)).status, 403)
  })
})

t.test('open sessions are listed for the controller, without any secret', async t => {
  const { ports, alice, bob, url, root, key, delegated } = await scene(t)
  const own = await openSession(alice, url, root, { ttl: 60 })
  const lent = await openSession(bob, url, await delegated(bob, ['sign'], key))
  const time = (milliseconds: number) => new Date(milliseconds).toISOString()
  const opened = time(ports.clock.now())
  const expected = [
    { id: own.id, opened, by: alice.signer.didUrl, expires: time(own.expires), target: url },
    { id: lent.id, opened, by: bob.signer.didUrl, expires: time(lent.expires), target: key, actions: ['sign'] },
  ].sort((a, b) => (a.id < b.id ? -1 : 1))
  t.strictSame(await alice.send('GET', `${url}/sessions`), { status: 200, body: { sessions: expected } })
  t.equal((await bob.send('GET', `${url}/sessions`)).status, 403)
  ports.clock.advance(60_000)
  const left = expected.filter(({ id }) => id === lent.id)
  t.strictSame((await alice.send('GET', `${url}/sessions`)).body, { sessions: left }, 'one that has ended is not open')
})

t.test('every process of a store knows a session, also after a restart; what it keeps open is wiped', async t => {
  const { ports, server, alice, url, root, key, created } = await scene(t)
  const session = await openSession(alice, url, root)
  const other = await openSignedServer(t, ports)
  const request = { method: 'POST', url: `${key}/sign`, body: { message }, created: created() }
  for (const each of [server, other, await openSignedServer(t, ports)]) {
    t.equal((await sendOver(each, session, request)).status, 200)
  }
  t.equal((await sendOver(other, session, { method: 'DELETE', url: session.url, created: created() })).status, 200)
  t.equal((await sendOver(other, session, request)).status, 401, 'at once where it was closed')
  ports.clock.advance(1001)
  t.equal((await sendOver(server, session, request)).status, 401, 'and everywhere within a second')
})

t.test('so many sessions are open at once, of a key and of a keystore', async t => {
  const { ports, server, alice, url, root } = await scene(t)
  for (let opened = 0; opened < 64; opened += 1) await openSession(alice, url, root, { ttl: 60 })
  const tooMany = { status: 409, body: { code: 'LIMIT_EXCEEDED' } }
  t.match(await alice.send('POST', `${url}/sessions`, newOpening().request, root), tooMany)
  const parent = readTrustblocCapability(root)
  if (parent === undefined) throw new Error('not a root')
  const now = ports.clock.now()
  const open = async () => {
    const other = await server.caller()
    const lent = await delegateTrustbloc(
      parent,
      { to: other.did, expires: now + 3_600_000, now },
      alice.signer,
      ports.random,
    )
    const answers = []
    for (let opened = 0; opened < 64; opened += 1) answers.push(await openSession(other, url, lent, { ttl: 60 }))
    return other.send('POST', `${url}/sessions`, newOpening().request, lent)
  }
  for (let caller = 0; caller < 3; caller += 1) t.match(await open(), tooMany)
  t.equal((await ports.store.list('sessions', url.slice(url.lastIndexOf('/') + 1), 1000)).length, 256)
  const [last] = [await server.caller()]
  const capability = await delegateTrustbloc(
    parent,
    { to: last.did, expires: now + 3_600_000, now },
    alice.signer,
    ports.random,
  )
  t.match(await last.send('POST', `${url}/sessions`, newOpening().request, capability), tooMany, 'whoever it is')
  ports.clock.advance(60_000)
  t.equal(
    (await last.send('POST', `${url}/sessions`, newOpening().request, capability)).status,
    200,
    'when they have ended',
  )
  const stored = await ports.store.list('sessions', url.slice(url.lastIndexOf('/') + 1), 1000)
  t.equal(stored.length, 256 - 32 + 1, 'some of which are removed with each that is opened')
})

t.test('what is written down and counted names the opener', async t => {
  const limits = { rates: { principal: { quota: 4, window: 60 } } }
  const { ports, server, bob, alice, url, key, delegated, created } = await scene(t, { audit, limits })
  const session = await openSession(bob, url, await delegated(bob))
  const sign = { method: 'POST', url: `${key}/sign`, body: { message }, created: created() }
  for (const expected of [200, 200, 200, 429]) t.equal((await sendOver(server, session, sign)).status, expected)
  t.equal((await bob.send('GET', url)).status, 429, 'as whoever signs')
  ports.clock.advance(60_000)
  const log = String((await alice.send('GET', `${url}/log`)).body)
  const decisions = log
    .split('\n')
    .filter(line => line.includes('"decision"'))
    .map(line => JSON.parse(line))
  const signed = decisions.filter(({ operation }) => operation === 'sign')
  t.equal(signed.length, 3)
  for (const { principal, status } of signed) t.strictSame([principal, status], [bob.signer.didUrl, 200])
  t.match(
    decisions.find(({ operation }) => operation === 'openSession'),
    { principal: bob.signer.didUrl, status: 200 },
  )
})

t.test('a server that has none opens none, and takes none that are there', async t => {
  const { ports, alice, url, root, key, created } = await scene(t)
  const session = await openSession(alice, url, root)
  const server = await openSignedServer(t, ports, { sessionTtl: 0 })
  const request = { method: 'POST', url: `${key}/sign`, body: { message }, created: created() }
  t.equal((await sendOver(server, session, request)).status, 401)
  const opening = await scene(t, { sessionTtl: 0 })
  const refused = await opening.alice.send('POST', `${opening.url}/sessions`, newOpening().request, opening.root)
  t.match(refused, { status: 422, body: { code: 'OPERATION_UNSUPPORTED' } })
})

t.test('what cannot be opened is said, and leaves nothing behind', async t => {
  const { ports, alice, bob, url, root, delegated } = await scene(t)
  const { public_key } = newOpening().request
  const low = Buffer.alloc(32).toString('base64url')
  const bodies: [name: string, body: object][] = [
    ['no key', {}],
    ['a key of another curve', { public_key: { ...public_key, crv: 'X448' } }],
    ['a key of another type', { public_key: { ...public_key, kty: 'EC' } }],
    ['a point of low order', { public_key: { ...public_key, x: low } }],
    ['a point that is too short', { public_key: { ...public_key, x: public_key.x.slice(0, 40) } }],
    ['no base64url', { public_key: { ...public_key, x: `${public_key.x}=` } }],
    ['no time', { public_key, ttl: 0 }],
    ['less than none', { public_key, ttl: -1 }],
    ['half a second', { public_key, ttl: 0.5 }],
    ['a text as time', { public_key, ttl: '60' }],
  ]
  for (const [name, body] of bodies) {
    const answer = await alice.send('POST', `${url}/sessions`, body, root)
    t.match(answer, { status: 400, body: { code: 'INVALID_REQUEST' } }, name)
  }
  t.equal((await bob.send('POST', `${url}/sessions`, { public_key }, root)).status, 403, "another's root")
  t.equal((await alice.send('POST', `${url}/sessions`, { public_key }, await delegated(bob))).status, 403)
  t.equal((await alice.send('POST', `${url}/sessions`, { public_key })).status, 401, 'without a capability')
  const nowhere = { ...(root as { id: string }), id: `${url}x` }
  t.equal((await alice.send('POST', `${url}x/sessions`, { public_key }, nowhere)).status, 403, 'an unknown keystore')
  t.strictSame(await ports.store.list('sessions', url.slice(url.lastIndexOf('/') + 1), 10), [])
})

t.test('a tampered record opens nothing', async t => {
  const { ports, server, alice, url, root, key, created } = await scene(t)
  const [one, other] = [await openSession(alice, url, root), await openSession(alice, url, root)]
  const keystoreId = url.slice(url.lastIndexOf('/') + 1)
  const [record, another] = await Promise.all(
    [one, other].map(({ id }) => ports.store.find('sessions', keystoreId, id)),
  )
  if (record === undefined || another === undefined) throw new Error('they are not there')
  const request = { method: 'POST', url: `${key}/sign`, body: { message }, created: created() }
  const put = async (body: Uint8Array) => {
    ports.clock.advance(1001)
    await ports.store.remove('sessions', keystoreId, one.id, 1)
    await ports.store.add({ ...record, body })
  }
  const flipped = Uint8Array.from(record.body)
  flipped[record.body.length - 5] = (flipped[record.body.length - 5] ?? 0) ^ 1
  for (const body of [flipped, another.body, record.body.subarray(0, 40)]) {
    await put(body)
    t.match(await sendOver(server, one, request), { status: 500, body: { code: 'STORE_CORRUPT' } })
  }
  await put(record.body)
  t.equal((await sendOver(server, one, request)).status, 200)
})

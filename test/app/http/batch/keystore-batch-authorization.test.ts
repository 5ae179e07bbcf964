import { MemoryAccessTokens } from '@keyhold/adapters'
import { bearerAuthenticators } from '@keyhold/app/http/authentication/bearer.js'
import { type AccessRight, delegateTrustbloc } from '@keyhold/core'
import t, { type Test } from 'tap'
import { base64, baseUrl, buildApp, idOf } from '../../../support/build-app.ts'
import { CountingEd25519 } from '../../../support/counting-ed25519.ts'
import { openSignedServer, sharedPorts } from '../../../support/signing-caller.ts'

const message = base64('a message')

/** What is asked for: pairs of an operation and the name of a key; no key is the keystore itself. */
type Asked = readonly (readonly [operation: string, key?: 'one' | 'two'])[]

const askings: readonly Asked[] = [
  [['sign', 'one']],
  [['sign', 'two']],
  [['verify', 'one']],
  [['wrap']],
  [
    ['sign', 'one'],
    ['sign', 'two'],
  ],
  [
    ['sign', 'one'],
    ['verify', 'one'],
  ],
  [['verify', 'two'], ['sign', 'one'], ['wrap']],
]

/** What somebody was given: actions (all if there are none), in the keystore or with a key. */
const grants: readonly { readonly actions?: readonly string[]; readonly target?: 'one' | 'two' }[] = [
  {},
  { actions: ['sign'] },
  { actions: ['sign', 'verify'] },
  { actions: ['wrap'] },
  { actions: ['batch'] },
  { actions: ['batch', 'sign'], target: 'two' },
  { actions: ['sign', 'verify'], target: 'one' },
  { target: 'one' },
  { target: 'two' },
]

interface Sent {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: the test knows the shape of the answer
  readonly body: any
}

/** A batch comes to what all of the requests come to that ask for its items alone, or nothing of it is done. */
async function compare(
  t: Test,
  name: string,
  keystore: string,
  keys: Readonly<Record<'one' | 'two', string>>,
  ed25519: CountingEd25519,
  send: (path: string, body: object) => Promise<Sent>,
): Promise<number> {
  let allowed = 0
  for (const asked of askings) {
    const alone: number[] = []
    for (const [operation, key] of asked) {
      const place = key === undefined ? keystore : `${keystore}/keys/${keys[key]}`
      alone.push((await send(`${place}/${operation}`, { message })).status)
    }
    const isAllowed = !alone.includes(403)
    const items = asked.map(([operation, key]) =>
      key === undefined ? { operation, cek: message } : { operation, key: keys[key], message },
    )
    const before = ed25519.signed
    const { status, body } = await send(`${keystore}/batch`, { items })
    t.equal(status, isAllowed ? 200 : 403, `${name}: ${JSON.stringify(asked)}`)
    const signing = asked.filter(([operation]) => operation === 'sign').length
    t.equal(ed25519.signed - before, isAllowed ? signing : 0, 'all or nothing')
    if (isAllowed) t.notMatch(body.results, [{ code: 'FORBIDDEN' }])
    if (isAllowed) allowed += 1
  }
  return allowed
}

t.test('who has a capability may do by a batch what it may do without, and nothing else', async t => {
  const ed25519 = new CountingEd25519()
  const ports = { ...sharedPorts(), ed25519 }
  const server = await openSignedServer(t, ports)
  const [alice, bob] = await Promise.all([server.caller(), server.caller()])
  const { url, root } = await alice.keystore()
  const made = await Promise.all(
    ['one', 'two'].map(() => alice.send('POST', `${url}/keys`, { key_type: 'ED25519' }, root)),
  )
  const [one = '', two = ''] = made.map(({ body }) => idOf(body.key_url))
  const keys = { one, two }
  let allowed = await compare(t, 'the root', url, keys, ed25519, (path, body) => alice.send('POST', path, body, root))
  t.equal(allowed, askings.length)
  const now = ports.clock.now()
  for (const { actions, target } of grants) {
    const given = {
      to: bob.did,
      ...(actions && { actions }),
      ...(target && { target: `${url}/keys/${keys[target]}` }),
      expires: now + 60_000,
      now,
    }
    const capability = await delegateTrustbloc(root as never, given, alice.signer, ports.random)
    const name = JSON.stringify({ actions, target })
    allowed += await compare(t, name, url, keys, ed25519, (path, body) => bob.send('POST', path, body, capability))
    const strangers = await compare(t, name, url, keys, ed25519, (path, body) =>
      alice.send('POST', path, body, capability),
    )
    t.equal(strangers, 0, 'it is not the controller’s')
  }
  t.ok(allowed > askings.length && allowed < askings.length * grants.length)

  const other = await alice.keystore()
  const { status } = await alice.send('POST', `${other.url}/batch`, { items: [{ operation: 'wrap' }] }, root)
  t.equal(status, 403, 'a capability for another keystore')
})

t.test('who has a token may do by a batch what it may do without, and nothing else', async t => {
  const ed25519 = new CountingEd25519()
  const tokens = new Map()
  const made = sharedPorts()
  const known = new MemoryAccessTokens(tokens, made.clock)
  const ports = { ...made, ed25519 }
  const app = await buildApp(t, { ports, authenticators: () => bearerAuthenticators(known, 'all') })
  const owner = { issuer: 'https://auth.example', subject: 'alice' }
  const give = (name: string, rights: readonly AccessRight[], subject = 'alice') =>
    tokens.set(name, { owner: { ...owner, subject }, rights, expires: Number.POSITIVE_INFINITY })
  const sender = (token: string) => async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${token}` }
    return app.send({ method: 'POST', path: path.replace(baseUrl, ''), body, headers })
  }
  give('all', [{}])
  const send = sender('all')
  const { key_store_url: url } = (await send('/v1/keystores', { controller: 'did:example:alice' })).body
  const [one = '', two = ''] = await Promise.all(
    ['one', 'two'].map(async () => idOf((await send(`${url}/keys`, { key_type: 'ED25519' })).body.key_url)),
  )
  const keys = { one, two }
  let allowed = 0
  for (const [index, { actions, target }] of grants.entries()) {
    const right = { ...(actions && { actions }), ...(target && { locations: [`${url}/keys/${keys[target]}`] }) }
    give(`token-${index}`, [right])
    allowed += await compare(t, JSON.stringify(right), url, keys, ed25519, sender(`token-${index}`))
    give(`stranger-${index}`, [right], 'mallory')
    t.equal(await compare(t, 'a stranger', url, keys, ed25519, sender(`stranger-${index}`)), 0)
  }
  t.ok(allowed > askings.length && allowed < askings.length * grants.length)
})

t.test('a request that invokes another action is no batch, and a batch is nothing else', async t => {
  const ports = sharedPorts()
  const server = await openSignedServer(t, ports)
  const alice = await server.caller()
  const { url, root } = await alice.keystore()
  const { body } = await alice.send('POST', `${url}/keys`, { key_type: 'ED25519' }, root)
  const items = [{ operation: 'sign', key: idOf(body.key_url), message }]
  for (const [path, action, sent, status] of [
    [`${url}/batch`, 'batch', { items }, 200],
    [`${url}/batch`, 'sign', { items }, 403],
    [`${url}/batch`, 'easy', { items }, 403],
    [`${body.key_url}/sign`, 'batch', { message }, 403],
    [`${body.key_url}/sign/batch`, 'batch', { items: [{ message }] }, 403],
    [`${body.key_url}/sign/batch`, 'signBatch', { items: [{ message }] }, 403],
    [`${body.key_url}/sign/batch`, 'sign', { items: [{ message }] }, 200],
  ] as const) {
    const reply = await alice.send('POST', path, sent, root, action)
    t.equal(reply.status, status, `${action} at ${path.replace(url, '')}`)
  }
})

t.test('a box that another key opens is that key’s, whichever one the item names', async t => {
  const ports = sharedPorts()
  const server = await openSignedServer(t, ports)
  const [alice, bob] = await Promise.all([server.caller(), server.caller()])
  const { url, root } = await alice.keystore()
  const made = await Promise.all(
    ['one', 'two'].map(() => alice.send('POST', `${url}/keys`, { key_type: 'ED25519' }, root)),
  )
  const [one, two] = made.map(({ body }) => body)
  const now = ports.clock.now()
  const given = { to: bob.did, actions: ['unwrap'], target: one.key_url, expires: now + 60_000, now }
  const capability = await delegateTrustbloc(root as never, given, alice.signer, ports.random)
  const opening = { operation: 'unwrap', key: idOf(one.key_url), ciphertext: message }
  const sent = {
    items: [
      { ...opening, my_pub: one.public_key },
      { ...opening, my_pub: two.public_key },
    ],
  }
  const { body } = await bob.send('POST', `${url}/batch`, sent, capability)
  t.match(body.results, [{ code: 'DECRYPTION_FAILED' }, { code: 'FORBIDDEN' }])
  const controllers = await alice.send('POST', `${url}/batch`, sent, root)
  t.match(controllers.body.results, [{ code: 'DECRYPTION_FAILED' }, { code: 'DECRYPTION_FAILED' }])
})

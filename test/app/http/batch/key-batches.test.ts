import fc from 'fast-check'
import t from 'tap'
import { base64, buildApp, idOf, keystoreOf, type TestApp } from '../../../support/build-app.ts'
import { CountingEd25519 } from '../../../support/counting-ed25519.ts'
import { keyRouteRefusals, type Refusal, refusals } from '../../../support/refusals.ts'
import { routes } from '../../../support/routes.ts'

type Items = readonly unknown[]

async function post(app: TestApp, path: string, body: unknown) {
  const { status, body: reply, text } = await app.send({ method: 'POST', path, body })
  return { status, reply, text }
}

/** What the single requests answer, one after the other: nothing is an empty result. */
async function singles(app: TestApp, path: string, items: Items) {
  const answers = []
  for (const item of items) {
    const { reply, text } = await post(app, path, item)
    answers.push(text === '' ? {} : reply)
  }
  return answers
}

const some = base64('some bytes')

/** Items good and bad of the operations that answer the same each time, with what they are made of. */
async function deterministic(app: TestApp) {
  const keystore = await app.keystore()
  const [signing, encrypting, marking, agreeing] = await Promise.all([
    app.key('ED25519', keystore),
    app.key('AES256GCM', keystore),
    app.key('HMACSHA256Tag256', keystore),
    app.key('X25519ECDHKW', keystore),
  ])
  const message = base64('message')
  const { reply: signed } = await post(app, `${signing}/sign`, { message })
  const { reply: encrypted } = await post(app, `${encrypting}/encrypt`, { message, associated_data: some })
  const { reply: marked } = await post(app, `${marking}/computemac`, { data: message })
  const exported = await app.send({ method: 'GET', path: `${agreeing}/export` })
  const recipient_pub_key = JSON.parse(Buffer.from(exported.body.public_key, 'base64').toString())
  const cek = base64(Buffer.alloc(32, 7))
  const { reply: wrapped } = await post(app, `${keystore}/wrap`, { cek, recipient_pub_key })
  const bad = [{ message: '!' }, { data: 5 }, { nonce: [] }, { wrapped_key: 'text' }]
  return [
    { path: `${signing}/sign`, items: [{ message }, {}, { message: null }, ...bad, { message: some }] },
    { path: `${signing}/verify`, items: [{ message, ...signed }, { message: some, ...signed }, {}, ...bad] },
    {
      path: `${encrypting}/decrypt`,
      items: [{ ...encrypted, associated_data: some }, encrypted, { ...encrypted, nonce: some }, ...bad],
    },
    { path: `${marking}/computemac`, items: [{ data: message }, {}, { data: some }, ...bad] },
    { path: `${marking}/verifymac`, items: [{ data: message, ...marked }, { data: some, ...marked }, ...bad] },
    {
      path: `${agreeing}/unwrap`,
      items: [{ wrapped_key: wrapped }, { wrapped_key: { ...wrapped, alg: 'none' } }, { my_pub: some }, ...bad],
    },
    // Nothing of these keys can do that, and each item says so.
    { path: `${encrypting}/sign`, items: [{ message }, ...bad] },
    { path: `${signing}/unwrap`, items: [{ wrapped_key: wrapped }] },
  ]
}

t.test('each item is answered as the request for it alone, in their order, whatever the others are', async t => {
  const app = await buildApp(t)
  for (const { path, items } of await deterministic(app)) {
    const pick = fc.array(fc.constantFrom(...items), { minLength: 1, maxLength: 70 })
    const property = fc.asyncProperty(pick, async picked => {
      const { status, reply } = await post(app, `${path}/batch`, { items: picked })
      const expected = { status: 200, reply: { results: await singles(app, path, picked) } }
      if (JSON.stringify({ status, reply }) !== JSON.stringify(expected)) {
        throw new Error(`${JSON.stringify(reply)} in place of ${JSON.stringify(expected)}`)
      }
    })
    const { failed, counterexample, errorInstance } = await fc.check(property, { numRuns: 15 })
    t.notOk(failed, `${path.replace(/.*\//, '')}: ${JSON.stringify({ counterexample, error: String(errorInstance) })}`)
    const results = await singles(app, path, items)
    t.ok(
      results.some(({ code }) => code !== undefined),
      'something is refused',
    )
  }
})

t.test('what is random is made for each item', async t => {
  const app = await buildApp(t)
  const key = await app.key('AES256GCM')
  const items = ['one', 'two', 'two'].map(text => ({ message: base64(text), associated_data: some }))
  const { reply } = await post(app, `${key}/encrypt/batch`, { items })
  t.equal(new Set(reply.results.map(({ nonce }: { nonce: string }) => nonce)).size, 3)
  const opened = reply.results.map((encrypted: object) => ({ ...encrypted, associated_data: some }))
  const { reply: decrypted } = await post(app, `${key}/decrypt/batch`, { items: opened })
  t.strictSame(
    decrypted.results,
    items.map(({ message }) => ({ plaintext: message })),
  )

  const agreeing = await app.key('X25519ECDHKW')
  const { body } = await app.send({ method: 'GET', path: `${agreeing}/export` })
  const recipient_pub_key = JSON.parse(Buffer.from(body.public_key, 'base64').toString())
  const ceks = [1, 2].map(byte => base64(Buffer.alloc(32, byte)))
  const wraps = await post(app, `${agreeing}/wrap/batch`, { items: ceks.map(cek => ({ cek, recipient_pub_key })) })
  const unwrapping = wraps.reply.results.map((wrapped_key: object) => ({
    wrapped_key,
    sender_pub_key: recipient_pub_key,
  }))
  const { reply: unwrapped } = await post(app, `${agreeing}/unwrap/batch`, { items: unwrapping })
  t.strictSame(
    unwrapped.results,
    ceks.map(key => ({ key })),
  )
})

t.test('boxes as well', async t => {
  const app = await buildApp(t)
  const key = await app.key('ED25519')
  const { body } = await app.send({ method: 'GET', path: `${key}/export` })
  const agreeing = await app.key('X25519ECDHKW')
  const theirs = await app.send({ method: 'GET', path: `${agreeing}/export` })
  const their_pub = JSON.parse(Buffer.from(theirs.body.public_key, 'base64').toString()).x
  const nonce = base64(Buffer.alloc(24, 3))
  const { reply } = await post(app, `${key}/wrap/batch`, {
    items: [{ payload: some, nonce, their_pub }, { nonce: '' }],
  })
  const [{ ciphertext }, { code }] = reply.results
  t.equal(code, 'INVALID_REQUEST')
  const opening = { ciphertext, nonce, their_pub, my_pub: body.public_key }
  t.match(await post(app, `${key}/unwrap/batch`, { items: [opening, { ...opening, nonce: '' }] }), {
    reply: { results: [{ plaintext: some }, { code: 'INVALID_REQUEST' }] },
  })
})

t.test('what is malformed as a whole is refused as a whole, and nothing is done', async t => {
  const ed25519 = new CountingEd25519()
  const app = await buildApp(t, { ports: { ed25519 }, bodyLimit: 8192 })
  const keyPath = await app.key('ED25519')
  const [keystoreId, keyId] = [idOf(keystoreOf(keyPath)), idOf(keyPath)]
  const foreign = idOf(await app.keystore())
  // The service has signed the root capabilities.
  ed25519.signed = 0
  const request = (body: unknown) => ({ method: 'POST', path: `${keyPath}/sign/batch`, body }) as const
  const malformed = [
    {},
    { items: null },
    { items: [] },
    { items: {} },
    { items: 'text' },
    { items: [null] },
    { items: [{ message: some }, 5] },
    { items: [[]] },
    { items: [{ message: some }, ['text']] },
    { items: Array(1001).fill({}) },
  ]
  await refusals(t, app, [
    ...malformed.map((body): Refusal => [JSON.stringify(body).slice(0, 40), request(body), 400, 'INVALID_REQUEST']),
    ['too large', request({ items: [{ message: 'A'.repeat(8192) }] }), 413, 'PAYLOAD_TOO_LARGE'],
    ...keyRouteRefusals(routes.signBatch, { keystoreId, keyId }, foreign),
  ])
  t.equal(ed25519.signed, 0)
  t.match(await post(app, `${keyPath}/sign/batch`, { items: Array(1000).fill({}) }), { status: 200 })
  t.equal(ed25519.signed, 1000, 'as many as may be')
})

t.test('items meet one key, that is looked for once', async t => {
  const app = await buildApp(t)
  const key = await app.key('ED25519')
  const finds = async (items: Items) => {
    const before = app.store.finds
    t.equal((await post(app, `${key}/sign/batch`, { items })).status, 200)
    return app.store.finds - before
  }
  t.equal(await finds(Array(100).fill({ message: some })), await finds([{}]))
})

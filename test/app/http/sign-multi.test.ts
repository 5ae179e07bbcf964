import { keyTypeNames, maximumMessages } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import t from 'tap'
import { base64, buildApp, idOf, keystoreOf, type Request } from '../../support/build-app.ts'
import { familyOf, typesOf } from '../../support/families.ts'
import { keyRouteRefusals, type Refusal, refusals } from '../../support/refusals.ts'
import { routes } from '../../support/routes.ts'

const post = (path: string, name: string, body: unknown): Request => ({ method: 'POST', path: `${path}/${name}`, body })
const multiTypes = [...typesOf('bbs-plus'), ...typesOf('bbs')]
const messages = ['first', 'second', '', 'fourth'].map(base64)
const nonce = base64('nonce')
const hasHeader = (type: (typeof multiTypes)[number]) => familyOf(type) === 'bbs'

for (const type of multiTypes) {
  t.test(`${type}: signs, verifies, and proves any of the messages`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const header = hasHeader(type) ? { header: base64('header') } : {}
    const signed = await app.send(post(keyPath, 'signmulti', { messages, ...header }))
    t.equal(signed.status, 200)
    t.strictSame(Object.keys(signed.body), ['signature'])
    const { signature } = signed.body
    t.equal(Buffer.from(signature, 'base64').length, hasHeader(type) ? 80 : 112)

    const verified = await app.send(post(keyPath, 'verifymulti', { messages, signature, ...header }))
    t.strictSame([verified.status, verified.text, verified.headers['content-length']], [200, '', '0'])

    for (const revealed_indexes of [[0], [3, 1], [0, 1, 2, 3]]) {
      const request = { messages, signature, nonce, revealed_indexes, ...header }
      const derived = await app.send(post(keyPath, 'deriveproof', request))
      t.equal(derived.status, 200)
      t.strictSame(Object.keys(derived.body), ['proof'])
      const sorted = [...revealed_indexes].sort()
      const told = { messages: sorted.map(index => messages[index]), nonce, ...header }
      const proof = { ...told, ...derived.body, revealed_indexes: sorted }
      const proven = await app.send(post(keyPath, 'verifyproof', proof))
      t.strictSame([proven.status, proven.text], [200, ''], `${revealed_indexes}`)
      const again = await app.send(post(keyPath, 'deriveproof', request))
      t.not(again.body.proof, derived.body.proof, 'no two proofs can be linked')
    }
  })

  t.test(`${type}: null is no nonce, and an empty message`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const { body: signed } = await app.send(post(keyPath, 'signmulti', { messages: [null, ''], header: null }))
    t.equal((await app.send(post(keyPath, 'verifymulti', { messages: ['', null], ...signed }))).status, 200)
    const request = { messages: ['', ''], ...signed, nonce: null, revealed_indexes: [0] }
    const { body: derived } = await app.send(post(keyPath, 'deriveproof', request))
    const proof = { messages: [null], ...derived, revealed_indexes: [0] }
    t.equal((await app.send(post(keyPath, 'verifyproof', proof))).status, 200)
  })

  t.test(`${type}: what is not this key's over these messages`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const other = await app.key(type, keystoreOf(keyPath))
    const { signature } = (await app.send(post(keyPath, 'signmulti', { messages }))).body
    const request = { messages, signature, nonce, revealed_indexes: [1, 3] }
    const { proof } = (await app.send(post(keyPath, 'deriveproof', request))).body
    const told = { messages: [messages[1], messages[3]], nonce, proof, revealed_indexes: [1, 3] }
    t.equal((await app.send(post(keyPath, 'verifyproof', told))).status, 200, 'the proof itself is right')

    const verify = (body: object, path = keyPath) => post(path, 'verifymulti', { messages, signature, ...body })
    const derive = (body: object, path = keyPath) => post(path, 'deriveproof', { ...request, ...body })
    const check = (body: object, path = keyPath) => post(path, 'verifyproof', { ...told, ...body })
    const failed = (name: string, sent: Request): Refusal => [name, sent, 400, 'VERIFICATION_FAILED']
    const [first, ...rest] = messages
    await refusals(t, app, [
      ...damaged(signature).flatMap(([name, wrong]) => [
        failed(`a signature: ${name}`, verify({ signature: wrong })),
        failed(`to prove a signature: ${name}`, derive({ signature: wrong })),
      ]),
      ...damaged(proof).map(([name, wrong]) => failed(`a proof: ${name}`, check({ proof: wrong }))),
      failed('another order', verify({ messages: [...rest, first] })),
      failed('a message less', verify({ messages: rest })),
      failed('a message more', verify({ messages: [...messages, null] })),
      failed('another key', verify({}, other)),
      failed('to prove for another key', derive({}, other)),
      failed('to prove other messages', derive({ messages: [...rest, first] })),
      failed('the proof of another key', check({}, other)),
      failed('another nonce', check({ nonce: base64('once') })),
      failed('no nonce', check({ nonce: null })),
      failed('another message', check({ messages: [messages[1], first] })),
      failed('the revealed messages in another order', check({ messages: [messages[3], messages[1]] })),
      failed('other indexes', check({ revealed_indexes: [1, 2] })),
      failed('an index beyond all messages', check({ revealed_indexes: [1, 4] })),
      failed('messages that were not revealed', check({ messages, revealed_indexes: [0, 1, 2, 3] })),
    ])
  })

  t.test(`${type}: what is no request`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const signature = base64('signature')
    const invalid = (name: string, sent: Request): Refusal => [name, sent, 400, 'INVALID_REQUEST']
    const lists = [
      ['no messages', undefined],
      ['messages null', null],
      ['an empty list', []],
      ['a message too many', Array(maximumMessages + 1).fill('')],
      ['1e5 messages', Array(100_000).fill('QQ==')],
      ['a text', 'QQ=='],
      ['a number among them', ['QQ==', 1]],
      ['a list among them', ['QQ==', []]],
      ['no base64 among them', ['QQ==', 'QQ']],
    ] as const
    const derive = (revealed_indexes: unknown) =>
      post(keyPath, 'deriveproof', { messages, signature, revealed_indexes })
    const check = (body: object) => post(keyPath, 'verifyproof', { messages: [''], proof: signature, ...body })
    await refusals(t, app, [
      ...['signmulti', 'verifymulti', 'deriveproof', 'verifyproof'].flatMap(name =>
        lists.map(([what, list]) => {
          const body = { messages: list, signature, proof: signature, revealed_indexes: [0] }
          return invalid(`${name}: ${what}`, post(keyPath, name, body))
        }),
      ),
      ...[undefined, null, [], [4], [-1], [1.5], [1e300], ['1'], [null], [[0]], 0, [1, 1], Array(1001).fill(0)].map(
        indexes => invalid(`to reveal ${JSON.stringify(indexes)?.slice(0, 20)}`, derive(indexes)),
      ),
      ...[[-1], [1000], [1.5], ['0'], 0].map(indexes =>
        invalid(`revealed are ${JSON.stringify(indexes)}`, check({ revealed_indexes: indexes })),
      ),
      invalid('more indexes than messages', check({ revealed_indexes: [0, 1] })),
      invalid('indexes twice', check({ messages: ['', ''], revealed_indexes: [1, 1] })),
      invalid('indexes in another order', check({ messages: ['', ''], revealed_indexes: [1, 0] })),
      ...(hasHeader(type)
        ? [invalid('no indexes', check({}))]
        : ['signmulti', 'verifymulti', 'deriveproof', 'verifyproof'].map(name => {
            const body = { messages, signature, proof: signature, revealed_indexes: [0, 1, 2, 3], header: nonce }
            return invalid(`${name} with a header`, post(keyPath, name, body))
          })),
    ])
  })
}

t.test('a header is signed with the messages', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('BLS12381G2-SHA-256')
  const header = base64('header')
  const { signature } = (await app.send(post(keyPath, 'signmulti', { messages, header }))).body
  const request = { messages, header, signature, revealed_indexes: [0] }
  const { proof } = (await app.send(post(keyPath, 'deriveproof', request))).body
  const told = { messages: messages.slice(0, 1), header, proof, revealed_indexes: [0] }
  t.equal((await app.send(post(keyPath, 'verifyproof', told))).status, 200)
  const others = [{ header: null }, { header: base64('another') }]
  await refusals(t, app, [
    ...others.flatMap((other): Refusal[] => [
      ['a signature', post(keyPath, 'verifymulti', { messages, signature, ...other }), 400, 'VERIFICATION_FAILED'],
      ['to prove', post(keyPath, 'deriveproof', { ...request, ...other }), 400, 'VERIFICATION_FAILED'],
      ['a proof', post(keyPath, 'verifyproof', { ...told, ...other }), 400, 'VERIFICATION_FAILED'],
    ]),
  ])
})

t.test('every version verifies what it signed, and a public key alone is enough', async t => {
  const app = await buildApp(t)
  for (const type of multiTypes) {
    const keyPath = await app.key(type)
    const { public_key } = (await app.send({ method: 'GET', path: `${keyPath}/export` })).body
    const { signature } = (await app.send(post(keyPath, 'signmulti', { messages }))).body
    await app.send(post(keyPath, 'rotate', { key_type: type }))
    t.equal((await app.send(post(keyPath, 'verifymulti', { messages, signature }))).status, 200)
    const body = { messages, signature, nonce, revealed_indexes: [2] }
    const { proof } = (await app.send(post(keyPath, 'deriveproof', body))).body
    const imported = { key_type: type, public_key, key_id: 'public' }
    await app.send({ method: 'PUT', path: `${keystoreOf(keyPath)}/keys`, body: imported })
    const verifier = `${keystoreOf(keyPath)}/keys/public`
    const told = { messages: [messages[2]], nonce, proof, revealed_indexes: [2] }
    t.equal((await app.send(post(verifier, 'verifyproof', told))).status, 200)
    t.equal((await app.send(post(verifier, 'deriveproof', body))).status, 200)
    await refusals(t, app, [['to sign', post(verifier, 'signmulti', { messages }), 422, 'OPERATION_UNSUPPORTED']])
  }
})

t.test('refusals', async t => {
  const app = await buildApp(t, { bodyLimit: 8192 })
  const keyPath = await app.key('BLS12381G2')
  const ids = { keystoreId: idOf(keystoreOf(keyPath)), keyId: idOf(keyPath) }
  const foreign = await app.keystore()
  for (const route of [routes.signMulti, routes.verifyMulti, routes.deriveProof, routes.verifyProof]) {
    await refusals(t, app, keyRouteRefusals(route, ids, idOf(foreign)))
  }
  for (const type of keyTypeNames.filter(name => keyTypes[name].multiVerifier === undefined)) {
    const path = await app.key(type, keystoreOf(keyPath))
    const body = { messages, signature: nonce, proof: nonce, revealed_indexes: [0, 1, 2, 3] }
    const table = ['signmulti', 'verifymulti', 'deriveproof', 'verifyproof'].map(
      (name): Refusal => [`${type}: ${name}`, post(path, name, body), 422, 'OPERATION_UNSUPPORTED'],
    )
    await refusals(t, app, table)
  }
  const single = [post(keyPath, 'sign', { message: nonce }), post(keyPath, 'verify', { message: nonce })]
  await refusals(
    t,
    app,
    single.map((sent): Refusal => [sent.path, sent, 422, 'OPERATION_UNSUPPORTED']),
  )
})

/** Bytes changed all over, and lengths that are wrong. */
function damaged(text: string): readonly (readonly [string, string])[] {
  const bytes = Buffer.from(text, 'base64')
  const step = Math.max(1, Math.floor(bytes.length / 24))
  const places = Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) => index * step)
  const flipped = [...places, bytes.length - 1].map((at): readonly [string, Buffer] => {
    const copy = Buffer.from(bytes)
    copy.writeUInt8(copy.readUInt8(at) ^ 1, at)
    return [`byte ${at} changed`, copy]
  })
  const others: readonly (readonly [string, Buffer])[] = [
    ['empty', Buffer.alloc(0)],
    ['one byte', Buffer.of(1)],
    ['cut off', bytes.subarray(0, -1)],
    ['without its last scalar', bytes.subarray(0, -32)],
    ['a byte too many', Buffer.concat([bytes, Buffer.of(0)])],
    ['a scalar too many', Buffer.concat([bytes, Buffer.alloc(32, 1)])],
    ['zeros', Buffer.alloc(bytes.length)],
    ['points at infinity', Buffer.concat([Buffer.of(0xc0), Buffer.alloc(bytes.length - 1)])],
    ['scalars above the order', Buffer.concat([bytes.subarray(0, -32), Buffer.alloc(32, 0xff)])],
    ['10 kB', Buffer.alloc(10_000, 1)],
  ]
  return [...flipped, ...others].map(([name, changed]) => [name, changed.toString('base64')])
}

import t from 'tap'
import { batchScene, from, message, post, secret } from '../../../support/batch-scene.ts'
import { base64 } from '../../../support/build-app.ts'
import { CountingEd25519 } from '../../../support/counting-ed25519.ts'
import { type Refusal, refusals } from '../../../support/refusals.ts'

t.test('an item that fails takes along those that are made from it, and no other', async t => {
  const { key, results } = await batchScene(t)
  const opened = { id: 'a', operation: 'decrypt', key: key.encrypting, ciphertext: message, nonce: message }
  const failed = { code: 'FAILED_DEPENDENCY' }
  const boxed = { id: 'x', operation: 'unwrap', key: key.agreeing, wrapped_key: { alg: 'none' } }
  t.match(
    await results([
      opened,
      { id: 'b', operation: 'sign', key: key.signing, message: from('a', 'plaintext') },
      { operation: 'computemac', key: key.marking, data: from('b', 'signature') },
      { operation: 'sign', key: key.signing, message: '!' },
      boxed,
      { operation: 'encrypt', key: { ...from('x', 'key'), key_type: 'AES256GCM' }, message },
      { id: 'c', operation: 'sign', key: key.signing, message },
      { operation: 'verify', key: key.signing, message, signature: from('c', 'signature') },
      { operation: 'verify', key: key.signing, message: secret, signature: from('c', 'signature') },
    ]),
    [
      { code: 'DECRYPTION_FAILED' },
      failed,
      failed,
      { code: 'INVALID_REQUEST' },
      { code: 'INVALID_REQUEST' },
      failed,
      { signature: String },
      {},
      { code: 'VERIFICATION_FAILED' },
    ],
  )
})

t.test('a member that this answer does not have fails what is made from it', async t => {
  const { app, keystore, key, recipient_pub_key, results } = await batchScene(t)
  const wrapped_key = await post(app, `${keystore}/wrap`, { cek: secret, recipient_pub_key })
  const [, { code }] = await results([
    { id: 'a', operation: 'unwrap', key: key.agreeing, wrapped_key, answer: false },
    { operation: 'sign', key: key.signing, message: from('a', 'plaintext') },
  ])
  t.equal(code, 'FAILED_DEPENDENCY')
})

t.test('what is no batch is refused as a whole, and nothing is done', async t => {
  const ed25519 = new CountingEd25519()
  const { app, keystore, key, batch } = await batchScene(t, { ports: { ed25519 }, bodyLimit: 200_000 })
  ed25519.signed = 0
  const sign = { operation: 'sign', key: key.signing, message }
  const named = { ...sign, id: 'a' }
  const using = (reference: unknown) => ({ ...sign, message: reference })
  const tables: readonly (readonly [name: string, items: unknown])[] = [
    ['nothing', undefined],
    ['no list', {}],
    ['no items', []],
    ['too many items', Array(1001).fill(sign)],
    ['no object', [sign, 5]],
    ['no operation', [sign, { key: key.signing }]],
    ['an unknown operation', [sign, { ...sign, operation: 'rotate' }]],
    ['an operation in other letters', [sign, { ...sign, operation: 'Sign' }]],
    ['one of every object', [sign, { ...sign, operation: 'constructor' }]],
    ['no key', [sign, { operation: 'sign', message }]],
    ['a key that is a number', [sign, { ...sign, key: 5 }]],
    ['a key for a hash', [sign, { operation: 'hash', algorithm: 'SHA-256', key: key.signing }]],
    ['a hash that is not known', [sign, { operation: 'hash', algorithm: 'MD5', message }]],
    ['a member that is misspelt', [sign, { ...sign, anwser: false }]],
    ['a member of another operation', [sign, { ...sign, ciphertext: message }]],
    ['an answer that is a text', [sign, { ...sign, answer: 'false' }]],
    ['an empty id', [{ ...sign, id: '' }]],
    ['a long id', [{ ...sign, id: 'x'.repeat(129) }]],
    ['an id twice', [named, named]],
    ['a message of another type', [sign, { ...sign, message: 5 }]],
    ['an item that is not there', [named, using(from('b', 'signature'))]],
    ['an item behind it', [using(from('b', 'signature')), { ...sign, id: 'b' }]],
    ['itself', [{ ...using(from('a', 'signature')), id: 'a' }]],
    [
      'a cycle',
      [
        { ...using(from('b', 'signature')), id: 'a' },
        { ...using(from('a', 'signature')), id: 'b' },
      ],
    ],
    ['a member that it never has', [named, using(from('a', 'plaintext'))]],
    ['a member of every object', [named, using(from('a', 'constructor'))]],
    ['a reference without a member', [named, using({ from: 'a' })]],
    ['a reference with more', [named, using({ ...from('a', 'signature'), more: 1 })]],
    ['a reference where a text stands', [named, { operation: 'wrap', alg: from('a', 'signature') }]],
    ['a reference as the operation', [named, { ...sign, operation: from('a', 'signature') }]],
    [
      'a key from an item behind it',
      [sign, { operation: 'encrypt', key: { ...from('b', 'key'), key_type: 'AES256GCM' } }],
    ],
    ['a key without a type', [named, { operation: 'encrypt', key: from('a', 'signature') }]],
    [
      'a key of another family',
      [named, { operation: 'encrypt', key: { ...from('a', 'signature'), key_type: 'ED25519' } }],
    ],
    [
      'a key that is not for that',
      [named, { operation: 'sign', key: { ...from('a', 'signature'), key_type: 'AES256GCM' } }],
    ],
    ['nothing of the keystore', [{ operation: 'hash', algorithm: 'SHA-256', message }]],
    ['too many keys', Array.from({ length: 101 }, (_, index) => ({ operation: 'sign', key: `${index}` }))],
  ]
  const request = (items: unknown) => ({ method: 'POST', path: `${keystore}/batch`, body: { items } }) as const
  await refusals(t, app, [
    ...tables.map(([name, items]): Refusal => [name, request(items), 400, 'INVALID_REQUEST']),
    ['too large', request([{ ...sign, message: 'A'.repeat(200_000) }]), 413, 'PAYLOAD_TOO_LARGE'],
    ['an unknown key', request([sign, { ...sign, key: 'none' }]), 404, 'KEY_NOT_FOUND'],
    ['an unknown keystore', { ...request([sign]), path: '/v1/keystores/none/batch' }, 404, 'KEYSTORE_NOT_FOUND'],
    ['another keystore', { ...request([sign]), path: `${await app.keystore()}/batch` }, 404, 'KEY_NOT_FOUND'],
  ])
  t.equal(ed25519.signed, 1, 'but the root capability of that one')
  t.match(await batch([named, sign]), { status: 200 })
})

t.test('the answer to a small body is not large without bounds', async t => {
  const { key, results } = await batchScene(t, { bodyLimit: 10_000 })
  const large = { id: 'large', operation: 'encrypt', key: key.encrypting, message: base64('x'.repeat(3000)) }
  const more = { operation: 'encrypt', key: key.encrypting, message: from('large', 'ciphertext') }
  const codes = (await results([large, more, more, more, more, more])).map(({ code }: { code?: string }) => code)
  t.strictSame(codes, [undefined, undefined, undefined, undefined, 'INVALID_REQUEST', 'INVALID_REQUEST'])
})

import { constants, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { outcome } from '@keyhold/contract'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import { thumbprint } from '@keyhold/core/algorithms/thumbprint.js'
import t from 'tap'
import { rsaPkcs8 } from '../../support/der.ts'
import { tools } from '../../support/tools.ts'

const message = Buffer.from('message')
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' })
const paddings = { RSARS256: constants.RSA_PKCS1_PADDING, RSAPS256: constants.RSA_PKCS1_PSS_PADDING } as const
const names = ['RSARS256', 'RSAPS256'] as const

for (const name of names) {
  const keyType = keyTypes[name]

  await t.test(`${name}: whatever is not the signature does not verify`, async t => {
    const { secret, publicKey = new Uint8Array(0) } = await keyType.importSecret(pkcs8, tools.random, tools.computation)
    const signature = (await secret?.spend(bytes => keyType.signer?.(bytes, publicKey, tools).sign(message))) ?? message
    const verifier = keyType.verifier?.(publicKey, tools)
    t.equal(signature.length, 256)
    t.equal(await verifier?.verify(signature, message), true, 'the signature itself')
    const number = Buffer.from(privateKey.export({ format: 'jwk' }).n ?? '', 'base64url')
    const wrong: [name: string, signature: Uint8Array, over?: Uint8Array][] = [
      ['another message', signature, Buffer.from('messagf')],
      ['nothing', new Uint8Array(0)],
      ['a byte less', signature.subarray(0, -1)],
      ['a byte less in front', signature.subarray(1)],
      ['a byte more', Buffer.concat([signature, Buffer.alloc(1)])],
      ['a zero before', Buffer.concat([Buffer.alloc(1), signature])],
      ['zeros', Buffer.alloc(256)],
      ['one', Buffer.concat([Buffer.alloc(255), Buffer.of(1)])],
      ['ones', Buffer.alloc(256, 0xff)],
      ['the modulus', number],
      ['the length of another modulus', Buffer.alloc(384, 1)],
      ['a megabyte', Buffer.alloc(1 << 20, 1)],
      ...[0, 100, 255].map((at): [string, Uint8Array] => [
        `a bit of byte ${at}`,
        signature.map((byte, i) => (i === at ? byte ^ 1 : byte)),
      ]),
    ]
    for (const [what, each, over = message] of wrong) t.equal(await verifier?.verify(each, over), false, what)
    for (const other of names.filter(other => other !== name)) {
      t.equal(await keyTypes[other].verifier?.(publicKey, tools).verify(signature, message), false, `not as ${other}`)
    }
    const otherHash = sign('sha512', message, { key: privateKey, padding: paddings[name], saltLength: 32 })
    t.equal(await verifier?.verify(otherHash, message), false, 'SHA-512')
  })

  await t.test(`${name}: the lengths that can be asked for`, async t => {
    for (const [attributes, bits] of [
      [undefined, 3072],
      [[], 3072],
      [['2048'], 2048],
      [['4096'], 4096],
    ] as const) {
      // Once is enough for those that take long.
      if (bits !== 2048 && (name === 'RSARS256') !== (attributes === undefined || bits === 4096)) continue
      const { secret, publicKey = new Uint8Array(0) } = await keyType.generate(
        tools.random,
        attributes,
        tools.computation,
      )
      const jwk = keyType.publicPart?.jwk(publicKey) ?? {}
      t.strictSame(Object.keys(jwk), ['e', 'kty', 'n'], 'in the order of RFC 7638')
      t.strictSame([jwk['e'], jwk['kty']], ['AQAB', 'RSA'])
      t.equal(Buffer.from(jwk['n'] ?? '', 'base64url').length, bits / 8, `${attributes}: ${bits} bits`)
      t.equal(thumbprint(jwk).length, 43)
      const encoded = secret?.lend(bytes => rsaPkcs8(bytes)) ?? message
      t.strictSame(
        createPrivateKey({ format: 'der', type: 'pkcs8', key: encoded }).export({ format: 'jwk' }).n,
        jwk['n'],
      )
      const again = await keyType.importSecret(encoded, tools.random, tools.computation)
      t.equal(Buffer.compare(again.publicKey ?? message, publicKey), 0, 'what is made could be imported')
    }
  })

  await t.test(`${name}: attributes that are refused`, async t => {
    const refused = [['1024'], ['8192'], ['2049'], ['02048'], ['2048 '], [''], ['2048', '2048'], ['3072', ''], ['RSA']]
    for (const attributes of refused) {
      const making = async () => keyType.generate(tools.random, attributes, tools.computation)
      t.equal(await outcome(making), 'INVALID_REQUEST', JSON.stringify(attributes))
    }
  })

  await t.test(`${name}: the secret is not changed by use`, async t => {
    const { secret, publicKey = message } = await keyType.importSecret(pkcs8, tools.random, tools.computation)
    const hex = () => secret?.lend(bytes => Buffer.from(bytes).toString('hex'))
    const before = hex()
    await secret?.lend(bytes => keyType.signer?.(bytes, publicKey, tools).sign(message))
    t.equal(hex(), before)
  })
}

await t.test('RSAPS256 knows a salt of 32 bytes and no other', async t => {
  const { publicKey = message } = await keyTypes.RSAPS256.importSecret(pkcs8, tools.random, tools.computation)
  const verifier = keyTypes.RSAPS256.verifier?.(publicKey, tools)
  const padding = constants.RSA_PKCS1_PSS_PADDING
  for (const saltLength of [0, 20, 31, 32, 33, 64, constants.RSA_PSS_SALTLEN_MAX_SIGN]) {
    const signature = sign('sha256', message, { key: privateKey, padding, saltLength })
    t.equal(await verifier?.verify(signature, message), saltLength === 32, `a salt of ${saltLength}`)
  }
  const { secret } = await keyTypes.RSAPS256.importSecret(pkcs8, tools.random, tools.computation)
  const signer = secret?.lend(bytes => keyTypes.RSAPS256.signer?.(bytes, publicKey, tools))
  t.not(Buffer.compare((await signer?.sign(message)) ?? message, (await signer?.sign(message)) ?? message), 0, 'random')
})

await t.test('however many keys are asked for at once, all are made', async t => {
  const made = await Promise.all(
    Array.from({ length: 6 }, () => keyTypes.RSAPS256.generate(tools.random, ['2048'], tools.computation)),
  )
  const publicKeys = made.map(({ publicKey = message }) => Buffer.from(publicKey).toString('hex'))
  t.equal(new Set(publicKeys).size, 6)
  const refused = keyTypes.RSAPS256.importSecret(randomBytes(2000), tools.random, tools.computation)
  t.equal(await outcome(async () => refused), 'INVALID_REQUEST')
})

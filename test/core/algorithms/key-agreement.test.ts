import { outcome } from '@keyhold/contract'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import t from 'tap'
import { agreementTypes } from '../../support/agreement.ts'
import { foreignAgreementKey } from '../../support/foreign-agreement-key.ts'
import { tools } from '../../support/tools.ts'

const json = (value: unknown) => Buffer.from(JSON.stringify(value))

for (const type of agreementTypes) {
  const { publicPart, generate, keyAgreement } = keyTypes[type]
  if (publicPart === undefined || keyAgreement === undefined) throw new Error(`${type} agrees on nothing`)

  await t.test(`${type}: two keys agree on one secret, of the size of the curve`, async t => {
    const secrets: Uint8Array[] = []
    const [one, two] = [
      await generate(tools.random, undefined, tools.computation),
      await generate(tools.random, undefined, tools.computation),
    ]
    for (const [own, other] of [
      [one, two],
      [two, one],
    ] as const) {
      const open = (secret: Uint8Array) =>
        keyAgreement(secret, own.publicKey ?? secret, tools).agree(other.publicKey ?? secret)
      secrets.push((await own.secret?.spend(open)) ?? new Uint8Array(0))
    }
    t.same(secrets[0], secrets[1])
    const size = { 'P-256': 32, 'P-384': 48, 'P-521': 66, X25519: 32, X448: 56 }[
      publicPart.jwk(one.publicKey ?? new Uint8Array(0))['crv'] ?? ''
    ]
    t.equal(secrets[0]?.length, size)
  })

  await t.test(`${type}: public keys go out and come in`, async t => {
    const { publicKey = new Uint8Array(0) } = await generate(tools.random, undefined, tools.computation)
    const exported = publicPart.encode(publicKey, 'the id')
    const members = JSON.parse(Buffer.from(exported).toString())
    t.equal(members.kid, 'the id')
    t.same(await publicPart.decode(exported, tools.computation), publicKey)
    const { sent } = foreignAgreementKey(type)
    const names = type.startsWith('NIST') ? [sent.curve, sent.curve.replace('P-', 'NIST_P')] : [sent.curve]
    for (const curve of names) {
      const decoded = await publicPart.decode(
        json({ ...sent, curve, kid: 'another', unknown: true }),
        tools.computation,
      )
      t.equal(publicPart.jwk(decoded)['x'], Buffer.from(sent.x, 'base64').toString('base64url'), curve)
    }
  })

  await t.test(`${type}: public keys that are refused`, async t => {
    const { sent } = foreignAgreementKey(type)
    const [other = type] = agreementTypes.filter(each => each !== type)
    const refused: Record<string, Uint8Array> = {
      nothing: new Uint8Array(0),
      'no JSON': Buffer.from('{'),
      null: json(null),
      'a text': json('text'),
      'a list': json([sent]),
      'a byte that is not UTF-8': Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xff), Buffer.from('"}')]),
      'no x': json({ ...sent, x: undefined }),
      'x as a number': json({ ...sent, x: 1 }),
      'x as base64url': json({ ...sent, x: '-_-_' }),
      'no curve': json({ ...sent, curve: undefined }),
      'a kty for a type': json({ ...sent, type: undefined, kty: sent.type }),
      'another type': json(foreignAgreementKey(other).sent),
      zeros: json({
        ...sent,
        x: Buffer.alloc(32).toString('base64'),
        ...(sent.y && { y: Buffer.alloc(32).toString('base64') }),
      }),
      ...(sent.y && { 'another y': json({ ...sent, y: sent.x }), 'no y': json({ ...sent, y: undefined }) }),
    }
    for (const [name, encoded] of Object.entries(refused)) {
      t.equal(await outcome(async () => publicPart.decode(encoded, tools.computation)), 'INVALID_REQUEST', name)
    }
  })
}

await t.test('leading zeros are not written, and may be there or not', async t => {
  for (const type of agreementTypes.filter(each => each.startsWith('NIST'))) {
    const { publicPart, generate } = keyTypes[type]
    for (let tries = 0; ; tries += 1) {
      const { publicKey = new Uint8Array(0) } = await generate(tools.random, undefined, tools.computation)
      const middle = (publicKey.length + 1) / 2
      const [x, y] = [publicKey.subarray(1, middle), publicKey.subarray(middle)]
      if (x[0] !== 0) continue
      const members = JSON.parse(Buffer.from(publicPart?.encode(publicKey, 'id') ?? []).toString())
      t.equal(Buffer.from(members.x, 'base64').length, x.length - x.findIndex(byte => byte !== 0), `${type}, ${tries}`)
      for (const written of [
        members.x,
        Buffer.from(x).toString('base64'),
        Buffer.concat([Buffer.of(0), x]).toString('base64'),
      ]) {
        const again = json({ ...members, x: written, y: Buffer.from(y).toString('base64') })
        t.same(await publicPart?.decode(again, tools.computation), publicKey)
      }
      break
    }
  }
})

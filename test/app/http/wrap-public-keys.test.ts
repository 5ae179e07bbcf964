import type { KeyTypeName } from '@keyhold/core'
import t from 'tap'
import { agreementTypes, answered, exportedKey, unwrap, wrap, wrapAnonymously } from '../../support/agreement.ts'
import { base64, buildApp, type Request } from '../../support/build-app.ts'
import { foreignAgreementKey, type SentKey } from '../../support/foreign-agreement-key.ts'
import { type Refusal, refusals } from '../../support/refusals.ts'

const cek = base64(Buffer.alloc(32, 0x42))
const invalid = (name: string, request: Request): Refusal => [name, request, 400, 'INVALID_REQUEST']

/** Public keys with which a key of a type cannot agree, each for a reason of its own. */
function wrongKeys(type: KeyTypeName): readonly (readonly [string, unknown])[] {
  const { sent } = foreignAgreementKey(type)
  const bytes = (text: string) => Buffer.from(text, 'base64')
  const x = bytes(sent.x)
  const others = agreementTypes.filter(other => other !== type).map(other => foreignAgreementKey(other).sent)
  const named: [string, unknown][] = [
    ['none', undefined],
    ['null', null],
    ['an empty one', {}],
    ['one without x', { ...sent, x: undefined }],
    ['one with an empty x', { ...sent, x: '' }],
    ['one without a type', { ...sent, type: undefined }],
    ['one without a curve', { ...sent, curve: null }],
    ['one of the type ec', { ...sent, type: sent.type.toLowerCase() }],
    ['one on p-256', { ...sent, curve: sent.curve.toLowerCase() }],
    ['one on Ed25519', { ...sent, curve: 'Ed25519' }],
    ['one on secp256k1', { ...sent, curve: 'secp256k1' }],
    ['one on P-224', { ...sent, curve: 'P-224' }],
    ['one on constructor', { ...sent, curve: 'constructor' }],
    ['one of the other type', { ...sent, type: sent.type === 'EC' ? 'OKP' : 'EC' }],
    ...others.map(({ curve }): [string, unknown] => [`itself on ${curve}`, { ...sent, curve }]),
  ]
  if (sent.y === undefined) {
    const lowOrder = [Buffer.alloc(32), Buffer.concat([Buffer.of(1), Buffer.alloc(31)]), eight, minusOne, prime]
    return [
      ...named,
      ['a byte too few', { ...sent, x: base64(x.subarray(0, 31)) }],
      ['a byte too many', { ...sent, x: base64(Buffer.concat([x, Buffer.alloc(1)])) }],
      ...lowOrder.map((point, at): [string, unknown] => [`point ${at} of low order`, { ...sent, x: base64(point) }]),
    ]
  }
  const y = bytes(sent.y)
  const all = Buffer.alloc(x.length, 0xff)
  const off = Buffer.from(y)
  off.writeUInt8(off.readUInt8(y.length - 1) ^ 1, y.length - 1)
  return [
    ...named,
    ['one without y', { ...sent, y: null }],
    ['one that is not on the curve', { ...sent, y: base64(off) }],
    ['x and y exchanged', { ...sent, x: sent.y, y: sent.x }],
    ['zeros', { ...sent, x: base64(Buffer.alloc(x.length)), y: base64(Buffer.alloc(x.length)) }],
    ['numbers beyond the field', { ...sent, x: base64(all), y: base64(all) }],
    ['a number that is longer', { ...sent, x: base64(Buffer.concat([Buffer.of(1), x])) }],
  ]
}

/** RFC 7748 section 5: of order 8, −1 and the prime itself, little-endian. */
const eight = Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex')
const minusOne = Buffer.from('ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'hex')
const prime = Buffer.from('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'hex')

for (const type of agreementTypes) {
  t.test(`${type}: public keys that cannot be agreed with, in one text`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const own = await exportedKey(app, keyPath)
    const wrapped_key = await answered(app.send(wrap(keyPath, { cek, recipient_pub_key: own })))
    const otherCurve: readonly (readonly [string, unknown])[] = agreementTypes
      .filter(other => other !== type)
      .map(other => [`a key of ${other}`, foreignAgreementKey(other).sent])
    const requests = wrongKeys(type).flatMap(([name, key]) => [
      [`anonymously: ${name}`, wrapAnonymously(keyPath, { cek, recipient_pub_key: key })] as const,
      [`recipient: ${name}`, wrap(keyPath, { cek, recipient_pub_key: key })] as const,
      [`epk: ${name}`, unwrap(keyPath, { wrapped_key: { ...wrapped_key, epk: key }, sender_pub_key: own })] as const,
      [`sender: ${name}`, unwrap(keyPath, { wrapped_key, sender_pub_key: key })] as const,
    ])
    const mismatches = otherCurve.flatMap(([name, key]) => [
      [`recipient: ${name}`, wrap(keyPath, { cek, recipient_pub_key: key })] as const,
      [`epk: ${name}`, unwrap(keyPath, { wrapped_key: { ...wrapped_key, epk: key }, sender_pub_key: own })] as const,
      [
        `epk and sender: ${name}`,
        unwrap(keyPath, { wrapped_key: { ...wrapped_key, epk: key }, sender_pub_key: key }),
      ] as const,
      [`sender: ${name}`, unwrap(keyPath, { wrapped_key, sender_pub_key: key })] as const,
    ])
    const table = [...requests, ...mismatches].map(([name, request]) => invalid(name, request))
    await refusals(t, app, table)
    const texts = new Set<string>()
    for (const [, request] of table) texts.add((await app.send(request)).text)
    t.equal(texts.size, 1, 'one text')
  })

  t.test(`${type}: ephemeral keys that are none`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const recipient_pub_key = await exportedKey(app, keyPath)
    const [one, two] = [foreignAgreementKey(type), foreignAgreementKey(type)]
    const d = base64(Buffer.from(one.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url'))
    const table: Record<string, SentKey & { d?: string | null }> = {
      'without d': one.sent,
      'd null': { ...one.sent, d: null },
      'd of another key': { ...two.sent, d },
      'd 0': { ...one.sent, d: base64(Buffer.alloc(32)) },
      'd of a wrong length': { ...one.sent, d: base64(Buffer.alloc(80, 1)) },
      'd beyond the order': { ...one.sent, d: base64(Buffer.alloc(66, 0xff)) },
      'of no curve': { ...one.sent, curve: '', d },
    }
    for (const [name, epk] of Object.entries(table)) {
      const body = { cek, recipient_pub_key, epk }
      await refusals(t, app, [
        invalid(`anonymously: ${name}`, wrapAnonymously(keyPath, body)),
        invalid(`as a sender: ${name}`, wrap(keyPath, body)),
      ])
    }
  })
}

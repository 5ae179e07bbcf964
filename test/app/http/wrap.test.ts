import { createDecipheriv } from 'node:crypto'
import t from 'tap'
import {
  agreementTypes,
  answered,
  exportedKey,
  flipped,
  unwrap,
  type Wrapped,
  wrap,
  wrapAnonymously,
} from '../../support/agreement.ts'
import { base64, buildApp, idOf, keystoreOf, pathOf } from '../../support/build-app.ts'
import { foreignAgreementKey, foreignKek, foreignPublicKey } from '../../support/foreign-agreement-key.ts'

const cekOf = (length: number) => base64(Buffer.alloc(length, 0x42))
const isEc = (type: string) => type.startsWith('NIST')

for (const type of agreementTypes) {
  t.test(`${type}: wraps anonymously, and unwraps`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const recipient_pub_key = await exportedKey(app, keyPath)
    const names = isEc(type) ? ['kid', 'x', 'y', 'curve', 'type'] : ['kid', 'x', 'curve', 'type']
    t.strictSame(Object.keys(recipient_pub_key), names, 'what is exported')
    t.equal(recipient_pub_key.kid, idOf(keyPath))
    for (const length of [16, 24, 32, 64, 4096]) {
      for (const [apu, apv] of [
        [base64('Alice'), base64('Bob')],
        ['', ''],
        [null, null],
        [undefined, undefined],
      ]) {
        const cek = cekOf(length)
        const wrapped: Wrapped = await answered(
          app.send(wrapAnonymously(keyPath, { cek, apu, apv, recipient_pub_key })),
        )
        const { kid, epk, alg, ...rest } = wrapped
        t.strictSame([kid, alg, epk.type], [recipient_pub_key.kid, 'ECDH-ES+A256KW', recipient_pub_key.type])
        t.equal(epk.curve, recipient_pub_key.curve.replace('NIST_P', 'P-'), 'the ephemeral key has the name of a JWE')
        t.equal(Buffer.from(wrapped.encryptedcek, 'base64').length, length + 8)
        const x = Buffer.from(epk.x, 'base64').toString('base64url')
        t.strictSame(rest, { encryptedcek: wrapped.encryptedcek, apu: apu || base64(x), ...(apv && { apv }) })
        t.strictSame(await answered(app.send(unwrap(keyPath, { wrapped_key: wrapped }))), { key: cek })
      }
    }
  })

  t.test(`${type}: wraps as a sender`, async t => {
    const app = await buildApp(t)
    const keystore = await app.keystore()
    const [sender, keyPath] = [await app.key(type, keystore), await app.key(type, keystore)]
    const recipient_pub_key = await exportedKey(app, keyPath)
    const sender_pub_key = await exportedKey(app, sender)
    for (const [length, alg] of [
      [32, 'ECDH-1PU+A128KW'],
      [48, 'ECDH-1PU+A192KW'],
      [64, 'ECDH-1PU+A256KW'],
    ] as const) {
      for (const tag of [base64('a tag'), '', null, undefined]) {
        const cek = cekOf(length)
        const body = { cek, apu: base64('Alice'), apv: base64('Bob'), recipient_pub_key, tag }
        const wrapped_key: Wrapped = await answered(app.send(wrap(sender, body)))
        t.equal(wrapped_key.alg, alg)
        const opened = await app.send(unwrap(keyPath, { wrapped_key, sender_pub_key, tag }))
        t.strictSame(opened.body, { key: cek }, `${alg}, tag ${tag}`)
        const another = await app.send(unwrap(keyPath, { wrapped_key, sender_pub_key, tag: base64('another') }))
        t.equal(another.body.code, 'DECRYPTION_FAILED', 'not with another tag')
        const other = await app.send(unwrap(keyPath, { wrapped_key, sender_pub_key: recipient_pub_key, tag }))
        t.equal(other.body.code, 'DECRYPTION_FAILED', 'not as from another sender')
      }
    }
  })

  t.test(`${type}: wraps with the algorithm that is asked for`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const recipient_pub_key = await exportedKey(app, keyPath)
    for (const alg of ['ECDH-ES+A256KW', 'ECDH-ES+XC20PKW']) {
      const cek = cekOf(40)
      const wrapped_key = await answered(app.send(wrapAnonymously(keyPath, { cek, recipient_pub_key, alg })))
      t.equal(wrapped_key.alg, alg)
      t.strictSame(await answered(app.send(unwrap(keyPath, { wrapped_key }))), { key: cek }, alg)
    }
    for (const alg of ['ECDH-1PU+A128KW', 'ECDH-1PU+A192KW', 'ECDH-1PU+A256KW', 'ECDH-1PU+XC20PKW']) {
      const cek = cekOf(40)
      const wrapped_key = await answered(app.send(wrap(keyPath, { cek, recipient_pub_key, alg })))
      t.equal(wrapped_key.alg, alg)
      const body = { wrapped_key, sender_pub_key: recipient_pub_key }
      t.strictSame(await answered(app.send(unwrap(keyPath, body))), { key: cek }, alg)
    }
  })

  t.test(`${type}: wraps under the ephemeral key that the caller has made`, async t => {
    const app = await buildApp(t)
    const keystore = await app.keystore()
    const [sender, first, second] = [
      await app.key(type, keystore),
      await app.key(type, keystore),
      await app.key(type, keystore),
    ]
    const { sent, privateKey } = foreignAgreementKey(type)
    const d = base64(Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url'))
    const tag = base64('the tag of the content that all of them share')
    const sender_pub_key = await exportedKey(app, sender)
    for (const keyPath of [first, second]) {
      const body = { cek: cekOf(64), tag, recipient_pub_key: await exportedKey(app, keyPath), epk: { ...sent, d } }
      const wrapped_key: Wrapped = await answered(app.send(wrap(sender, body)))
      t.ok(foreignPublicKey(wrapped_key.epk).equals(foreignPublicKey(sent)), 'the answer names it')
      const opened = await answered(app.send(unwrap(keyPath, { wrapped_key, sender_pub_key, tag })))
      t.strictSame(opened, { key: cekOf(64) })
    }
  })

  t.test(`${type}: what is wrapped opens elsewhere`, async t => {
    const app = await buildApp(t)
    const { sent, privateKey } = foreignAgreementKey(type)
    const body = { cek: cekOf(32), apv: base64('Bob'), recipient_pub_key: sent }
    const { encryptedcek, epk, alg, ...info }: Wrapped = await answered(
      app.send(wrapAnonymously(await app.key(type), body)),
    )
    const apu = Buffer.from(info.apu, 'base64')
    const kek = foreignKek(privateKey, foreignPublicKey(epk), { alg, apu, apv: Buffer.from('Bob') })
    const decipher = createDecipheriv('id-aes256-wrap', kek, Buffer.alloc(8, 0xa6))
    t.equal(base64(decipher.update(Buffer.from(encryptedcek, 'base64'))), cekOf(32))
  })

  t.test(`${type}: after a rotation the newest version sends, and every version receives`, async t => {
    const app = await buildApp(t)
    const first = await app.key(type)
    const oldKey = await exportedKey(app, first)
    const other = await app.key(type, keystoreOf(first))
    const { key_url } = await answered(app.send({ method: 'POST', path: `${first}/rotate`, body: { key_type: type } }))
    const second = pathOf(key_url)
    const newKey = await exportedKey(app, second)
    t.not(newKey.x, oldKey.x)
    for (const recipient_pub_key of [oldKey, newKey]) {
      const wrapped_key = await answered(app.send(wrapAnonymously(first, { cek: cekOf(32), recipient_pub_key })))
      for (const path of [first, second]) {
        t.strictSame(await answered(app.send(unwrap(path, { wrapped_key }))), { key: cekOf(32) })
      }
    }
    const body = { cek: cekOf(32), recipient_pub_key: await exportedKey(app, other) }
    const wrapped_key = await answered(app.send(wrap(first, body)))
    const opened = await app.send(unwrap(other, { wrapped_key, sender_pub_key: newKey }))
    t.strictSame(opened.body, { key: cekOf(32) })
  })
}

t.test('a rotation may change the curve', async t => {
  const app = await buildApp(t)
  const first = await app.key('NISTP256ECDHKW')
  const oldKey = await exportedKey(app, first)
  const rotate = { method: 'POST', path: `${first}/rotate`, body: { key_type: 'X25519ECDHKW' } } as const
  const second = pathOf((await answered(app.send(rotate))).key_url)
  for (const recipient_pub_key of [oldKey, await exportedKey(app, second)]) {
    const wrapped_key = await answered(app.send(wrapAnonymously(first, { cek: cekOf(32), recipient_pub_key })))
    t.strictSame(await answered(app.send(unwrap(second, { wrapped_key }))), { key: cekOf(32) })
  }
})

t.test('a wrapped key says nothing of what was changed in it', async t => {
  const app = await buildApp(t)
  const keyPath = await app.key('X25519ECDHKW')
  const body = { cek: cekOf(32), recipient_pub_key: await exportedKey(app, keyPath) }
  const one: Wrapped = await answered(app.send(wrapAnonymously(keyPath, body)))
  const changed = [
    { ...one, encryptedcek: flipped(one.encryptedcek) },
    { ...one, encryptedcek: flipped(one.encryptedcek, -1) },
    { ...one, apu: base64('Eve') },
    { ...one, alg: 'ECDH-ES+XC20PKW' },
    { ...one, encryptedcek: null },
    { ...one, epk: (await answered(app.send(wrapAnonymously(keyPath, body)))).epk },
  ]
  const replies = await Promise.all(changed.map(wrapped_key => app.send(unwrap(keyPath, { wrapped_key }))))
  t.same(new Set(replies.map(({ status }) => status)), new Set([400]))
  t.equal(new Set(replies.map(({ text }) => text)).size, 1, 'one text for every reason')
  t.equal(replies[0]?.body.code, 'DECRYPTION_FAILED')
})

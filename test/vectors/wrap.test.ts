import { keyTypes } from '@keyhold/core/algorithms/index.js'
import { concatKdf, deriveKek, findWrapAlgorithm, otherInfoOf } from '@keyhold/core/algorithms/key-wrap.js'
import { thumbprint } from '@keyhold/core/algorithms/thumbprint.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import t from 'tap'
import { pkcs8 } from '../support/encoded-keys.ts'
import { KeystoreClient } from '../support/keystore-client.ts'
import { testService } from '../support/service.ts'
import { tools } from '../support/tools.ts'
import { p256Export, p256Keys, p256Wrap, rfc7518AppendixC, rfc7748, x25519Keys, x25519Wraps } from './published/wrap.ts'

/** Replays what documents and existing clients know of key wrapping: over HTTP wherever chance has no part in it. */
const service = await testService(t)
const keystore = await KeystoreClient.create(service.url)

const fromUrl = (text: string) => Buffer.from(text, 'base64url')
const sentX25519 = ({ x }: { readonly x: string }) => ({ type: 'OKP', curve: 'X25519', x: fromUrl(x) })
const sentP256 = ({ x, y }: { readonly x: string; readonly y: string }, curve = 'P-256') => {
  return { type: 'EC', curve, x: fromUrl(x), y: fromUrl(y) }
}
const cekOf = (length: number) => Uint8Array.from({ length }, (_, index) => 0xff - index)

t.test('X25519 wraps open', async t => {
  const { alice, ephemeral } = x25519Keys
  for (const { algorithm, recipient, apu, apv, tag, cekLength, wrapped, kek } of x25519Wraps) {
    const { x, d } = x25519Keys[recipient]
    const key = await keystore.importKey('X25519ECDHKW', { key: pkcs8('X25519', fromUrl(d), fromUrl(x)) })
    const what = { algorithm, apu: Buffer.from(apu), apv: Buffer.from(apv), epk: sentX25519(ephemeral) }
    const whole = { ...what, encryptedCek: Buffer.from(wrapped, 'base64') }
    const sender = algorithm.includes('1PU') ? { sender: sentX25519(alice), tag: fromUrl(tag ?? '') } : {}
    const name = `${algorithm} for ${recipient}, ${tag ? 'with a tag' : 'without a tag'}, ${cekLength} bytes`
    t.same(await key.unwrap(whole, sender), Buffer.from(cekOf(cekLength)), name)
    t.equal(await key.unwrap({ ...whole, apv: Buffer.from('Bob') }, sender), undefined, `${name}: of other parties not`)

    const row = findWrapAlgorithm(algorithm)
    const agree = (sent: { readonly x: string }) => {
      return keyTypes.X25519ECDHKW.keyAgreement?.(fromUrl(d), fromUrl(x), tools).agree(fromUrl(sent.x)) as Uint8Array
    }
    const secrets = [agree(ephemeral), ...(algorithm.includes('1PU') ? [agree(alice)] : [])]
    const derived = row && deriveKek(row, secrets, { ...what, tag: fromUrl(tag ?? '') })
    t.equal(derived && bytesToHex(derived), kek, `${name}: KEK`)
  }
})

t.test('a P-256 wrap opens, whatever the curve is called', async t => {
  const { alice, bob } = p256Keys
  const point = Uint8Array.of(4, ...fromUrl(bob.x), ...fromUrl(bob.y))
  const key = await keystore.importKey('NISTP256ECDHKW', { key: pkcs8('P-256', fromUrl(bob.d), point) })
  const { algorithm, apu, apv, wrapped, cekLength } = p256Wrap
  for (const curve of ['P-256', 'NIST_P256', 'secp256r1', 'EllipticCurveType_NIST_P256']) {
    const what = { algorithm, apu: Buffer.from(apu), apv: Buffer.from(apv), epk: sentP256(alice, curve) }
    const cek = await key.unwrap({ ...what, encryptedCek: Buffer.from(wrapped, 'base64') })
    t.same(cek, Buffer.from(cekOf(cekLength)), curve)
  }
})

t.test('RFC 7518 appendix C', async t => {
  const { alice, bob } = p256Keys
  const point = (key: typeof alice | typeof bob) => Uint8Array.of(4, ...fromUrl(key.x), ...fromUrl(key.y))
  const agreement = keyTypes.NISTP256ECDHKW.keyAgreement?.(fromUrl(alice.d), point(alice), tools)
  const z = (await agreement?.agree(point(bob))) ?? new Uint8Array(0)
  const { algorithm, apu, apv, derived } = rfc7518AppendixC
  const otherInfo = otherInfoOf(algorithm, { apu: Buffer.from(apu), apv: Buffer.from(apv) }, 128)
  t.equal(Buffer.from(concatKdf(z, otherInfo, 16)).toString('base64url'), derived)
})

for (const [section, { keyType, crv, alice, bob, shared }] of Object.entries(rfc7748)) {
  t.test(`RFC 7748 section ${section}`, async t => {
    const { publicPart, importSecret, keyAgreement } = keyTypes[keyType]
    for (const [own, theirs] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const encoded = pkcs8(crv, hexToBytes(own.privateKey), hexToBytes(own.publicKey))
      const { secret, publicKey = new Uint8Array(0) } = await importSecret(encoded, tools.random, tools.computation)
      t.equal(bytesToHex(publicKey), own.publicKey, 'public key')
      const agreed = await secret?.spend(bytes =>
        keyAgreement?.(bytes, publicKey, tools).agree(hexToBytes(theirs.publicKey)),
      )
      t.equal(agreed && bytesToHex(agreed), shared, 'shared secret')
    }
    if ('thumbprint' in alice)
      t.equal(publicPart && thumbprint(publicPart.jwk(hexToBytes(alice.publicKey))), alice.thumbprint, 'thumbprint')
  })
}

t.test('the export of a P-256 key', async t => {
  const { x, y, d, thumbprint: keyId, exported } = p256Export
  const point = Uint8Array.of(4, ...fromUrl(x), ...fromUrl(y))
  const key = await keystore.importKey('NISTP256ECDHKW', { key: pkcs8('P-256', fromUrl(d), point), keyId })
  t.equal(Buffer.from(await key.publicKey()).toString(), exported)
  const { publicPart } = keyTypes.NISTP256ECDHKW
  t.equal(publicPart && thumbprint(publicPart.jwk(point)), keyId, 'thumbprint')
})

import { encodeBase64, type KeyTypeName, type SentPublicKey } from '@keyhold/core'
import fc from 'fast-check'
import t from 'tap'
import { pkcs8 } from '../support/encoded-keys.ts'
import { foreignAgreementThumbprint } from '../support/foreign-agreement-key.ts'
import { KeystoreClient } from '../support/keystore-client.ts'
import { testService } from '../support/service.ts'
import {
  type SecondAgreement,
  type SecondWrapName,
  secondAgreements,
  secondKek,
  secondWraps,
} from './second-implementation/key-wrap.ts'

/** Compares wrapping at the service, over HTTP, with another implementation (noble) on random inputs. */
const service = await testService(t)
const keystore = await KeystoreClient.create(service.url)

const text = fc.uint8Array({ maxLength: 64 })
const algorithms = (Object.keys(secondWraps) as SecondWrapName[]).filter(name => name.startsWith('ECDH'))
const ceks = fc.constantFrom(32, 48, 64).chain(length => fc.uint8Array({ minLength: length, maxLength: length }))

for (const [keyType, noble] of Object.entries(secondAgreements) as [KeyTypeName, SecondAgreement][]) {
  t.test(keyType, async t => {
    const [own, sender, ephemeral] = [noble.newPrivateKey(), noble.newPrivateKey(), noble.newPrivateKey()]
    const ownPublic = noble.publicKeyOf(own)
    const key = await keystore.importKey(keyType, { key: pkcs8(noble.curve, own, ownPublic) })
    const exported = JSON.parse(Buffer.from(await key.publicKey()).toString())
    t.equal(exported.kid, key.id)
    const made = await keystore.createKey(keyType)
    t.equal(made.key.id, foreignAgreementThumbprint(made.publicKey ?? new Uint8Array(0)), 'its id is the thumbprint')

    const epk = noble.publicKeyOf(ephemeral)
    const [ze, zs] = [noble.agree(ephemeral, ownPublic), noble.agree(sender, ownPublic)]
    const inputs = [fc.constantFrom(...algorithms), ceks, text, text, text] as const
    const opensHere = fc.asyncProperty(...inputs, async (algorithm, cek, apu, apv, tag) => {
      const isAuthenticated = algorithm.includes('1PU')
      const secrets = isAuthenticated ? [ze, zs] : [ze]
      const kek = secondKek(algorithm, secrets, { apu, apv, ...(isAuthenticated && { tag }) })
      const encryptedCek = secondWraps[algorithm].wrap(kek, cek)
      const wrapped = { algorithm, encryptedCek, epk: sent(noble, epk), apu, apv }
      const opened = await key.unwrap(wrapped, { sender: sent(noble, noble.publicKeyOf(sender)), tag })
      return opened !== undefined && encodeBase64(opened) === encodeBase64(cek)
    })
    await t.resolves(fc.assert(opensHere, { numRuns: 20 }), 'what is wrapped elsewhere opens at the service')

    const opensElsewhere = fc.asyncProperty(ceks, text, text, text, async (cek, apu, apv, tag) => {
      const recipient = sent(noble, noble.publicKeyOf(sender))
      const wrapped = await key.wrap({ cek, apu, apv, recipient, tag })
      const theirs = raw(noble, wrapped.epk ?? recipient)
      const secrets = [noble.agree(sender, theirs), noble.agree(sender, ownPublic)]
      const algorithm = wrapped.algorithm as SecondWrapName
      const kek = secondKek(algorithm, secrets, { apu: wrapped.apu, apv: wrapped.apv, tag })
      return encodeBase64(secondWraps[algorithm].wrap(kek, cek)) === encodeBase64(wrapped.encryptedCek)
    })
    await t.resolves(fc.assert(opensElsewhere, { numRuns: 10 }), 'what the service wraps is what is wrapped elsewhere')
  })
}

function sent({ curve }: SecondAgreement, publicKey: Uint8Array): SentPublicKey {
  if (curve.startsWith('X')) return { type: 'OKP', curve, x: publicKey }
  const middle = (publicKey.length + 1) / 2
  return { type: 'EC', curve, x: publicKey.subarray(1, middle), y: publicKey.subarray(middle) }
}

function raw(noble: SecondAgreement, { x, y }: SentPublicKey): Uint8Array {
  if (y === undefined) return x
  const size = (noble.publicKeyOf(noble.newPrivateKey()).length - 1) / 2
  const padded = (number: Uint8Array) => Buffer.concat([Buffer.alloc(size - number.length), number])
  return Uint8Array.of(4, ...padded(x), ...padded(y))
}

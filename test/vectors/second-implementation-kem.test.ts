import { randomBytes } from 'node:crypto'
import { encodeBase64 } from '@keyhold/core'
import fc from 'fast-check'
import { MlKem768 } from 'mlkem'
import t from 'tap'
import { oid, seedPkcs8 } from '../support/der.ts'
import { foreignThumbprint } from '../support/foreign-key.ts'
import { KeystoreClient } from '../support/keystore-client.ts'
import { testService } from '../support/service.ts'
import { secondKek, secondWraps } from './second-implementation/key-wrap.ts'

/** Compares wrapping for ML-KEM keys at the service, over HTTP, with another implementation (mlkem) on random inputs. */
const service = await testService(t)
const keystore = await KeystoreClient.create(service.url)
const second = new MlKem768()
const algorithm = 'ML-KEM-768+A256KW'

const text = fc.uint8Array({ maxLength: 64 })
const ceks = fc.constantFrom(16, 32, 48, 64).chain(length => fc.uint8Array({ minLength: length, maxLength: length }))

t.test('a key that was made elsewhere', async t => {
  const seed = randomBytes(64)
  const [publicKey, privateKey] = await second.deriveKeyPair(seed)
  for (const expanded of [undefined, privateKey]) {
    const key = await keystore.importKey('ML-KEM-768', { key: seedPkcs8(oid['ML-KEM-768'], seed, expanded) })
    t.strictSame(Buffer.from(await key.publicKey()), Buffer.from(publicKey), 'has its public key')
  }
  const recipient = { type: 'AKP', curve: 'ML-KEM-768', x: publicKey }
  const opensElsewhere = fc.asyncProperty(ceks, text, text, async (cek, apu, apv) => {
    const { ek = new Uint8Array(0), encryptedCek, ...info } = await keystore.wrap({ cek, apu, apv, recipient })
    const secret = await second.decap(ek, privateKey)
    const kek = secondKek(algorithm, [secret], { ...info, tag: ek })
    return encodeBase64(secondWraps[algorithm].wrap(kek, cek)) === encodeBase64(encryptedCek)
  })
  await t.resolves(fc.assert(opensElsewhere, { numRuns: 20 }), 'what the service wraps opens elsewhere')
})

t.test('a key that the service made', async t => {
  const { key, publicKey = new Uint8Array(0) } = await keystore.createKey('ML-KEM-768')
  t.equal(key.id, foreignThumbprint('ML-KEM-768', Buffer.from(publicKey)), 'its id is the thumbprint')
  const opensHere = fc.asyncProperty(ceks, text, text, async (cek, apu, apv) => {
    const [ek, secret] = await second.encap(publicKey)
    const encryptedCek = secondWraps[algorithm].wrap(secondKek(algorithm, [secret], { apu, apv, tag: ek }), cek)
    const opened = await key.unwrap({ algorithm, encryptedCek, ek, apu, apv })
    return opened !== undefined && encodeBase64(opened) === encodeBase64(cek)
  })
  await t.resolves(fc.assert(opensHere, { numRuns: 20 }), 'what is wrapped elsewhere opens at the service')
})

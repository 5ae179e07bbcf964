import { createCipheriv, randomBytes } from 'node:crypto'
import { gcm } from '@noble/ciphers/aes.js'
import { FlattenedEncrypt, flattenedDecrypt, type JWK } from 'jose'
import t from 'tap'
import { agreementTypes, answered, exportedKey, unwrap, type Wrapped, wrapAnonymously } from '../support/agreement.ts'
import { base64, buildApp } from '../support/build-app.ts'
import { foreignAgreementKey, foreignPublicKey, type SentKey } from '../support/foreign-agreement-key.ts'

/** JWEs (RFC 7516) with ECDH-ES+A256KW and A256GCM, by another implementation of all of it. */
const text = 'what is encrypted'
const parties = { apu: Buffer.from('Alice'), apv: Buffer.from('Bob') }
const standard = (base64Url = '') => Buffer.from(base64Url, 'base64url').toString('base64')
const bytes = (base64Url = '') => Buffer.from(base64Url, 'base64url')

// jose does not know X448.
for (const type of agreementTypes.filter(each => each !== 'X448ECDHKW')) {
  t.test(`${type}: a JWE that jose has made opens here`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const recipient = foreignPublicKey(await exportedKey(app, keyPath))
    for (const info of [parties, {}]) {
      const jwe = await new FlattenedEncrypt(Buffer.from(text))
        .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' })
        .setKeyManagementParameters(info)
        .encrypt(recipient)
      const header = JSON.parse(bytes(jwe.protected).toString())
      const wrapped_key = {
        encryptedcek: standard(jwe.encrypted_key),
        epk: sentKey(header.epk),
        alg: header.alg,
        apu: standard(header.apu),
        apv: standard(header.apv),
      }
      const { key } = await answered(app.send(unwrap(keyPath, { wrapped_key })))
      const cipher = gcm(Buffer.from(key, 'base64'), bytes(jwe.iv), Buffer.from(jwe.protected ?? ''))
      const opened = cipher.decrypt(Buffer.concat([bytes(jwe.ciphertext), bytes(jwe.tag)]))
      t.equal(Buffer.from(opened).toString(), text)
    }
  })

  t.test(`${type}: a JWE whose key was wrapped here opens with jose`, async t => {
    const app = await buildApp(t)
    const keyPath = await app.key(type)
    const { sent: recipient_pub_key, privateKey } = foreignAgreementKey(type)
    for (const info of [{ apu: base64('Alice'), apv: base64('Bob') }, {}]) {
      const cek = randomBytes(32)
      const body = { cek: base64(cek), recipient_pub_key, ...info }
      const { encryptedcek, epk, alg, apu, apv }: Wrapped = await answered(app.send(wrapAnonymously(keyPath, body)))
      const url = (base64Text: string) => Buffer.from(base64Text, 'base64').toString('base64url')
      const { crv = '', kty = '', x = '', y } = foreignPublicKey(epk).export({ format: 'jwk' })
      const header = {
        alg,
        enc: 'A256GCM',
        epk: { crv, kty, x, ...(y !== undefined && { y }) },
        apu: url(apu),
        ...(apv !== undefined && { apv: url(apv) }),
      }
      const protectedHeader = Buffer.from(JSON.stringify(header)).toString('base64url')
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', cek, iv).setAAD(Buffer.from(protectedHeader))
      const ciphertext = Buffer.concat([cipher.update(text), cipher.final()])
      const { plaintext } = await flattenedDecrypt(
        {
          protected: protectedHeader,
          encrypted_key: url(encryptedcek),
          iv: iv.toString('base64url'),
          ciphertext: ciphertext.toString('base64url'),
          tag: cipher.getAuthTag().toString('base64url'),
        },
        privateKey,
      )
      t.equal(Buffer.from(plaintext).toString(), text)
    }
  })
}

function sentKey({ crv = '', kty = '', x, y }: JWK): SentKey {
  return { x: standard(x), ...(y !== undefined && { y: standard(y) }), curve: crv, type: kty }
}

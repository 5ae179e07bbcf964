import { createPrivateKey } from 'node:crypto'
import type { KeyTypeName } from '@keyhold/core'
import { decodeMultibase } from '@keyhold/core/encoding/multibase.js'
import { call } from '@keyhold/scripts/http-client.js'
import t from 'tap'
import { ecPkcs8, oid, okpPkcs8 } from '../support/der.ts'
import { familyOf } from '../support/families.ts'
import { KeystoreClient } from '../support/keystore-client.ts'
import { testService } from '../support/service.ts'
import { blsJwks, type DidKeyVector, didKeys, type PrivateJwk } from './published/did-key.ts'

/** The keys of the did:key method's own vectors have their DIDs here, over HTTP. */
const service = await testService(t)
const keystore = await KeystoreClient.create(service.url)

t.test('did:key vectors', async t => {
  for (const { keyTypes, privateKey, did } of didKeys) {
    for (const keyType of keyTypes) {
      const key = await keystore.importKey(keyType, { key: importable(keyType, privateKey) })
      const { did_key } = await call('GET', `${key.url}/export?format=did_key`)
      t.equal(did_key, did, `${keyType}: ${did.slice(0, 24)}…`)
      const { multikey } = await call('GET', `${key.url}/export?format=multikey`)
      t.equal(`did:key:${multikey}`, did)
      if (!('jwk' in privateKey)) continue
      const imported = await keystore.importKey(keyType, { jwk: privateKey.jwk })
      t.equal((await call('GET', `${imported.url}/export?format=did_key`)).did_key, did, 'imported as the JWK itself')
    }
  }
})

t.test('JWKs of BLS12-381 keys', async t => {
  for (const published of blsJwks) {
    const { d, ...publicJwk } = published
    for (const material of [{ key: Buffer.from(d ?? '', 'base64url') }, { jwk: published }]) {
      const key = await keystore.importKey('BLS12381G2', material)
      const { jwk } = await call('GET', `${key.url}/export?format=jwk`)
      t.strictSame(jwk, { ...publicJwk, kid: key.id })
    }
  }
})

function importable(keyType: KeyTypeName, key: DidKeyVector['privateKey']): Uint8Array {
  if ('jwk' in key) return pkcs8(key.jwk)
  const raw = 'hex' in key ? Buffer.from(key.hex, 'hex') : Buffer.from(decodeMultibase(`z${key.base58}`) ?? [])
  if (keyType === 'ED25519') return okpPkcs8(oid.ed25519, raw)
  if (keyType === 'X25519ECDHKW') return okpPkcs8(oid.x25519, raw)
  return familyOf(keyType) === 'signature' ? ecPkcs8(oid.secp256k1, raw) : raw
}

function pkcs8(key: PrivateJwk): Uint8Array {
  return createPrivateKey({ format: 'jwk', key }).export({ format: 'der', type: 'pkcs8' })
}

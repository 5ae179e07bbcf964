import { sealNonce, x25519Box, x25519Scalar } from '@keyhold/core/algorithms/crypto-box.js'
import { x25519 } from '@keyhold/core/algorithms/x25519.js'
import { decodeMultibase, encodeMultibase } from '@keyhold/core/encoding/multibase.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import t from 'tap'
import { pkcs8 } from '../support/encoded-keys.ts'
import { KeyClient, KeystoreClient } from '../support/keystore-client.ts'
import { testService } from '../support/service.ts'
import { boxFlow, goBox, goConversion, goSealNonce } from './published/crypto-box.ts'

/** What existing clients know of NaCl's boxes. Their tests have X25519 keys, which can be looked at in the core alone. */
t.test('a box of two X25519 keys', async t => {
  const { payload, nonce, box } = goBox
  const [one, two] = [goBox.privateKey1, goBox.privateKey2].map(key => x25519Box(x25519.privateKeyOf(fromBase58(key))))
  const [first, second] = [goBox.publicKey1, goBox.publicKey2].map(key => fromBase58(key))
  const nonceBytes = Buffer.from(nonce)
  const made = one?.seal(Buffer.from(payload), nonceBytes, second ?? new Uint8Array(0))
  const other = two?.seal(Buffer.from(payload), nonceBytes, first ?? new Uint8Array(0))
  t.ok([made, other].some(each => each && base58(each) === box))
  t.same(made, other, 'both sides have one shared key')
  const opened = two?.open(fromBase58(box), nonceBytes, first ?? new Uint8Array(0))
  t.equal(opened && Buffer.from(opened).toString(), payload, 'opens')
})

t.test('the nonce of a sealed box', async t => {
  const { ephemeral, recipient, nonce } = goSealNonce
  t.equal(base58(sealNonce(fromBase58(ephemeral), fromBase58(recipient))), nonce)
})

t.test('the X25519 key of an Ed25519 key', async t => {
  const scalar = x25519Scalar(fromBase58(goConversion.ed25519).subarray(0, 32))
  const [first = 0, last = 0] = [scalar[0], scalar[31]]
  // RFC 7748 section 5: clamped here when it is used, and there when it is made.
  scalar.set([first & 248], 0)
  scalar.set([(last & 127) | 64], 31)
  t.equal(base58(scalar), goConversion.x25519)
})

const service = await testService(t)

t.test('the whole way', async t => {
  const { alice, bob, nonce, payload, easy, sealed, sealedPayload } = boxFlow
  const keystore = await KeystoreClient.create(service.url)
  const [ofAlice, ofBob] = [await importInto(keystore, alice), await importInto(keystore, bob)]
  const nonceBytes = hexToBytes(nonce)
  const box = await ofAlice.easy(Buffer.from(payload), nonceBytes, hexToBytes(bob.x25519))
  t.equal(Buffer.from(box).toString('base64'), easy, 'easy')

  for (const key of [ofBob, byThumbprint(ofBob, bob.thumbprint), ofAlice]) {
    const opened = await key.easyOpen(box, nonceBytes, hexToBytes(alice.x25519), hexToBytes(bob.publicKey))
    t.equal(opened && Buffer.from(opened).toString(), payload, `easyOpen by ${key.id}`)
    const unsealed = await key.sealOpen(Buffer.from(sealed, 'base64'), hexToBytes(bob.publicKey))
    t.equal(unsealed && Buffer.from(unsealed).toString(), sealedPayload, `sealOpen by ${key.id}`)
  }
  t.equal(bytesToHex(await ofAlice.publicKey()), alice.publicKey)
})

function importInto(keystore: KeystoreClient, { seed, publicKey }: { seed: string; publicKey: string }) {
  return keystore.importKey('ED25519', { key: pkcs8('Ed25519', hexToBytes(seed), hexToBytes(publicKey)) })
}

function byThumbprint({ url }: KeyClient, thumbprint: string): KeyClient {
  return new KeyClient(`${url.slice(0, url.lastIndexOf('/'))}/${thumbprint}`)
}

function base58(bytes: Uint8Array): string {
  return encodeMultibase(bytes).slice(1)
}

function fromBase58(text: string): Uint8Array {
  return decodeMultibase(`z${text}`) ?? new Uint8Array(0)
}

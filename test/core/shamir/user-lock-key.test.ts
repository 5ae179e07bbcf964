import { createHmac, hkdfSync } from 'node:crypto'
import { isShareCheckValue, SecretBytes, shareCheckValue, userLockKey } from '@keyhold/core'
import { hkdfSha256 } from '@keyhold/core/algorithms/hkdf.js'
import t from 'tap'

const secretOf = (byte: number) => new SecretBytes(new Uint8Array(32).fill(byte))
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const keyHex = (secret: SecretBytes, keystoreId: string) => userLockKey(secret, keystoreId).lend(hex)

await t.test('HKDF: RFC 5869 A.3, and the lock key of TrustBloc KMS', async t => {
  const okm = '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8'
  t.equal(hex(hkdfSha256(Buffer.alloc(22, 0x0b), new Uint8Array(0), 42)), okm)
  const secret = Uint8Array.from({ length: 32 }, (_, index) => index)
  const lockKey = '37ad29109f43265287804b674e2653d0a513718907f97fca97c95bded8104bbf'
  t.equal(hex(hkdfSha256(secret, new Uint8Array(0), 32)), lockKey)
})

await t.test('both derivations are what they are said to be', async t => {
  const derived = (use: string) => {
    const info = Buffer.concat([Buffer.from(use), Buffer.from([0, 0, 0, 2]), Buffer.from('ks')])
    return Buffer.from(hkdfSync('sha256', Buffer.alloc(32, 7), Buffer.alloc(0), info, 32))
  }
  t.equal(keyHex(secretOf(7), 'ks'), derived('keyhold/user-lock/v1').toString('hex'))
  const checkKey = derived('keyhold/share-check/v1')
  const checkValue = createHmac('sha256', checkKey).update('keyhold/share-check-value').digest('hex')
  t.equal(hex(shareCheckValue(secretOf(7), 'ks')), checkValue)
})

await t.test('another secret and another keystore have another key and another check value', async t => {
  const inputs: [byte: number, keystoreId: string][] = [
    [1, 'a'],
    [2, 'a'],
    [1, 'b'],
    [1, ''],
    [1, 'a\0'],
    [1, 'é'],
    [1, 'e\u0301'],
  ]
  const outputs = inputs.flatMap(([byte, id]) => [keyHex(secretOf(byte), id), hex(shareCheckValue(secretOf(byte), id))])
  t.equal(new Set(outputs).size, 2 * inputs.length)
})

await t.test('a check value knows its secret and its keystore, and nothing else', async t => {
  const checkValue = shareCheckValue(secretOf(1), 'a')
  t.equal(checkValue.length, 32)
  t.equal(isShareCheckValue(checkValue, secretOf(1), 'a'), true)
  t.equal(isShareCheckValue(checkValue, secretOf(2), 'a'), false)
  t.equal(isShareCheckValue(checkValue, secretOf(1), 'b'), false)
  t.equal(isShareCheckValue(checkValue, new SecretBytes(new Uint8Array(31).fill(1)), 'a'), false)
  t.equal(isShareCheckValue(checkValue.subarray(0, 31), secretOf(1), 'a'), false, 'cut off')
  t.equal(isShareCheckValue(new Uint8Array(0), secretOf(1), 'a'), false, 'absent')
})

await t.test('the secret stays with whoever has it', async t => {
  const secret = secretOf(1)
  const first = keyHex(secret, 'a')
  shareCheckValue(secret, 'a')
  t.equal(keyHex(secret, 'a'), first)
})

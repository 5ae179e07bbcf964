import { readSealed, sealedHeader } from '@keyhold/core/locks/sealed.js'
import t from 'tap'

await t.test('the frame is the documented one', async t => {
  t.equal(Buffer.from(sealedHeader('é:x')).toString('hex'), '010004c3a93a78')
  t.equal(Buffer.from(sealedHeader('')).toString('hex'), '010000')
})

await t.test('what was framed is read, also from a view', async t => {
  for (const lockId of ['local:abc', '', 'é', 'a'.repeat(65_535)]) {
    for (const ciphertext of [Buffer.alloc(0), Buffer.from('ciphertext')]) {
      const frame = Buffer.concat([Buffer.alloc(3), sealedHeader(lockId), ciphertext]).subarray(3)
      const sealed = readSealed(frame)
      t.equal(sealed?.lockId, lockId)
      t.ok(ciphertext.equals(sealed?.ciphertext ?? frame))
      t.ok(Buffer.from(sealedHeader(lockId)).equals(sealed?.header ?? ciphertext), 'the header is what was framed')
    }
  }
})

await t.test('what is no frame is undefined', async t => {
  const frames: [name: string, hex: string][] = [
    ['nothing', ''],
    ['a version', '01'],
    ['half a length', '0100'],
    ['version 0', '000000'],
    ['version 2', '020000'],
    ['an id that is cut off', '01000261'],
    ['no id', '010001'],
    ['an id beyond the end', '01ffff6161'],
  ]
  for (const [name, hex] of frames) t.equal(readSealed(Buffer.from(hex, 'hex')), undefined, name)
})

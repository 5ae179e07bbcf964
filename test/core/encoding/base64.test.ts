import { outcome } from '@keyhold/contract'
import { decodeBase64, encodeBase64, encodeBase64Url } from '@keyhold/core'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../../support/property-runs.ts'

const hexOf = (text: string) => Buffer.from(decodeBase64(text, 'field')).toString('hex')

await t.test('the canonical text is decoded', async t => {
  // RFC 4648 section 10, and both letters in which the alphabets differ.
  const texts: [text: string, hex: string][] = [
    ['', ''],
    ['Zg==', '66'],
    ['Zm8=', '666f'],
    ['Zm9v', '666f6f'],
    ['Zm9vYg==', '666f6f62'],
    ['Zm9vYmE=', '666f6f6261'],
    ['Zm9vYmFy', '666f6f626172'],
    ['+/+/', 'fbffbf'],
    ['AA==', '00'],
    ['////', 'ffffff'],
  ]
  for (const [text, hex] of texts) t.equal(hexOf(text), hex, text)
})

await t.test('CR and LF are ignored wherever they are', async t => {
  const texts = ['\n', '\r\n', 'Zm9v\n', 'Zm9v\r\nYmFy', 'Z\nm\r9\nv', '\nZg==', 'Zg\n==', 'Zg=\n=', 'Zg==\r\n\r\n']
  for (const text of texts) t.equal(hexOf(text), hexOf(text.replace(/[\r\n]/g, '')), JSON.stringify(text))
})

await t.test('everything else is refused, and its content is not shown', async t => {
  const texts: [name: string, text: string][] = [
    ['no padding, 1 byte', 'Zg'],
    ['no padding, 2 bytes', 'Zm8'],
    ['half of the padding', 'Zg='],
    ['too much padding', 'Zg==='],
    ['padding that is not needed', 'Zm9v===='],
    ['padding alone', '='],
    ['padding alone, a whole group', '===='],
    ['padding at the beginning', '=Zg='],
    ['padding inside', 'Zg==Zm9v'],
    ['two texts', 'Zg==Zg=='],
    ['one letter', 'Z'],
    ['one letter more', 'Zm9vZ'],
    ['a stray bit, 1 byte', 'Zh=='],
    ['stray bits, 1 byte', 'Z/=='],
    ['a stray bit, 2 bytes', 'Zm9='],
    ['the URL alphabet', '-_-_'],
    ['mixed alphabets', '+_+/'],
    ['a space', 'Zm 9v'],
    ['a space behind', 'Zm9v '],
    ['a tab', 'Zm9v\t'],
    ['a vertical tab', 'Zm9v\v'],
    ['a form feed', 'Zm9v\f'],
    ['a no-break space', 'Zm9v\u00a0'],
    ['a line separator', 'Zm9v\u2028'],
    ['a byte order mark', '\ufeffZm9v'],
    ['NUL', 'Zm9v\0'],
    ['a full-width letter', 'Ｚm9v'],
    ['a letter whose low byte is one of the alphabet', '\u015am9v'],
    ['a data URL', 'data:;base64,Zm9v'],
    ['a quote', '"Zm9v"'],
    ['a text with a percent sign', 'Zm%39v'],
    ['a lone surrogate', '\ud800m9v'],
    ['an emoji', '😀'],
  ]
  for (const [name, text] of texts) {
    t.equal(await outcome(async () => decodeBase64(text, 'field')), 'INVALID_REQUEST', name)
    t.throws(() => decodeBase64(text, 'field'), { message: 'field: not standard base64 with padding' })
  }
})

await t.test('property: what was encoded is decoded', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(8), (bytes, offset) => {
      const view = Buffer.concat([Buffer.alloc(offset, 1), bytes, Buffer.alloc(3, 1)]).subarray(offset, -3)
      return Buffer.compare(decodeBase64(encodeBase64(view), 'field'), bytes) === 0
    }),
    propertyRuns,
  )
})

await t.test('property: no two texts without line ends give the same bytes', async () => {
  const letters = fc.constantFrom(...'ABZaz059+/-_= \n\r')
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 12 }), text => {
      try {
        return encodeBase64(decodeBase64(text, 'field')) === text.replace(/[\r\n]/g, '')
      } catch {
        return true
      }
    }),
    { numRuns: 10 * propertyRuns.numRuns },
  )
})

await t.test('base64url: its own alphabet, no padding', async t => {
  t.equal(encodeBase64Url(Uint8Array.of(0xfb, 0xff, 0xbf)), '-_-_')
  t.equal(encodeBase64Url(Uint8Array.of(0x66)), 'Zg')
  t.equal(encodeBase64Url(Buffer.from('xfoox').subarray(1, 4)), 'Zm9v', 'a view')
  t.equal(encodeBase64Url(new Uint8Array(0)), '')
})

import { seededRandom } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { combineShares, KmsError, readShare, SecretBytes, type ShareField, splitSecret } from '@keyhold/core'
import t from 'tap'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const random = seededRandom(1)
const fields: readonly ShareField[] = ['gf256-11b', 'secrets.js']

/** A share of `y… ‖ x`. */
const share = (y: number, x: number, length = 33) => {
  const bytes = new Uint8Array(length).fill(y)
  bytes[length - 1] = x
  return bytes
}
const asciiShare = (id: string, data: string) => Buffer.from(`8${id}${data}`)
const held = (bytes: Uint8Array) => new SecretBytes(Uint8Array.from(bytes))
const combined = async (field: ShareField, own: Uint8Array, other: Uint8Array) =>
  (await combineShares(field, held(own), held(other))).lend(hex)

const message = (call: () => unknown) => {
  try {
    call()
    return 'done'
  } catch (error) {
    return error instanceof KmsError && error.code === 'INVALID_REQUEST' ? error.message : `${error}`
  }
}

await t.test('shares of go-shamir combine to their secret, in any order', async t => {
  const secret = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
  const first = 'AwsTGxsjKzMzS0NbW1NrY2Nrk5ubg4uzs6uj29vTy8MB'
  const second = '5mP3cglupH8jJ+02TcjgZXfyf/qBWpD3q3C6vsVA1FGr'
  for (const [own, other] of [
    [first, second],
    [second, first],
  ] as const) {
    const result = await combineShares('gf256-11b', readShare('gf256-11b', own), readShare('gf256-11b', other))
    t.equal(result.lend(hex), secret)
  }
})

await t.test('a share of secrets.js is text, of its own field and with a marker before the secret', async t => {
  // The line y = s ^ x over 0x11d, for zeros, a marker and a secret of 16 bytes: 32 bytes for 16, as the library pads.
  const secret = '000102030405060708090a0b0c0d0e0f'
  const padded = Buffer.from(`${'00'.repeat(15)}01${secret}`, 'hex')
  const at = (x: number) => asciiShare(x.toString(16).padStart(2, '0'), hex(padded.map(y => y ^ x))).toString()
  for (const [one, other] of [
    [1, 2],
    [2, 1],
    [1, 255],
    [0x53, 0xca],
  ] as const) {
    const result = await combineShares(
      'secrets.js',
      readShare('secrets.js', at(one)),
      readShare('secrets.js', at(other)),
    )
    t.equal(result.lend(hex), secret, `${one} and ${other}`)
  }
})

const noBase64 = 'secret share: not standard base64 with padding'
const noLength = 'secret share: not 17 to 65 bytes long'
const noText = 'secret share: not a share of secrets.js with 8 bits, in lower case'
const noData = 'secret share: not 17 to 128 bytes of data'

await t.test('a share of the header is refused with what is wrong with it', async t => {
  const good = base64(share(1, 1))
  const text = `801${'ab'.repeat(48)}`
  const refused: [name: string, field: ShareField, text: string, message: string][] = [
    ['nothing', 'gf256-11b', '', noLength],
    ['16 bytes', 'gf256-11b', base64(share(1, 1, 16)), noLength],
    ['66 bytes', 'gf256-11b', base64(share(1, 1, 66)), noLength],
    ['10,000 bytes', 'gf256-11b', base64(share(1, 1, 10_000)), noLength],
    ['x is 0', 'gf256-11b', base64(share(1, 0)), 'secret share: its last byte, x, is 0'],
    ['no padding', 'gf256-11b', base64(share(1, 1, 32)).replace('=', ''), noBase64],
    ['too much padding', 'gf256-11b', `${good}====`, noBase64],
    ['padding bits', 'gf256-11b', base64(share(1, 1, 32)).replace('E=', 'F='), noBase64],
    ['the URL alphabet', 'gf256-11b', base64(share(0xff, 1)).replaceAll('/', '_'), noBase64],
    ['a space', 'gf256-11b', ` ${good}`, noBase64],
    ['a line end', 'gf256-11b', `${good}\n`, 'secret share: base64 with line ends'],
    ['two shares', 'gf256-11b', `${good}, ${good}`, noBase64],
    ['a letter whose low byte is one of the alphabet', 'gf256-11b', good.replace('A', '\u0141'), noBase64],
    ['a share of secrets.js', 'gf256-11b', text, noBase64],
    ['nothing', 'secrets.js', '', noText],
    ['a prefix alone', 'secrets.js', '801', noData],
    ['base64', 'secrets.js', good, noText],
    ['base64 of the text', 'secrets.js', base64(Buffer.from(text)), noText],
    ['7 bits', 'secrets.js', `7${text.slice(1)}`, noText],
    ['20 bits', 'secrets.js', `k${text.slice(1)}`, noText],
    ['upper case', 'secrets.js', text.toUpperCase(), noText],
    ['one letter in upper case', 'secrets.js', text.replace('ab', 'aB'), noText],
    ['an id of 0', 'secrets.js', `800${text.slice(3)}`, 'secret share: its id is 0'],
    ['half a byte less', 'secrets.js', text.slice(0, -1), noText],
    ['half a byte more', 'secrets.js', `${text}0`, noText],
    ['no hex', 'secrets.js', `801${'ag'.repeat(48)}`, noText],
    ['what stands before the digits', 'secrets.js', `801${'a/'.repeat(48)}`, noText],
    ['what stands behind the digits', 'secrets.js', `801${'a:'.repeat(48)}`, noText],
    ['what stands before the letters', 'secrets.js', `801${'a`'.repeat(48)}`, noText],
    ['a letter whose low byte is a digit', 'secrets.js', text.replace('ab', '\u0161b'), noText],
    ['a lone surrogate', 'secrets.js', text.replace('ab', '\ud800b'), noText],
    ['a line end', 'secrets.js', `${text}\n`, noText],
    ['two shares', 'secrets.js', `${text}, ${text}`, noText],
    ['16 bytes of data', 'secrets.js', `801${'ab'.repeat(16)}`, noData],
    ['129 bytes of data', 'secrets.js', `801${'ab'.repeat(129)}`, noData],
  ]
  for (const [name, field, text, expected] of refused) {
    t.equal(
      message(() => readShare(field, text)),
      expected,
      `${field}: ${name}`,
    )
  }
  for (const length of [17, 65]) t.equal(readShare('gf256-11b', base64(share(1, 255, length))).length, length)
  for (const length of [17, 128]) t.equal(readShare('secrets.js', `8ff${'ab'.repeat(length)}`).length, 3 + 2 * length)
})

await t.test('two shares that do not fit are refused, in one text', async t => {
  const data = 'ab'.repeat(48)
  const pairs: [name: string, field: ShareField, own: Uint8Array, other: Uint8Array][] = [
    ['the same share twice', 'gf256-11b', share(1, 1), share(1, 1)],
    ['the same x', 'gf256-11b', share(1, 7), share(2, 7)],
    ['the held x is 0', 'gf256-11b', share(1, 1), share(2, 0)],
    ['the own x is 0', 'gf256-11b', share(1, 0), share(2, 1)],
    ['the held one is shorter', 'gf256-11b', share(1, 1), share(2, 2, 32)],
    ['the held one is longer', 'gf256-11b', share(1, 1), share(2, 2, 34)],
    ['the held one is empty', 'gf256-11b', share(1, 1), new Uint8Array(0)],
    ['the held one is too short', 'gf256-11b', share(1, 1), share(2, 2, 16)],
    ['the held one is too long', 'gf256-11b', share(1, 1), share(2, 2, 66)],
    ['both are too long', 'gf256-11b', share(1, 1, 66), share(2, 2, 66)],
    ['the held one is of secrets.js', 'gf256-11b', share(1, 1), asciiShare('02', data)],
    ['the same share twice', 'secrets.js', asciiShare('01', data), asciiShare('01', data)],
    ['the same id', 'secrets.js', asciiShare('01', data), asciiShare('01', 'cd'.repeat(48))],
    ['the held id is 0', 'secrets.js', asciiShare('01', data), asciiShare('00', data)],
    ['the own id is 0', 'secrets.js', asciiShare('00', data), asciiShare('01', data)],
    ['different lengths', 'secrets.js', asciiShare('01', data), asciiShare('02', 'ab'.repeat(32))],
    ['the held one is binary', 'secrets.js', asciiShare('01', data), share(1, 1, 99)],
    ['the held one is in upper case', 'secrets.js', asciiShare('01', data), asciiShare('02', data.toUpperCase())],
    ['no marker', 'secrets.js', asciiShare('01', '00'.repeat(48)), asciiShare('02', '00'.repeat(48))],
    [
      'a marker within a byte',
      'secrets.js',
      asciiShare('01', `02${'00'.repeat(47)}`),
      asciiShare('02', `02${'00'.repeat(47)}`),
    ],
    ['a secret of 15 bytes', 'secrets.js', asciiShare('01', padded(48, 15)), asciiShare('02', padded(48, 15))],
    ['a secret of 65 bytes', 'secrets.js', asciiShare('01', padded(80, 65)), asciiShare('02', padded(80, 65))],
  ]
  const messages = new Set<string>()
  for (const [name, field, own, other] of pairs) {
    const error = await combineShares(field, held(own), held(other)).catch((error: unknown) => error)
    t.match(error, { code: 'SHARE_REJECTED', cause: String }, `${field}: ${name}`)
    if (error instanceof KmsError) messages.add(error.message)
  }
  t.strictSame([...messages], ['the secret shares do not fit'])
  t.equal(
    await combined('secrets.js', asciiShare('01', padded(48, 16)), asciiShare('02', padded(48, 16))),
    '55'.repeat(16),
  )
})

/** The data of each share of a secret of 55 with slopes of 0: bytes of padding, a marker, the secret. */
function padded(length: number, secretLength: number): string {
  return '01'.padStart(2 * (length - secretLength), '0') + '55'.repeat(secretLength)
}

await t.test('combining takes nothing from the caller and answers bytes of its own', async t => {
  for (const field of fields) {
    const secret = random(32)
    const [one, other] = (await splitSecret(field, secret, random)).map(bytes => new SecretBytes(bytes))
    if (one === undefined || other === undefined) throw new Error('not split')
    const before = [one, other].map(bytes => bytes.lend(hex))
    const first = await combineShares(field, one, other)
    t.strictSame(
      [one, other].map(bytes => bytes.lend(hex)),
      before,
    )
    first.wipe()
    t.equal((await combineShares(field, one, other)).lend(hex), hex(secret))
    one.wipe()
    t.match(await outcome(() => combineShares(field, one, other)), /after they were wiped/)
  }
})

await t.test('splitting leaves the secret alone, and refuses one that is too short or too long', async t => {
  for (const field of fields) {
    const secret = random(32)
    const before = hex(secret)
    await splitSecret(field, secret, random)
    t.equal(hex(secret), before)
    for (const length of [0, 1, 15, 65]) await t.rejects(splitSecret(field, random(length), random), RangeError)
  }
})

await t.test('for secrets.js the randomness is what was given, and any of it is taken', async t => {
  const secret = new Uint8Array(16).fill(0x55)
  const zeros = await splitSecret('secrets.js', secret, length => new Uint8Array(length))
  t.strictSame(
    zeros.map(bytes => Buffer.from(bytes).toString()),
    [`801${padded(32, 16)}`, `802${padded(32, 16)}`],
  )
  const [one] = await splitSecret('secrets.js', secret, seededRandom(1))
  const [again] = await splitSecret('secrets.js', secret, seededRandom(1))
  const [otherwise] = await splitSecret('secrets.js', secret, seededRandom(2))
  t.strictSame(one, again)
  t.notSame(one, otherwise)
})

import { systemRandom } from '@keyhold/adapters'
import { isIdentifier, newKeyId, newKeystoreId } from '@keyhold/core/encoding/identifier.js'
import t from 'tap'

await t.test('identifiers', async t => {
  const texts = [
    'a',
    'A',
    '0',
    '-',
    '_',
    '~',
    'a.b',
    'a..',
    '__proto__',
    'constructor',
    '-_.~'.slice(0, 2),
    'a'.repeat(128),
  ]
  for (const text of texts) t.equal(isIdentifier(text), true, text)
})

await t.test('not identifiers', async t => {
  const texts: [name: string, text: string][] = [
    ['the empty text', ''],
    ['a dot', '.'],
    ['two dots', '..'],
    ['a dot first', '.a'],
    ['129 characters', 'a'.repeat(129)],
    ['a slash', 'a/b'],
    ['a backslash', 'a\\b'],
    ['a percent sign', 'a%2fb'],
    ['a space', 'a b'],
    ['a line end behind', 'a\n'],
    ['a line end first', '\na'],
    ['NUL', 'a\0'],
    ['a question mark', 'a?b'],
    ['a number sign', 'a#b'],
    ['a colon', 'did:key:a'],
    ['a plus sign', 'a+b'],
    ['an equals sign', 'YQ=='],
    ['a dollar sign', '$where'],
    ['a letter beyond ASCII', 'é'],
    ['the Kelvin sign, which folds to a letter', '\u212a'],
    ['a full-width letter', 'ａ'],
    ['a lone surrogate', '\ud800'],
  ]
  for (const [name, text] of texts) t.equal(isIdentifier(text), false, name)
})

await t.test('new ids are identifiers of the documented length', async t => {
  const random = systemRandom()
  const ids = Array.from({ length: 200 }, () => [newKeystoreId(random), newKeyId(random)]).flat()
  t.ok(ids.every(isIdentifier))
  t.equal(new Set(ids).size, ids.length, 'and never the same')
  t.strictSame(new Set(ids.map(id => id.length)), new Set([24, 50]))
})

await t.test('new ids are the random bytes and nothing else', async t => {
  const asked: number[] = []
  const random = (length: number) => {
    asked.push(length)
    return new Uint8Array(length).fill(0xff)
  }
  t.equal(newKeystoreId(random), '_'.repeat(24))
  t.equal(newKeyId(random), `${'_'.repeat(49)}w`)
  t.strictSame(asked, [18, 37])
})

await t.test('no keystore id looks like an option of a command', async t => {
  const draws = [Buffer.alloc(18, 0xfb), Buffer.alloc(18, 0xf8), Buffer.alloc(18, 1)]
  t.equal(
    newKeystoreId(() => draws.shift() ?? Buffer.alloc(18)),
    Buffer.alloc(18, 1).toString('base64url'),
  )
  t.equal(draws.length, 0)
})

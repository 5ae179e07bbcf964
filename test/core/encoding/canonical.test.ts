import { canonicalBytes, canonicalMap } from '@keyhold/core/encoding/canonical.js'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../../support/property-runs.ts'

/** Few letters, so that borders between parts are where most lists differ. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.string({ unit: fc.constantFrom('a', '\0'), maxLength: 3 }),
)
const part = fc.oneof(text, fc.uint8Array({ maxLength: 5 }))
const map = fc.dictionary(text, text, { maxKeys: 5 })

await t.test('the form is the documented one', async t => {
  t.equal(hex(canonicalBytes([])), '')
  t.equal(hex(canonicalBytes([''])), '00000000')
  t.equal(hex(canonicalBytes(['é', Uint8Array.of(0xff)])), '00000002c3a900000001ff')
  t.equal(hex(canonicalMap({ b: '1', a: '' })), '000000016100000000000000016200000001' + '31')
})

await t.test('lists that a careless form confuses', async t => {
  const lists = [[], [''], ['', ''], ['ab'], ['a', 'b'], ['', 'ab'], ['ab', ''], ['a,b'], ['a\0b'], ['\0\0\0\u0001a']]
  t.equal(new Set(lists.map(list => hex(canonicalBytes(list)))).size, lists.length)
  const maps = [{}, { '': '' }, { a: '' }, { '': 'a' }, { a: 'b' }, { ab: '' }, { b: 'a' }, { a: 'b', c: '' }]
  t.equal(new Set(maps.map(each => hex(canonicalMap(each)))).size, maps.length)
})

await t.test('property: a list can be read back, so no two have one form', async () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), parts => {
      const wanted = parts.map(each => hex(Buffer.from(each as string)))
      return JSON.stringify(readParts(canonicalBytes(parts)).map(hex)) === JSON.stringify(wanted)
    }),
    propertyRuns,
  )
})

await t.test('property: a map can be read back, and the order of its members does not matter', async () => {
  fc.assert(
    fc.property(map, members => {
      const reversed = Object.fromEntries(Object.entries(members).reverse())
      const parts = readParts(canonicalMap(members)).map(each => Buffer.from(each).toString('utf8'))
      const names = parts.filter((_, i) => i % 2 === 0)
      const readBack = Object.fromEntries(names.map((name, i) => [name, parts[2 * i + 1]]))
      const same = Object.keys(members).every(name => Object.hasOwn(readBack, name) && readBack[name] === members[name])
      const equalForms = hex(canonicalMap(members)) === hex(canonicalMap(reversed))
      return same && names.length === Object.keys(members).length && equalForms
    }),
    propertyRuns,
  )
})

await t.test('__proto__ is a member like any other', async t => {
  const proto = Object.fromEntries([['__proto__', 'x']])
  t.equal(hex(canonicalMap(proto)), hex(canonicalBytes(['__proto__', 'x'])))
})

/** The inverse of `canonicalBytes`. */
function readParts(bytes: Uint8Array): Uint8Array[] {
  const view = Buffer.from(bytes)
  const parts: Uint8Array[] = []
  for (let at = 0; at < view.length; ) {
    const end = at + 4 + view.readUInt32BE(at)
    if (end > view.length) throw new Error('a part is cut off')
    parts.push(view.subarray(at + 4, end))
    at = end
  }
  return parts
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

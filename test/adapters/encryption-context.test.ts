import { encryptionContext } from '@keyhold/adapters/lock-aws-kms/encryption-context.js'
import { hostileTexts } from '@keyhold/contract'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../support/property-runs.ts'

await t.test('our own contexts go over as they are', async t => {
  const own = [
    { purpose: 'integrity-key' },
    { purpose: 'keystore-lock-key', keystore: 'c3f9Zk-_1' },
    { purpose: 'key', keystore: 'c3f9Zk-_1', key: 'a.b~c', version: '12', type: 'ECDSAP256IEEEP1363' },
  ]
  for (const context of own) t.strictSame(encryptionContext(context), context)
  t.strictSame(encryptionContext({}), {})
})

await t.test('the form is the documented one', async t => {
  const cases: readonly (readonly [name: string, value: string, escapedName: string, escapedValue: string])[] = [
    ['', '', '%', '%'],
    ['%', '%', '%25', '%25'],
    ['__proto__', '__proto__', '%5F%5Fproto%5F%5F', '__proto__'],
    ['aws:x', 'aws:x', 'aws%3Ax', 'aws%3Ax'],
    ['a.b~c-d', 'a.b~c-d', 'a%2Eb%7Ec-d', 'a.b~c-d'],
    ["!'()*", "!'()*", '%21%27%28%29%2A', '%21%27%28%29%2A'],
    ['é\0', ' é', '%C3%A9%00', '%20%C3%A9'],
  ]
  for (const [name, value, escapedName, escapedValue] of cases) {
    const escaped = encryptionContext(Object.fromEntries([[name, value]]))
    t.strictSame(Object.entries(escaped ?? {}), [[escapedName, escapedValue]])
  }
})

await t.test('nothing but plain, non-empty texts goes over, and each can be read back', async t => {
  const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 50 }), fc.constantFrom(...hostileTexts))
  const contexts = fc.array(fc.tuple(texts, texts), { maxLength: 4 }).map(members => Object.fromEntries(members))
  const property = fc.property(contexts, context => {
    const members = Object.entries(encryptionContext(context) ?? {})
    const plain = members.every(([name, value]) => /^[A-Za-z0-9%-]+$/.test(name) && /^[\w.~%-]+$/.test(value))
    const read = Object.fromEntries(members.map(([name, value]) => [unescaped(name), unescaped(value)]))
    return plain && JSON.stringify(read) === JSON.stringify(context)
  })
  t.doesNotThrow(() => fc.assert(property, propertyRuns))
})

await t.test('what AWS would not take is undefined', async t => {
  t.not(encryptionContext({ a: 'x'.repeat(8192 - '{"a":""}'.length) }), undefined, 'just as long as it may be')
  t.equal(encryptionContext({ a: 'x'.repeat(8193 - '{"a":""}'.length) }), undefined, 'a character more')
  t.equal(encryptionContext({ a: '€'.repeat(1000) }), undefined, 'longer when it is escaped')
  for (const lone of ['\ud800', 'a\udc00', '\udc00\ud800']) {
    t.equal(encryptionContext({ a: lone }), undefined)
    t.equal(encryptionContext({ [lone]: 'a' }), undefined)
  }
})

function unescaped(text: string): string {
  return text === '%' ? '' : decodeURIComponent(text)
}

import { KnownCapabilities } from '@keyhold/app/http/authentication/known-capabilities.js'
import { sha256Base64Url } from '@keyhold/core'
import t from 'tap'

function counting() {
  const read: string[] = []
  const known = new KnownCapabilities(text => {
    read.push(text)
    if (text.startsWith('wrong')) throw new Error('not well-formed')
    return { capability: { text }, length: 16_384 }
  })
  return { read, known }
}

t.test('a text is read once, and found by itself alone', t => {
  const { read, known } = counting()
  const first = known.read('one')
  t.strictSame(first, { capability: { text: 'one' }, capabilityHash: sha256Base64Url('one') })
  t.equal(known.read('one').capability, first.capability)
  t.strictSame(known.read('two').capability, { text: 'two' })
  t.strictSame(read, ['one', 'two'])
  t.end()
})

t.test('what cannot be read is tried again each time', t => {
  const { read, known } = counting()
  for (const _ of [1, 2]) t.throws(() => known.read('wrong'), { message: 'not well-formed' })
  t.strictSame(read, ['wrong', 'wrong'])
  t.end()
})

t.test('what is remembered has an end', t => {
  const { read, known } = counting()
  // However short the texts are: what counts is what they are the short form of.
  const textOf = (number: number) => String(number)
  for (let number = 0; number < 300; number += 1) known.read(textOf(number))
  known.read(textOf(299))
  t.equal(read.length, 300)
  known.read(textOf(0))
  t.equal(read.length, 301)
  t.end()
})

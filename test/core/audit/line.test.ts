import { isoTime } from '@keyhold/core'
import { type Content, lineOf } from '@keyhold/core/audit/line.js'
import fc from 'fast-check'
import t from 'tap'

t.test('a line is the JSON of its place and its content, without what is not there', async () => {
  const text = fc.string({ unit: 'binary' })
  const absentOr = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
  const tip = fc.record({ chain: text, seq: fc.nat(), hash: text })
  const content: fc.Arbitrary<Content> = fc.oneof(
    fc.record({
      type: fc.constant('decision' as const),
      request: text,
      operation: text,
      principal: absentOr(text),
      key: absentOr(text),
      version: absentOr(fc.nat()),
      status: fc.nat(),
      items: absentOr(fc.nat()),
      uses: absentOr(fc.array(fc.record({ action: text, key: absentOr(text), items: fc.nat(), failed: fc.nat() }))),
      reason: absentOr(text),
    }),
    fc.record({ type: fc.constant('begin' as const), keystore: text, follows: fc.array(tip) }),
    fc.record({ type: fc.constant('head' as const), signer: text }),
  )
  const name = fc.base64String({ minLength: 4, maxLength: 24 })
  const place = fc.record({
    chain: name,
    seq: fc.nat(),
    prev: fc.option(name),
    time: fc.integer({ min: 0, max: 4e12 }),
  })
  fc.assert(
    fc.property(place, content, ({ chain, seq, prev, time }, content) => {
      const expected = JSON.stringify({ chain, seq, prev, time: isoTime(time), ...content })
      return lineOf({ chain, seq, prev, time }, content) === expected
    }),
  )
})

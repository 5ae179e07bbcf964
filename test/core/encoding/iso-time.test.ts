import { isoTime } from '@keyhold/core'
import t from 'tap'

t.test('a time is told as JSON does it, however often and in whatever order it is asked', async t => {
  const times = [0, 1, 1, 1_700_000_000_123, 0, -1, 253_402_300_799_999]
  for (const time of times) t.equal(isoTime(time), new Date(time).toISOString())
})

t.test('what is no time is refused', async t => {
  for (const time of [Number.NaN, Number.POSITIVE_INFINITY, 9e15]) t.throws(() => isoTime(time), RangeError)
})

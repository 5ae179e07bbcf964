import { measureUserLocks } from '@keyhold/scripts/bench/user-locks.js'
import t from 'tap'

const report = await measureUserLocks({ rounds: 2, slice: 20, warmUp: 20 })
const skip = 'skip' in report && report.skip

await t.test('the bench of shared locks measures, and what is open is not asked for again', { skip }, async t => {
  if ('skip' in report) return
  const figures = [report.plain, report.shared.value, report.shared.low, report.shared.high]
  t.ok(figures.every(figure => Number.isFinite(figure) && figure > 0))
  // The share was fetched when the keystore was made.
  t.equal(report.calls, 1, 'the key was read once')
})

import { measureBackends } from '@keyhold/scripts/bench/backends.js'
import t from 'tap'

const report = await measureBackends({ rounds: 1, slice: 20, warmUp: 20, signs: 50 })
const skip = 'skip' in report && report.skip

await t.test('the bench of the backends measures, and AWS is called once for each keystore', { skip }, async t => {
  if ('skip' in report) return
  t.strictSame(
    report.cpu.map(({ operation }) => operation),
    ['sign', 'create'],
  )
  const figures = report.cpu.flatMap(({ embedded, mongodb, aws }) => [embedded, mongodb.value, aws.value])
  t.ok([...figures, report.throughput.value].every(figure => Number.isFinite(figure) && figure > 0))
  t.equal(report.aws.calls, report.aws.keystores)
})

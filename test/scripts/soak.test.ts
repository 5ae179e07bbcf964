import { slopeOf } from '@keyhold/scripts/soak/slope.js'
import { soak } from '@keyhold/scripts/soak/soak.js'
import { tasks } from '@keyhold/scripts/soak/workload.js'
import t from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'

t.test('the slope of a line is found, and how sure it is', async t => {
  const line = Array.from({ length: 10 }, (_, index) => [index * 60_000, 100 + index] as const)
  const { mean, perHour, within } = slopeOf(line)
  t.equal(mean, 104.5)
  t.ok(Math.abs(perHour - 60) < 1e-9 && within < 1e-6)
  const noisy = slopeOf(line.map(([time, value], index) => [time, value + (index % 2 === 0 ? 5 : -5)]))
  t.ok(Math.abs(noisy.perHour - 60) < noisy.within && noisy.within > 10)
  t.throws(() => slopeOf(line.slice(0, 2)), RangeError)
})

t.test('every task does what it should, and everything is measured', async t => {
  const directory = await temporaryDirectory(t)
  const parts: number[] = []
  const report = await soak({
    directory,
    duration: 6000,
    warmUp: 0,
    interval: 300,
    rate: 1000,
    bounds: { keystores: 3, versions: 2 },
    seed: 1,
    report: ({ part }) => parts.push(part),
  })
  t.strictSame(report.violations, [])
  t.strictSame(Object.keys(report.tasks).sort(), tasks.map(({ name }) => name).sort())
  t.ok(report.slopes.anonymous.mean < report.slopes.rss.mean)
  t.ok(report.slopes.heap.mean > 1_000_000 && report.slopes.heap.mean < report.slopes.anonymous.mean)
  for (const [name, slope] of Object.entries(report.slopes)) {
    t.ok(slope.mean > 0 && Number.isFinite(slope.perHour) && Number.isFinite(slope.within), name)
  }
  t.ok(parts.length >= 3 && parts.every(part => part > 0 && part <= 1))
})

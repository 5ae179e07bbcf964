import { FairQueue } from '@keyhold/app/http/limits/fair-queue.js'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../../../support/property-runs.ts'

/** What waits, as `source flow number`, in the order in which it came. */
function queueOf(...items: readonly string[]): FairQueue<string> {
  const queue = new FairQueue<string>()
  for (const item of items) {
    const [source = '', flow = ''] = item.split(' ')
    queue.push(source, flow, item)
  }
  return queue
}

function rest(queue: FairQueue<string>): string[] {
  return Array.from({ length: queue.size }, () => queue.shift() ?? '')
}

t.test('one of each source, and of each of its flows, in turn', async t => {
  const cases: readonly (readonly [came: string, taken: string])[] = [
    ['', ''],
    ['a x 1,a x 2,a x 3', 'a x 1,a x 2,a x 3'],
    ['a x 1,a x 2,a x 3,b x 1', 'a x 1,b x 1,a x 2,a x 3'],
    ['a x 1,a x 2,a x 3,a y 1', 'a x 1,a y 1,a x 2,a x 3'],
    ['a x 1,a y 1,a z 1,a x 2,b x 1,b x 2', 'a x 1,b x 1,a y 1,b x 2,a z 1,a x 2'],
  ]
  for (const [came, taken] of cases) {
    const queue = queueOf(...came.split(',').filter(Boolean))
    t.equal(rest(queue).join(), taken, came)
    t.equal(queue.shift(), undefined)
  }
})

t.test('the newest goes of whoever has most', async t => {
  const cases: readonly (readonly [came: string, gone: string, left: string])[] = [
    ['a x 1', 'a x 1', ''],
    ['a x 1,a x 2,b x 1', 'a x 2', 'a x 1,b x 1'],
    ['b x 1,a x 1,a y 1,a y 2', 'a y 2', 'b x 1,a x 1,a y 1'],
    ['b x 1,b x 2,a x 1,a y 1,a z 1', 'a x 1', 'b x 1,a y 1,b x 2,a z 1'],
  ]
  for (const [came, gone, left] of cases) {
    const queue = queueOf(...came.split(',').filter(Boolean))
    t.equal(queue.drop(), gone, came)
    t.equal(rest(queue).join(), left, came)
  }
  t.equal(new FairQueue().drop(), undefined)
})

t.test('whatever is brought: nothing is lost, and nobody waits for more than one of each other', async t => {
  const steps = fc.array(fc.tuple(fc.constantFrom('push', 'shift', 'drop'), fc.nat({ max: 3 }), fc.nat({ max: 2 })), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(steps, steps => {
      const queue = new FairQueue<{ readonly flow: string; readonly at: number }>()
      const waiting = new Map<number, string>()
      for (const [index, [step, source, flow]] of steps.entries()) {
        if (step === 'push') {
          queue.push(`${source}`, `${flow}`, { flow: `${source} ${flow}`, at: index })
          waiting.set(index, `${source} ${flow}`)
          continue
        }
        const taken = step === 'shift' ? queue.shift() : queue.drop()
        if ((taken === undefined) !== (waiting.size === 0)) return false
        if (taken === undefined) continue
        const ofFlow = [...waiting].filter(([, name]) => name === taken.flow).map(([at]) => at)
        // In the order of a flow: the first, or when something must go the last.
        if (taken.at !== (step === 'shift' ? Math.min(...ofFlow) : Math.max(...ofFlow))) return false
        waiting.delete(taken.at)
      }
      return queue.size === waiting.size
    }),
    propertyRuns,
  )
  t.pass('it holds')
})

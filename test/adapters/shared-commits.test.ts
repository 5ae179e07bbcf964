import { SharedCommits } from '@keyhold/adapters/store-embedded/shared-commits.js'
import t from 'tap'

/** Writes whose ends are decided by the test, and how they were begun. */
function commits() {
  const shared = new SharedCommits()
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  return {
    shared,
    begun,
    add(name: string, onWritten: () => void = () => {}) {
      const write = () => {
        begun.push(name)
        return new Promise<void>(resolve => ends.set(name, resolve))
      }
      return shared.add(write).then(onWritten)
    },
    end(...names: string[]) {
      for (const name of names) ends.get(name)?.()
    },
    async begins(count: number) {
      while (begun.length < count) await new Promise(setImmediate)
    },
  }
}

t.test('what comes in one turn, or in the next, is begun together', async t => {
  const { add, begun, begins, end } = commits()
  const first = [add('1'), add('2')]
  await Promise.resolve()
  first.push(add('3'))
  t.strictSame(begun, [], 'the turn is not over')
  await begins(3)
  t.strictSame(begun, ['1', '2', '3'])
  end('1', '2', '3')
  await Promise.all(first)
})

t.test('what comes while others are written waits, and whoever those answer joins it', async t => {
  const { add, begun, begins, end } = commits()
  const again: Promise<void>[] = []
  const first = [add('1', () => void again.push(add('1 again'))), add('2', () => void again.push(add('2 again')))]
  await begins(2)
  const late = add('3')
  await new Promise(setImmediate)
  t.strictSame(begun, ['1', '2'])
  end('1', '2')
  await Promise.all(first)
  await begins(5)
  t.strictSame(begun.slice(2).sort(), ['1 again', '2 again', '3'])
  end('1 again', '2 again', '3')
  await Promise.all([late, ...again])
})

t.test('a write that fails takes no other along', async t => {
  const shared = new SharedCommits()
  const thrown = new Error('thrown')
  const rejected = new Error('rejected')
  const outcomes = await Promise.allSettled([
    shared.add(() => {
      throw thrown
    }),
    shared.add(async () => Promise.reject(rejected)),
    shared.add(async () => 'written'),
  ])
  t.match(outcomes, [
    { status: 'rejected', reason: thrown },
    { status: 'rejected', reason: rejected },
    { status: 'fulfilled', value: 'written' },
  ])
  t.equal(await shared.add(async () => 'later'), 'later')
})

t.test('the end is when nothing waits any more', async t => {
  const { shared, add, begins, end } = commits()
  await shared.end()
  let isOver = false
  const write = add('1')
  const over = shared.end().then(() => {
    isOver = true
  })
  await begins(1)
  t.equal(isOver, false)
  end('1')
  await Promise.all([write, over])
  t.equal(isOver, true)
})

import { SharedCommands } from '@keyhold/adapters/store-mongo/shared-commands.js'
import t from 'tap'

/** Commands that are noted, each as what was asked for by it. */
function commands(answersOf: (items: readonly string[]) => readonly (string | Error)[] = items => items) {
  const sent: string[][] = []
  const shared = new SharedCommands<string, string>(items => {
    sent.push([...items])
    return answersOf(items).map(async answer => {
      if (answer instanceof Error) throw answer
      return answer
    })
  })
  return { shared, sent, ask: (item: string, bytes?: number) => shared.ask(item, bytes) }
}

t.test('what comes in one turn is sent together, and what comes in the next is not waited for', async t => {
  const { sent, ask } = commands(items => items.map(item => `answer ${item}`))
  const first = [ask('1'), ask('2')]
  await Promise.resolve()
  first.push(ask('3'))
  t.strictSame(sent, [], 'the turn is not over')
  t.strictSame(await Promise.all(first), ['answer 1', 'answer 2', 'answer 3'])
  await ask('4')
  t.strictSame(sent, [['1', '2', '3'], ['4']])
})

t.test('no more than a hundred are sent together, and no more than a megabyte', async t => {
  const { sent, ask } = commands()
  await Promise.all(Array.from({ length: 250 }, (_, i) => ask(`${i}`)))
  t.strictSame(
    sent.map(items => items.length),
    [100, 100, 50],
  )
  const half = 600_000
  await Promise.all([ask('a', half), ask('b', half), ask('c', half), ask('huge', 2 * 1024 * 1024), ask('d')])
  t.strictSame(sent.slice(3), [['a', 'b'], ['huge'], ['c', 'd']])
})

t.test('each is told what became of it alone', async t => {
  const { ask } = commands(items => items.map(item => (item === 'bad' ? new Error('refused') : item)))
  const ends = await Promise.allSettled([ask('1'), ask('bad'), ask('2')])
  t.match(ends, [{ status: 'fulfilled' }, { status: 'rejected', reason: /refused/ }, { status: 'fulfilled' }])
})

t.test('what waits can be sent before the turn is over', async t => {
  const { shared, sent, ask } = commands()
  const asked = ask('1')
  shared.send()
  t.strictSame(sent, [['1']])
  await asked
  shared.send()
  t.equal(sent.length, 1)
})

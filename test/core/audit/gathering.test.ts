import { Gathering } from '@keyhold/core/audit/gathering.js'
import t from 'tap'

/** Turns that come when the test says so. */
function gathering() {
  const due: (() => void)[] = []
  const gathering = new Gathering({ nextTurn: run => void due.push(run), shortly: run => run() })
  const written: string[] = []
  const writers = new Map<string, () => void>()
  /** Something comes to a writer, which is added with the first. */
  const arrive = (name: string) => {
    const write = writers.get(name) ?? (() => void written.push(name))
    const isNew = !writers.has(name) || written.includes(name)
    writers.set(name, write)
    if (isNew) gathering.add(write)
    gathering.arrive(write)
  }
  const turn = () => {
    for (const run of due.splice(0)) run()
    return written.splice(0)
  }
  return { arrive, turn }
}

t.test('a turn that brings nothing ends it', async t => {
  const { arrive, turn } = gathering()
  arrive('a')
  t.strictSame([turn(), turn()], [[], ['a']], 'the first has brought it')
})

t.test('what comes turn by turn is written together, for so many turns', async t => {
  const { arrive, turn } = gathering()
  for (let turns = 1; turns < 32; turns += 1) {
    arrive('a')
    t.strictSame(turn(), [], `turn ${turns}`)
  }
  arrive('a')
  t.strictSame(turn(), ['a'])
})

t.test('who gets nothing more does not wait for what another one gets', async t => {
  const { arrive, turn } = gathering()
  arrive('busy')
  turn()
  arrive('busy')
  arrive('lone')
  const turns = []
  for (let n = 0; n < 10 && turns.at(-1)?.length !== 2; n += 1) {
    turns.push(turn())
    arrive('busy')
  }
  t.strictSame(turns.at(-1)?.toSorted(), ['busy', 'lone'], 'both go together')
  t.ok(turns.length <= 5, `after ${turns.length} turns`)
})

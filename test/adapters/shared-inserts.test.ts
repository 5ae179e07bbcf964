import { type RecordDocument, toDocument } from '@keyhold/adapters/store-mongo/record-document.js'
import { SharedInserts } from '@keyhold/adapters/store-mongo/shared-inserts.js'
import t from 'tap'

/** Inserts that are noted, each as the ids of what it was of. */
function inserts(failuresOf: (ids: readonly string[]) => readonly unknown[] = () => []) {
  const sent: string[][] = []
  const shared = new SharedInserts(async documents => {
    const ids = documents.map(({ id }) => id)
    sent.push(ids)
    return failuresOf(ids)
  })
  return { shared, sent, add: (id: string, length = 1) => shared.add(documentOf(id, length)) }
}

function documentOf(id: string, length: number): RecordDocument {
  return toDocument({ collection: 'log', scope: '', ids: [id], revision: 1, body: new Uint8Array(length) })
}

t.test('what comes in one turn is sent together, and what comes in the next is not waited for', async t => {
  const { sent, add } = inserts()
  const first = [add('1'), add('2')]
  await Promise.resolve()
  first.push(add('3'))
  t.strictSame(sent, [], 'the turn is not over')
  await Promise.all(first)
  await add('4')
  t.strictSame(sent, [['1', '2', '3'], ['4']])
})

t.test('no more than a hundred are sent together, and no more than a megabyte', async t => {
  const { sent, add } = inserts()
  await Promise.all(Array.from({ length: 250 }, (_, i) => add(`${i}`)))
  t.strictSame(
    sent.map(ids => ids.length),
    [100, 100, 50],
  )
  const half = 600_000
  await Promise.all([add('a', half), add('b', half), add('c', half), add('huge', 2 * 1024 * 1024), add('d')])
  t.strictSame(sent.slice(3), [['a', 'b'], ['huge'], ['c', 'd']])
})

t.test('each is told what became of it alone', async t => {
  const { add } = inserts(ids => ids.map(id => (id === 'bad' ? new Error('refused') : undefined)))
  const ends = await Promise.allSettled([add('1'), add('bad'), add('2')])
  t.match(ends, [{ status: 'fulfilled' }, { status: 'rejected', reason: /refused/ }, { status: 'fulfilled' }])
})

t.test('where nothing could be sent, all of them fail', async t => {
  const { add } = inserts(() => {
    throw new Error('no server')
  })
  const ends = await Promise.allSettled([add('1'), add('2')])
  t.match(ends, [
    { status: 'rejected', reason: /no server/ },
    { status: 'rejected', reason: /no server/ },
  ])
})

t.test('what waits can be sent before the turn is over', async t => {
  const { shared, sent, add } = inserts()
  const added = add('1')
  shared.send()
  t.strictSame(sent, [['1']])
  await added
  shared.send()
  t.equal(sent.length, 1)
})

import { keyStoreContract, outcome, tally } from '@keyhold/contract'
import t from 'tap'
import { record } from '../support/embedded-store.ts'
import { newDatabase, openMongo, withMongo } from '../support/mongo.ts'

for (const replicaSet of [false, true]) {
  await withMongo(t, 'the contract', { replicaSet }, async (t, server) => {
    await keyStoreContract(t, async t => openMongo(t, newDatabase(t, server)), {
      async openPair(t) {
        const url = newDatabase(t, server)
        return [await openMongo(t, url), await openMongo(t, url)]
      },
    })
  })
}

await withMongo(t, 'twenty writers of one revision', {}, async (t, server) => {
  const url = newDatabase(t, server)
  const stores = await Promise.all(Array.from({ length: 4 }, () => openMongo(t, url)))
  const rounds = 50
  const writers = Array.from({ length: 5 }, () => stores).flat()
  await writers[0]?.add(record(1, 'a'))
  for (let revision = 2; revision < 2 + rounds; revision += 1) {
    const counts = await tally(writers.map(store => () => store.replace(record(revision, 'a'))))
    t.strictSame(counts, { done: 1, CONFLICT: 19 }, `revision ${revision}`)
  }
})

await withMongo(t, 'a close while writes are under way', {}, async (t, server) => {
  const url = newDatabase(t, server)
  const store = await openMongo(t, url)
  const ids = Array.from({ length: 64 }, (_, i) => `id ${i}`)
  const outcomes = ids.map(id => outcome(() => store.add(record(1, id, `other ${id}`))))
  await outcomes[0]
  await store.close()
  const again = await openMongo(t, url)
  const wrong: string[] = []
  for (const [i, id] of ids.entries()) {
    const ended = await outcomes[i]
    const [one, other] = [await again.find('keys', 'scope', id), await again.find('keys', 'scope', `other ${id}`)]
    if (ended !== 'done' && ended !== 'STORE_UNAVAILABLE') wrong.push(`${id}: ${ended}`)
    if (ended === 'done' && one === undefined) wrong.push(`${id}: lost`)
    if (one?.body.toString() !== other?.body.toString()) wrong.push(`${id}: half written`)
  }
  t.strictSame(wrong, [])
})

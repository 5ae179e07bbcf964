import { keyStoreContract, tally } from '@keyhold/contract'
import t from 'tap'
import { record } from '../support/embedded-store.ts'
import { newDatabase, openMongo, withMongo } from '../support/mongo.ts'

t.setTimeout(300_000)

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

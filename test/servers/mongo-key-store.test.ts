import { keyStoreContract } from '@keyhold/contract'
import t from 'tap'
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

import type { Db } from 'mongodb'

/** Every byte that the driver answers, by collection. */
export async function dumpDatabase(database: Db): Promise<Record<string, string>> {
  const dumped: Record<string, string> = {}
  for (const collection of await database.collections()) {
    const documents = await collection.find({}, { raw: true }).sort({ _id: 1 }).toArray()
    dumped[collection.collectionName] = documents.map(bytes => (bytes as unknown as Buffer).toString('latin1')).join('')
  }
  return dumped
}

/** All documents and indexes, as a backup that is restored elsewhere has them. */
export async function copyDatabase(from: Db, to: Db): Promise<void> {
  for (const { collectionName: name } of await from.collections()) {
    for (const { key, ...options } of await from.collection(name).indexes()) {
      if (options.name !== '_id_') await to.createIndex(name, key, options)
    }
    const documents = await from.collection(name).find().toArray()
    if (documents.length > 0) await to.collection(name).insertMany(documents)
  }
}

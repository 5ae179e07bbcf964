import { openEmbeddedKeyStore } from '@keyhold/adapters'

/** As a process of its own, `node log-writer.js DIRECTORY`: writes to a log until it is killed, and tells of each record. */
const [directory] = process.argv.slice(2)
if (process.send !== undefined && directory !== undefined) {
  const store = await openEmbeddedKeyStore({ directory })
  for (let index = 0; ; index += 1) {
    const id = String(index).padStart(9, '0')
    const record = { collection: 'log', scope: 'scope', ids: [id], revision: 1, body: Buffer.from(id) } as const
    await store.add(record, 'written')
    process.send(index)
    // So that what was sent goes out, and what was written is moved now and then.
    await new Promise(setImmediate)
  }
}

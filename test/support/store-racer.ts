import { openEmbeddedKeyStore } from '@keyhold/adapters'
import { type KeyStorePort, KmsError, type StoredRecord } from '@keyhold/core'

/** What one process of a race came to: the rounds that it won, and what it could not see although it was beaten to it. */
export interface RaceResult {
  readonly added: readonly number[]
  readonly replaced: readonly number[]
  readonly unseen: readonly number[]
}

/** The record that round `round` is about, as `name` would write it. */
export function racedRecord(kind: 'add' | 'replace', round: number, revision: number, name: string): StoredRecord {
  const body = Buffer.from(JSON.stringify({ kind, round, revision, name }))
  return { collection: 'keys', scope: 'race', ids: [`${kind} ${round}`, `${name} ${kind} ${round}`], revision, body }
}

/** Of every round adds one record, and replaces revision 1 of another. */
async function race(store: KeyStorePort, name: string, rounds: number): Promise<RaceResult> {
  const result = { added: [] as number[], replaced: [] as number[], unseen: [] as number[] }
  const won = async (change: Promise<void>) => {
    const error = await change.catch((error: unknown) => error)
    if (error === undefined) return true
    if (error instanceof KmsError && ['ALREADY_EXISTS', 'CONFLICT'].includes(error.code)) return false
    throw error
  }
  for (let round = 0; round < rounds; round += 1) {
    if (await won(store.add(racedRecord('add', round, 1, name)))) result.added.push(round)
    else if ((await store.find('keys', 'race', `add ${round}`)) === undefined) result.unseen.push(round)
    if (await won(store.replace(racedRecord('replace', round, 2, name)))) result.replaced.push(round)
    else if ((await store.find('keys', 'race', `replace ${round}`))?.revision !== 2) result.unseen.push(round)
  }
  return result
}

// As a process of its own: `node store-racer.js DIRECTORY NAME ROUNDS`, started together with another one.
const [directory, name, rounds] = process.argv.slice(2)
if (process.send !== undefined && directory !== undefined && name !== undefined) {
  const store = await openEmbeddedKeyStore({ directory })
  process.once('message', async () => {
    process.send?.(await race(store, name, Number(rounds)))
    await store.close()
    process.disconnect()
  })
  process.send('ready')
}

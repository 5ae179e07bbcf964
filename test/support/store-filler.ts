import { openEmbeddedKeyStore } from '@keyhold/adapters'
import { KmsError, type StoredRecord } from '@keyhold/core'

/** What became of a store whose disk is full. */
export interface FillerResult {
  /** How many records were acknowledged before the first refusal. */
  readonly added: number
  /** The codes of the refused writes: several in turn, then several at once. */
  readonly refusals: readonly string[]
  /** Records that were acknowledged and are not found, or refused and are. */
  readonly wrong: readonly string[]
}

function filler(name: string): StoredRecord {
  return { collection: 'keys', scope: 's', ids: [name, `${name} too`], revision: 1, body: Buffer.alloc(20_000, name) }
}

async function fill(directory: string): Promise<FillerResult> {
  const store = await openEmbeddedKeyStore({ directory })
  const added: string[] = []
  const refused: string[] = []
  const refusals: string[] = []
  const add = async (name: string) => {
    try {
      await store.add(filler(name))
      added.push(name)
    } catch (error) {
      refused.push(name)
      refusals.push(error instanceof KmsError ? error.code : String(error))
    }
  }
  for (let i = 0; refusals.length < 3 && i < 1000; i += 1) await add(`record ${i}`)
  const before = added.length
  await Promise.all(Array.from({ length: 8 }, (_, i) => add(`at once ${i}`)))
  const wrong: string[] = []
  const isThere = async (id: string) => (await store.find('keys', 's', id)) !== undefined
  for (const name of added) if (!(await isThere(name)) || !(await isThere(`${name} too`))) wrong.push(name)
  for (const name of refused) if ((await isThere(name)) || (await isThere(`${name} too`))) wrong.push(name)
  await store.check()
  await store.close()
  return { added: before, refusals, wrong }
}

// As a process of its own, in which files cannot grow beyond a limit: `node store-filler.js DIRECTORY`.
const [, script, directory] = process.argv
if (script?.endsWith('store-filler.js') && directory !== undefined) {
  // What is written beyond it fails then, as on a full disk; otherwise it would end the process.
  process.on('SIGXFSZ', () => undefined)
  process.stdout.write(JSON.stringify(await fill(directory)))
}

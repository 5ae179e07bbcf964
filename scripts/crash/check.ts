import { keyTypeNames } from '@keyhold/core'
import { checkKey } from './check-key.ts'
import { type Client, createKey, expectAnswer, importKey } from './client.ts'
import { placeOf } from './ledger.ts'
import { type Settlement, settle } from './settle.ts'
import { readStored } from './stored.ts'

/** How many of the keys that nobody touched in the last round are checked all the same. */
const olderKeys = 15
const olderKeystores = 3
const checksAtOnce = 8

/**
 * Checks a service that was started again: all that its clients did in the last round, and some of what is older.
 *
 * @returns what became of the requests that got no answer
 */
export async function checkStore(client: Client, directory: string): Promise<Settlement[]> {
  const { ledger, random, tally } = client
  const settlements = settle(client, await readStored(directory))
  for (const { operation, done } of settlements) {
    if (operation.asks !== 'key' || operation.origin.id === undefined || done) continue
    await expectAnswer(client, 404, 'GET', `/${operation.keystoreId}/keys/${operation.origin.id}/export`)
    await importKey(client, operation.keystoreId, operation.type, operation.origin)
  }
  const keystores = [...ledger.keystores.values()]
  const recent = keystores.filter(({ round }) => round === ledger.round)
  for (const { id } of [...recent, ...random.sample(keystores, olderKeystores)]) {
    // Only a keystore whose lock opens can take another key.
    await createKey(client, id, ledger.nextOf(keyTypeNames))
  }
  const stored = await readStored(directory)
  const keys = [...ledger.keys.values()]
  const touched = keys.filter(({ round }) => round === ledger.round)
  const older = random.sample(
    keys.filter(({ round }) => round !== ledger.round),
    olderKeys,
  )
  const queue = [...touched, ...older]
  const next = async (): Promise<void> => {
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const place = placeOf(key.keystoreId, key.versions[0].id)
      const found = stored.keys.get(place)
      if (found === undefined) tally.violations.push(`the acknowledged key ${place} is lost`)
      else await checkKey(client, key, found)
    }
  }
  await Promise.all(Array.from({ length: checksAtOnce }, next))
  return settlements
}

import { checkKey } from './check-key.ts'
import { type Client, createKey, expectAnswer, importKey } from './client.ts'
import { placeOf } from './ledger.ts'
import { drilledTypeNames } from './outside.ts'
import type { Place } from './place.ts'
import { type Settlement, settle } from './settle.ts'

/** How many of the keys that nobody touched in the last round are checked all the same. */
const olderKeys = 15
const olderKeystores = 3
const checksAtOnce = 8

/**
 * Checks a service of which something was started again: all that its clients did in the last round, and some of what
 * is older. Every key must be whole and usable for each instance of the service.
 *
 * @param clients one for each instance
 * @returns what became of the requests that got no answer
 */
export async function checkStore(clients: readonly [Client, ...Client[]], place: Place): Promise<Settlement[]> {
  const [client] = clients
  const { ledger, random, tally } = client
  const settlements = settle(client, await place.read())
  for (const { operation, done } of settlements) {
    if (operation.asks !== 'key' || operation.origin.id === undefined || done) continue
    for (const each of clients) {
      await expectAnswer(each, 404, 'GET', `/${operation.keystoreId}/keys/${operation.origin.id}/export`)
    }
    await importKey(random.pick(clients), operation.keystoreId, operation.type, operation.origin)
  }
  const keystores = [...ledger.keystores.values()]
  const recent = keystores.filter(({ round }) => round === ledger.round)
  for (const { id } of [...recent, ...random.sample(keystores, olderKeystores)]) {
    // Only a keystore whose lock opens can take another key.
    for (const each of clients) await createKey(each, id, ledger.nextOf(drilledTypeNames))
  }
  const stored = await place.read()
  const keys = [...ledger.keys.values()]
  const touched = keys.filter(({ round }) => round === ledger.round)
  const older = random.sample(
    keys.filter(({ round }) => round !== ledger.round),
    olderKeys,
  )
  const queue = [...touched, ...older]
  const next = async (): Promise<void> => {
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const id = placeOf(key.keystoreId, key.versions[0].id)
      const found = stored.keys.get(id)
      if (found === undefined) tally.violations.push(`the acknowledged key ${id} is lost`)
      else for (const each of clients) await checkKey(each, key, found)
    }
  }
  await Promise.all(Array.from({ length: checksAtOnce }, next))
  return settlements
}

import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createKey, createKeystore, importKey, rotateKey, Unavailable, useKey } from './client.ts'
import { familyOf, isAsymmetric, type KeyEntry } from './ledger.ts'
import { type DrilledTypeName, drilledTypeNames, type Family, outsideTypes } from './outside.ts'

const families: readonly Family[] = ['signature', 'aead', 'mac', 'key-agreement', 'bbs-plus', 'bbs']
const typesOf = (family: Family) => drilledTypeNames.filter(type => familyOf(type) === family)
const asymmetricTypes = drilledTypeNames.filter(isAsymmetric)
const verifyingTypes = asymmetricTypes.filter(type => familyOf(type) !== 'key-agreement')
const symmetricTypes = drilledTypeNames.filter(type => !isAsymmetric(type))

type Task = (client: Client) => Promise<unknown>

/** What a client does, again and again, each time in another order. */
const tasks: readonly Task[] = [
  createKeystore,
  ...repeated(4, client => createAnyKey(client, client.ledger.nextOf(drilledTypeNames))),
  ...[false, true].flatMap((byId): Task[] => [
    client => importAnyKey(client, client.ledger.nextOf(asymmetricTypes), byId, false),
    client => importAnyKey(client, client.ledger.nextOf(symmetricTypes), byId, false),
    client => importAnyKey(client, client.ledger.nextOf(verifyingTypes), byId, true),
  ]),
  ...repeated(4, rotateAnyKey),
  ...families.map(
    (family): Task =>
      async client => {
        const key = await someKey(client, family)
        return key && useKey(client, key)
      },
  ),
]

/** Milliseconds: sooner than Retry-After asks for, so that an outage is met more than once. */
const longestPause = 200

/**
 * Works with each instance of the service in turn, and no more with one that cuts a connection, until none is left or
 * it is over. A request that fails without an excuse is a violation.
 *
 * @param clients one for each instance
 */
export async function work(clients: readonly [Client, ...Client[]], isOver: () => boolean): Promise<void> {
  const [{ random, tally }] = clients
  const turns = [...clients]
  for (;;) {
    for (const task of random.sample(tasks)) {
      const client = turns.shift()
      if (client === undefined || isOver()) return
      try {
        await task(client)
        turns.push(client)
      } catch (error) {
        if (error instanceof Unavailable) {
          turns.push(client)
          await sleep(random.between(0, longestPause))
        } else if (client.excuse() !== 'cut' || !isCut(error)) {
          tally.violations.push(`a request failed: ${error}`)
          return
        }
      }
    }
  }
}

/** What the parser refuses had arrived whole, and no answer of the service is broken JSON; what is late was not cut. */
function isCut(error: unknown): boolean {
  return error instanceof TypeError
}

async function createAnyKey(client: Client, type: DrilledTypeName): Promise<KeyEntry | undefined> {
  const keystoreId = await someKeystore(client)
  return keystoreId === undefined ? undefined : createKey(client, keystoreId, type)
}

async function importAnyKey(client: Client, type: DrilledTypeName, byId: boolean, verifyOnly: boolean): Promise<void> {
  const keystoreId = await someKeystore(client)
  if (keystoreId === undefined) return
  const id = `own-${randomBytes(9).toString('base64url')}`
  await importKey(client, keystoreId, type, { own: outsideTypes[type].make(), verifyOnly, ...(byId && { id }) })
}

async function rotateAnyKey(client: Client): Promise<void> {
  const family = client.random.pick(families)
  const key = await someKey(client, family)
  if (key !== undefined) await rotateKey(client, key, client.random.pick(typesOf(family)))
}

/** One of the newest keystores: each gets a number of keys, and their number grows. */
async function someKeystore(client: Client): Promise<string | undefined> {
  const ids = [...client.ledger.keystores.keys()].slice(-20)
  return ids.length > 0 ? client.random.pick(ids) : createKeystore(client)
}

/** One of the newest keys as often as any other, so that some are rotated by several clients at once. */
async function someKey(client: Client, family: Family): Promise<KeyEntry | undefined> {
  const keys = client.ledger.usable(family)
  if (keys.length === 0) return createAnyKey(client, client.random.pick(typesOf(family)))
  const key = client.random.pick(client.random.once(2) ? keys.slice(-4) : keys)
  key.round = client.ledger.round
  return key
}

function repeated(times: number, task: Task): Task[] {
  return Array<Task>(times).fill(task)
}

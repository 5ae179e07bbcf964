import { randomBytes } from 'node:crypto'
import { type KeyTypeName, keyTypeNames } from '@keyhold/core'
import { type Client, createKey, createKeystore, importKey, rotateKey, useKey } from './client.ts'
import { familyOf, type KeyEntry } from './ledger.ts'
import { type Family, outsideTypes } from './outside.ts'

const families: readonly Family[] = ['signature', 'aead', 'mac']
const typesOf = (family: Family) => keyTypeNames.filter(type => familyOf(type) === family)
const signatureTypes = typesOf('signature')
const symmetricTypes = keyTypeNames.filter(type => familyOf(type) !== 'signature')

type Task = (client: Client) => Promise<unknown>

/** What a client does, again and again, each time in another order. */
const tasks: readonly Task[] = [
  createKeystore,
  ...repeated(4, client => createAnyKey(client, client.ledger.nextOf(keyTypeNames))),
  ...[false, true].flatMap((byId): Task[] => [
    client => importAnyKey(client, client.ledger.nextOf(signatureTypes), byId, false),
    client => importAnyKey(client, client.ledger.nextOf(symmetricTypes), byId, false),
    client => importAnyKey(client, client.ledger.nextOf(signatureTypes), byId, true),
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

/** Works until the service is gone. A request that fails before `isKilled` is a violation. */
export async function work(client: Client, isKilled: () => boolean): Promise<void> {
  for (;;) {
    for (const task of client.random.sample(tasks)) {
      try {
        await task(client)
      } catch (error) {
        // What the parser refuses had arrived whole, and no answer of the service is broken JSON.
        if (!isKilled() || error instanceof SyntaxError) client.tally.violations.push(`a request failed: ${error}`)
        return
      }
    }
  }
}

async function createAnyKey(client: Client, type: KeyTypeName): Promise<KeyEntry | undefined> {
  const keystoreId = await someKeystore(client)
  return keystoreId === undefined ? undefined : createKey(client, keystoreId, type)
}

async function importAnyKey(client: Client, type: KeyTypeName, byId: boolean, verifyOnly: boolean): Promise<void> {
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

import { setTimeout as sleep } from 'node:timers/promises'
import { openEmbeddedKeyStore, systemClock, systemRandom } from '@keyhold/adapters'
import { buildServer } from '@keyhold/app'
import {
  AeadLock,
  type Collection,
  experimentalKeyTypeNames,
  lockKeyLength,
  type Ports,
  SecretBytes,
} from '@keyhold/core'
import { open } from 'lmdb'
import type { Test } from 'tap'
import { temporaryDirectory } from './temporary-directory.ts'

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: whoever asked knows the shape of the answer
  readonly body: any
}

/** A value that is stored, and where. */
export interface Entry {
  readonly collection: Collection | 'format'
  readonly scope: string
  readonly id: string
  readonly place: Uint8Array
  readonly value: Uint8Array
}

/** The service over an embedded store that can be changed behind its back. */
export interface ExposedService {
  readonly ports: Ports
  /** Sends a request below `/v1/keystores`. */
  ask(method: 'GET' | 'POST' | 'PUT', path: string, payload?: object): Promise<Answer>
  /** Everything that is stored. */
  entries(): Entry[]
  /** The value of a key or keystore under an id. */
  entry(collection: 'keys' | 'keystores', scope: string, id: string): Entry
  /** Writes values beside the service, and resolves when its next request will read them. */
  change(entries: readonly Pick<Entry, 'place' | 'value'>[]): Promise<void>
  remove(entry: Pick<Entry, 'place'>): Promise<void>
}

/** What users bring along, for keystores that want it. */
export interface UsersParts {
  readonly ports?: Pick<Ports, 'shares' | 'vaults'>
  /** Sent with every request, as by a proxy that is trusted. */
  readonly headers?: Readonly<Record<string, string>>
}

const collections = ['format', 'header', 'keystores', 'keys', 'server-keys', 'revocations', 'log', 'sessions'] as const

/** Opens one over an empty directory, without a cache: every request reads what it needs from the store. */
export async function openExposedService(
  t: Test,
  { ports: given = {}, headers = {} }: UsersParts = {},
): Promise<ExposedService> {
  const directory = await temporaryDirectory(t)
  const random = systemRandom()
  const lock = new AeadLock('local', new SecretBytes(random(lockKeyLength)), random)
  const ports = { store: await openEmbeddedKeyStore({ directory }), lock, random, clock: systemClock, ...given }
  const baseUrl = 'http://kms.example'
  const server = await buildServer({
    ports,
    baseUrl,
    cache: { max: 0, ttl: 0 },
    trustedProxies: ['127.0.0.1'],
    experimentalKeyTypes: experimentalKeyTypeNames,
  })
  const database = open<Uint8Array, Uint8Array>({ path: directory, encoding: 'binary', keyEncoding: 'binary' })
  t.teardown(async () => {
    await server.close()
    await database.close()
    await ports.store.close()
  })
  const entries = () => {
    // By default a range begins behind the keys that LMDB's wrapper has for itself, and so behind all of these.
    const range = database.getRange({ start: Uint8Array.of(0x00) })
    return Array.from(range, ({ key, value }) => entryOf(Uint8Array.from(key), Uint8Array.from(value)))
  }
  return {
    ports,
    async ask(method, path, payload) {
      const url = `/v1/keystores${path}`
      const { statusCode, body } = await server.inject({ method, url, headers, ...(payload && { payload }) })
      return { status: statusCode, body: body === '' ? undefined : JSON.parse(body) }
    },
    entries,
    entry(collection, scope, id) {
      const found = entries().find(entry => entry.collection === collection && entry.scope === scope && entry.id === id)
      if (found === undefined) throw new Error(`nothing is stored for ${collection} ${scope} ${id}`)
      return found
    },
    async change(changed) {
      database.transactionSync(() => {
        for (const { place, value } of changed) database.putSync(place, value)
      })
      await nextSnapshot()
    },
    async remove({ place }) {
      database.removeSync(place)
      await nextSnapshot()
    },
  }
}

/**
 * A reader keeps its snapshot for what comes at once after a read: until a timer of the shortest time, 1 ms, goes off.
 * Timers of equal time go off in the order in which they were set.
 */
async function nextSnapshot(): Promise<void> {
  await sleep(1)
}

function entryOf(place: Uint8Array, value: Uint8Array): Entry {
  const bytes = Buffer.from(place)
  const collection = collections[bytes.readUInt8(0)] ?? 'format'
  if (collection === 'format') return { collection, scope: '', id: '', place, value }
  const scopeEnd = 3 + bytes.readUInt16BE(1)
  const scope = bytes.toString('utf8', 3, scopeEnd)
  return { collection, scope, id: bytes.toString('utf8', scopeEnd), place, value }
}

import { randomBytes } from 'node:crypto'
import { type Answer, base64, request } from '../http-client.ts'
import {
  familyOf,
  isAsymmetric,
  type KeyEntry,
  type Ledger,
  type Made,
  type Operation,
  type OperationKind,
  type Origin,
} from './ledger.ts'
import { type DrilledTypeName, type Family, outsideTypes } from './outside.ts'
import type { SeededRandom } from './seeded-random.ts'

/** Who asks the service at `url` for things, and writes down what it was answered. */
export interface Client {
  readonly url: string
  readonly ledger: Ledger
  readonly random: SeededRandom
  /** Counts what it was acknowledged. */
  readonly acknowledged: Map<OperationKind, number>
  readonly tally: Tally
  /** Why a request may fail at this moment, if it may at all. */
  readonly excuse: () => Excuse | undefined
}

/** What was killed: the instance that is asked, which cuts its connections, or the database that it needs. */
export type Excuse = 'cut' | 'unavailable'

/** The answer 503 while the database is away: nobody knows whether the request was carried out. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
}

/** What is found out by working and checking. */
export interface Tally {
  checks: number
  /** Requests that were answered 503 while the database was away. */
  unavailable: number
  /** A sentence for everything that must not be. */
  readonly violations: string[]
}

/** RSA keys of 2048 bits are made fastest; the other types ignore attributes. */
const attrs = ['2048']

/** How many things that a key made are kept: the first, and some later ones. */
const madePerKey = 4

export async function createKeystore(client: Client): Promise<string | undefined> {
  const controller = `did:example:${client.random.between(0, 9)}`
  const reply = await perform(client, { kind: 'create keystore', asks: 'keystore' }, 'POST', '', { controller })
  const id = reply && lastOf(reply.key_store_url)
  if (id) client.ledger.addKeystore(id)
  return id
}

export async function createKey(
  client: Client,
  keystoreId: string,
  type: DrilledTypeName,
): Promise<KeyEntry | undefined> {
  const asked = client.ledger.now()
  const operation: Operation = { kind: 'create key', asks: 'key', keystoreId, type, origin: {} }
  const reply = await perform(client, operation, 'POST', `/${keystoreId}/keys`, { key_type: type, attrs })
  if (reply === undefined) return undefined
  const { key_url, public_key } = reply
  const version = { id: lastOf(key_url), type, asked, answered: client.ledger.now() }
  const answered = public_key === null ? version : { ...version, publicKey: Buffer.from(public_key, 'base64') }
  return client.ledger.addKey(keystoreId, answered, {})
}

export async function importKey(
  client: Client,
  keystoreId: string,
  type: DrilledTypeName,
  origin: Origin,
): Promise<KeyEntry | undefined> {
  const part = origin.verifyOnly ? 'verification' : isAsymmetric(type) ? 'private' : 'symmetric'
  const kind = `import ${part} key${origin.id === undefined ? '' : ' by id'}` as const
  const asked = client.ledger.now()
  const operation: Operation = { kind, asks: 'key', keystoreId, type, origin }
  const reply = await perform(client, operation, 'PUT', `/${keystoreId}/keys`, importBody(type, origin))
  if (reply === undefined) return undefined
  return client.ledger.addKey(
    keystoreId,
    { id: lastOf(reply.key_url), type, asked, answered: client.ledger.now() },
    origin,
  )
}

export function importBody(type: DrilledTypeName, { own, id, verifyOnly }: Origin): Record<string, string> {
  const { secret = new Uint8Array(0), publicKey = new Uint8Array(0) } = own ?? {}
  const material = verifyOnly ? { public_key: base64(publicKey) } : { key: base64(secret) }
  return { key_type: type, ...material, ...(id !== undefined && { key_id: id }) }
}

export async function rotateKey(client: Client, key: KeyEntry, type: DrilledTypeName): Promise<void> {
  const { ledger, random } = client
  const asked = ledger.now()
  const operation: Operation = { kind: 'rotate key', asks: 'version', key, type, asked }
  const reply = await perform(client, operation, 'POST', `${pathOf(key, random)}/rotate`, { key_type: type, attrs })
  if (reply) key.versions.push({ id: lastOf(reply.key_url), type, asked, answered: ledger.now() })
}

/** Has a key make something, by any of its ids, and keeps what it made. */
export async function useKey(client: Client, key: KeyEntry): Promise<Made | undefined> {
  const data = base64(randomBytes(client.random.between(0, 64)))
  const made = await uses[familyOf(key.versions[0].type)](client, pathOf(key, client.random), data, key)
  if (made === undefined) return undefined
  if (key.made.length === madePerKey) key.made.splice(client.random.between(1, madePerKey - 1), 1)
  key.made.push(made)
  return made
}

type Use = (client: Client, path: string, data: string, key: KeyEntry) => Promise<Made | undefined>

const uses: Readonly<Record<Family, Use>> = {
  async signature(client, path, message) {
    const reply = await perform(client, { kind: 'sign', asks: 'use' }, 'POST', `${path}/sign`, { message })
    return reply && { operation: 'verify', request: { message, signature: reply.signature } }
  },
  async aead(client, path, message) {
    const associated_data = base64(randomBytes(5))
    const body = { message, associated_data }
    const reply = await perform(client, { kind: 'encrypt', asks: 'use' }, 'POST', `${path}/encrypt`, body)
    if (reply === undefined) return undefined
    const { ciphertext, nonce } = reply
    return { operation: 'decrypt', request: { ciphertext, nonce, associated_data }, answer: { plaintext: message } }
  },
  async mac(client, path, data) {
    const reply = await perform(client, { kind: 'compute MAC', asks: 'use' }, 'POST', `${path}/computemac`, { data })
    return reply && { operation: 'verifymac', request: { data, mac: reply.mac } }
  },
  async 'key-agreement'(client, path, _data, { keystoreId, versions, origin }) {
    const operation: Operation = { kind: 'wrap', asks: 'use' }
    // To the first version, which every later one must go on unwrapping; to the newest if nobody was told of the first.
    const { publicKey = origin.own?.publicKey, type } = versions[0]
    const exported = publicKey ?? (await perform(client, operation, 'GET', `${path}/export`, undefined))?.public_key
    if (exported === undefined) return undefined
    const recipient_pub_key = { ...namesOf(type), ...JSON.parse(Buffer.from(exported, 'base64').toString('utf8')) }
    const cek = base64(randomBytes(32))
    const body = { cek, recipient_pub_key }
    const wrapped_key = await perform(client, { ...operation }, 'POST', `/${keystoreId}/wrap`, body)
    return wrapped_key && { operation: 'unwrap', request: { wrapped_key }, answer: { key: cek } }
  },
  'bbs-plus': signSeveral,
  bbs: signSeveral,
}

async function signSeveral(client: Client, path: string, data: string): Promise<Made | undefined> {
  const messages = [data, base64('another message')]
  const reply = await perform(client, { kind: 'sign several', asks: 'use' }, 'POST', `${path}/signmulti`, { messages })
  return reply && { operation: 'verifymulti', request: { messages, signature: reply.signature } }
}

function namesOf(type: DrilledTypeName) {
  const outside = outsideTypes[type]
  return outside.family === 'key-agreement' ? outside.names : {}
}

/**
 * Sends a request and answers the body of a 200. While nobody knows what became of it the ledger keeps it as
 * unanswered.
 *
 * @throws Unavailable
 */
async function perform(
  { url, ledger, acknowledged, tally, excuse }: Client,
  operation: Operation,
  method: string,
  path: string,
  body: unknown,
): Promise<Answer['body'] | undefined> {
  ledger.unanswered.add(operation)
  const answer = await request(method, `${url}/v1/keystores${path}`, body)
  if (answer.status === 503 && answer.headers.has('retry-after') && excuse() === 'unavailable') {
    tally.unavailable += 1
    throw new Unavailable(operation.kind)
  }
  ledger.unanswered.delete(operation)
  if (answer.status === 200) {
    acknowledged.set(operation.kind, (acknowledged.get(operation.kind) ?? 0) + 1)
    return answer.body
  }
  tally.violations.push(`${operation.kind}: ${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return undefined
}

/** Sends a request that must have a certain answer, and answers its body. */
export async function expectAnswer(
  { url, tally }: Client,
  status: number,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer['body'] | undefined> {
  const answer = await request(method, `${url}/v1/keystores${path}`, body)
  tally.checks += 1
  if (answer.status === status) return answer.body
  const given = `${answer.status} ${JSON.stringify(answer.body)}`
  tally.violations.push(`${method} ${path}: ${given} instead of ${status}`)
  return undefined
}

/** A key under any of its ids. */
export function pathOf({ keystoreId, versions }: KeyEntry, random: SeededRandom): string {
  return `/${keystoreId}/keys/${random.pick(versions).id}`
}

const lastOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1)

import { base64 } from '../http-client.ts'
import { type Client, expectAnswer, importBody, useKey } from './client.ts'
import { familyOf, type KeyEntry, type Made, type VersionEntry } from './ledger.ts'
import { type Family, outsideTypes } from './outside.ts'
import type { Wrapped } from './outside-agreement.ts'
import type { OwnKey } from './own-key.ts'
import { checkVersions } from './settle.ts'
import type { StoredKey } from './stored.ts'

/** A key that is being checked. */
interface Subject {
  readonly client: Client
  readonly key: KeyEntry
  /** By which it is asked for: its first id, its newest, and any other. */
  readonly ids: readonly string[]
  readonly newest: VersionEntry
  /** What the newest version is made of, if it was imported. */
  readonly own: OwnKey | undefined
}

/** Checks all that a caller can find out about a key: through the service, and outside of it. */
export async function checkKey(client: Client, key: KeyEntry, found: StoredKey): Promise<void> {
  checkVersions(client, key, found)
  const [first] = key.versions
  const newest = key.versions.find(({ id }) => id === found.ids.at(-1)) ?? first
  const ids = [...new Set([first.id, newest.id, client.random.pick(key.versions).id])]
  const subject: Subject = { client, key, ids, newest, own: newest === first ? key.origin.own : undefined }
  const before = [...key.made]
  const fresh = key.origin.verifyOnly ? await signOutside(subject) : await useKey(client, key)
  if (fresh === undefined) return
  for (const made of [...before, fresh]) await checkMade(subject, made)
  await checkAltered(subject, fresh)
  await checks[familyOf(newest.type)](subject, fresh, before)
  if (key.origin.id !== undefined) await expect(subject, 409, 'PUT', '', importBody(first.type, key.origin))
}

/** What the key made is known by every of its ids, whichever version made it. */
async function checkMade(subject: Subject, { operation, request, answer }: Made): Promise<void> {
  for (const id of subject.ids) {
    const body = await expect(subject, 200, 'POST', `/${id}/${operation}`, request)
    for (const [name, value] of Object.entries(answer ?? {})) {
      equal(subject, `what ${id} answers to ${operation}`, body?.[name], value)
    }
  }
}

/** A check that accepts everything would find nothing. */
async function checkAltered(subject: Subject, { operation, request }: Made): Promise<void> {
  const altered = base64('altered')
  const change = {
    verify: { message: altered },
    decrypt: { associated_data: altered },
    verifymac: { data: altered },
    verifymulti: { messages: [altered] },
    unwrap: { wrapped_key: { ...(request['wrapped_key'] as Wrapped), apv: altered } },
  }[operation]
  await expect(subject, 400, 'POST', `/${subject.newest.id}/${operation}`, { ...request, ...change })
}

/** What can be known of a key with a public part: that is exported, and what it signed is so elsewhere too. */
async function checkSignatures(subject: Subject, fresh: Made, before: readonly Made[]): Promise<void> {
  const { key, newest, own, ids } = subject
  for (const id of ids) {
    const { public_key, key_type } = (await expect(subject, 200, 'GET', `/${id}/export`)) ?? {}
    const known = newest.publicKey ?? own?.publicKey
    if (known !== undefined) equal(subject, `the public key that ${id} exports`, public_key, base64(known))
    equal(subject, `the type that ${id} exports`, key_type, newest.type)
    newest.publicKey = Buffer.from(public_key ?? '', 'base64')
    if (own === undefined) equal(subject, 'the id of the exported key', thumbprintOf(newest), newest.id)
  }
  equal(subject, 'the signature under the exported key', await isSignature(newest, fresh), true)
  for (const made of before) {
    equal(subject, 'an older signature under an exported key', await isSomeSignature(key.versions, made), true)
  }
  if (key.origin.verifyOnly) {
    const [call, body] = fresh.operation === 'verify' ? ['sign', { message: '' }] : ['signmulti', { messages: [''] }]
    await expect(subject, 422, 'POST', `/${newest.id}/${call}`, body)
    await expect(subject, 422, 'POST', `/${newest.id}/rotate`, { key_type: newest.type })
  }
}

const checks: Readonly<Record<Family, (subject: Subject, fresh: Made, before: readonly Made[]) => Promise<void>>> = {
  signature: checkSignatures,
  'bbs-plus': checkSignatures,
  bbs: checkSignatures,

  async aead(subject, { request, answer }) {
    const { newest, own } = subject
    await expect(subject, 422, 'GET', `/${newest.id}/export`)
    const outside = outsideTypes[newest.type]
    if (own === undefined || outside.family !== 'aead') return
    const { nonce, ciphertext, associated_data } = request
    const plaintext = outside.open(own.secret, bytes(nonce), bytes(ciphertext), bytes(associated_data))
    equal(subject, 'the plaintext that the imported key opens', base64(plaintext), answer?.['plaintext'])
  },

  async mac(subject, { request }, before) {
    const { newest, own, key } = subject
    await expect(subject, 422, 'GET', `/${newest.id}/export`)
    const outside = outsideTypes[newest.type]
    if (own !== undefined && outside.family === 'mac') {
      const mac = outside.mac(own.secret, bytes(request['data']))
      equal(subject, 'the MAC under the imported key', base64(bytes(request['mac']).subarray(5)), base64(mac))
    }
    for (const made of key.versions.length === 1 ? before : []) {
      const { mac } =
        (await expect(subject, 200, 'POST', `/${newest.id}/computemac`, { data: made.request['data'] })) ?? {}
      equal(subject, 'the MAC of the same data', mac, made.request['mac'])
    }
  },

  async 'key-agreement'(subject, { request, answer }) {
    const { newest, own, ids } = subject
    const outside = outsideTypes[newest.type]
    if (outside.family !== 'key-agreement') return
    for (const id of ids) {
      const { public_key, key_type } = (await expect(subject, 200, 'GET', `/${id}/export`)) ?? {}
      const exported = bytes(public_key)
      const known = newest.publicKey ?? own?.publicKey ?? exported
      equal(subject, `whether ${id} exports its public key`, outside.isSame(exported, known), true)
      equal(subject, `the type that ${id} exports`, key_type, newest.type)
      if (own === undefined) equal(subject, 'the id of the exported key', outside.idOf(exported), newest.id)
    }
    if (own === undefined) return
    const key = outside.unwrap(own.secret, request['wrapped_key'] as Wrapped)
    equal(subject, 'the key that the imported key unwraps', base64(key), answer?.['key'])
  },
}

async function signOutside({ newest, own, client }: Subject): Promise<Made | undefined> {
  const outside = outsideTypes[newest.type]
  if (own === undefined || !('sign' in outside)) return undefined
  const message = Buffer.from(`message ${client.ledger.now()}`)
  if (outside.family === 'signature') {
    const signature = outside.sign(own.secret, message)
    return { operation: 'verify', request: { message: base64(message), signature: base64(signature) } }
  }
  const signature = await outside.sign(own.secret, [message])
  return { operation: 'verifymulti', request: { messages: [base64(message)], signature: base64(signature) } }
}

/** A version that others were rotated over at once may never have been exported. */
async function isSomeSignature(versions: readonly VersionEntry[], made: Made): Promise<boolean> {
  for (const version of versions) {
    if (version.publicKey === undefined || (await isSignature(version, made))) return true
  }
  return false
}

async function isSignature({ type, publicKey }: VersionEntry, { request }: Made): Promise<boolean> {
  const outside = outsideTypes[type]
  if (publicKey === undefined || !('sign' in outside)) return false
  const { message, messages, signature } = request
  if (outside.family === 'signature') return outside.verify(publicKey, bytes(signature), bytes(message))
  return outside.verify(publicKey, bytes(signature), [messages ?? []].flat().map(bytes))
}

function thumbprintOf({ type, publicKey }: VersionEntry): string | undefined {
  const outside = outsideTypes[type]
  return publicKey !== undefined && 'idOf' in outside ? outside.idOf(publicKey) : undefined
}

function expect({ client, key }: Subject, status: number, method: string, path: string, body?: unknown) {
  return expectAnswer(client, status, method, `/${key.keystoreId}/keys${path}`, body)
}

function equal({ client, key }: Subject, what: string, actual: unknown, expected: unknown): void {
  client.tally.checks += 1
  if (actual === expected) return
  client.tally.violations.push(`${key.keystoreId}/${key.versions[0].id}: ${what} is ${actual} instead of ${expected}`)
}

const bytes = (base64Text: unknown): Buffer => Buffer.from(String(base64Text ?? ''), 'base64')

import type { Client } from './client.ts'
import { type KeyEntry, type Operation, placeOf } from './ledger.ts'
import { outsideTypes } from './outside.ts'
import type { Stored, StoredKey, StoredVersion } from './stored.ts'

type Asked<A extends Operation['asks']> = Extract<Operation, { readonly asks: A }>

/** What became of a request that got no answer. */
export interface Settlement {
  readonly operation: Operation
  readonly done: boolean
}

/**
 * Holds the ledger against what is stored. Nothing that was acknowledged may be missing. What is there beyond that must
 * have been asked for without an answer: the ledger knows it from then on, so that it has to be as whole as all else.
 */
export function settle(client: Client, stored: Stored): Settlement[] {
  const { ledger, tally } = client
  for (const fault of stored.faults) tally.violations.push(`the store is not whole: ${fault}`)
  for (const id of ledger.keystores.keys()) {
    if (!stored.keystores.has(id)) tally.violations.push(`the acknowledged keystore ${id} is lost`)
  }
  for (const place of ledger.keys.keys()) {
    if (!stored.keys.has(place)) tally.violations.push(`the acknowledged key ${place} is lost`)
  }
  const pending = [...ledger.unanswered]
  ledger.unanswered.clear()
  const done = new Set<Operation>([
    ...settleKeystores(client, stored, pending.filter(asksFor('keystore'))),
    ...settleKeys(client, stored, pending.filter(asksFor('key'))),
    ...settleVersions(client, stored, pending.filter(asksFor('version'))),
  ])
  return pending.map(operation => ({ operation, done: done.has(operation) }))
}

function* settleKeystores({ ledger, tally }: Client, stored: Stored, pending: Asked<'keystore'>[]) {
  for (const id of stored.keystores) {
    if (ledger.keystores.has(id)) continue
    const operation = pending.shift()
    if (operation === undefined) tally.violations.push(`nobody asked for the keystore ${id}`)
    else yield operation
    ledger.addKeystore(id)
  }
}

function* settleKeys({ ledger, tally }: Client, stored: Stored, pending: Asked<'key'>[]) {
  for (const [place, key] of stored.keys) {
    const [version] = key.versions()
    if (ledger.keys.has(place) || version === undefined) continue
    const candidates = pending.filter(operation => mayHaveMade(operation, key, version))
    // An id or a public key tells imports apart; a symmetric key that has neither may be of any of its candidates.
    const certain = candidates.find(({ origin }) => origin.id ?? origin.own?.publicKey) ?? onlyOf(candidates)
    const operation = certain ?? candidates[0]
    const { id, type } = version
    ledger.addKey(key.keystoreId, { id, type, asked: 0, answered: 0 }, certain?.origin ?? {})
    if (operation === undefined) {
      tally.violations.push(`nobody asked for the key ${place}`)
    } else {
      pending.splice(pending.indexOf(operation), 1)
      yield operation
    }
  }
}

function* settleVersions({ ledger, tally }: Client, stored: Stored, pending: Asked<'version'>[]) {
  for (const key of new Set(pending.map(operation => operation.key))) {
    const known = new Set(key.versions.map(({ id }) => id))
    const found = stored.keys.get(placeOf(key.keystoreId, key.versions[0].id))?.versions() ?? []
    for (const version of found.filter(({ id }) => !known.has(id))) {
      const operation = pending.find(asked => asked.key === key && asked.type === version.type)
      if (operation === undefined) {
        tally.violations.push(`nobody asked for the version ${version.id} of ${key.keystoreId}/${key.versions[0].id}`)
        continue
      }
      pending.splice(pending.indexOf(operation), 1)
      key.versions.push({ id: version.id, type: version.type, asked: operation.asked, answered: ledger.now() })
      yield operation
    }
  }
}

/** What is stored of a key must be what its callers know, in an order that they could have seen. */
export function checkVersions({ tally }: Client, key: KeyEntry, found: StoredKey): void {
  const place = placeOf(key.keystoreId, key.versions[0].id)
  const known = new Map(key.versions.map(version => [version.id, version]))
  const versions = found.versions()
  const ids = versions.flatMap(({ id, thumbprint = id }) => [...new Set([id, thumbprint])])
  if (versions.length !== known.size || ids.join() !== found.ids.join()) {
    tally.violations.push(`${place} has the versions ${found.ids}, and ${[...known.keys()]} are known`)
  }
  let asked = 0
  for (const { id, type } of versions) {
    const version = known.get(id)
    if (version?.type !== type)
      tally.violations.push(`the version ${id} of ${place} is of type ${type}, not ${version?.type}`)
    // A rotation that was answered before another one was asked for must stand before it.
    if (version !== undefined && version.answered < asked)
      tally.violations.push(`the version ${id} of ${place} stands too late`)
    asked = Math.max(asked, version?.asked ?? 0)
  }
}

function mayHaveMade({ keystoreId, type, origin }: Asked<'key'>, key: StoredKey, version: StoredVersion): boolean {
  if (key.keystoreId !== keystoreId || version.type !== type) return false
  if (origin.id !== undefined) return origin.id === version.id
  const { own } = origin
  if (own?.publicKey === undefined) return true
  const outside = outsideTypes[type]
  return outside.family === 'key-agreement'
    ? outside.hasRaw(own.publicKey, version.publicKey)
    : hex(own.publicKey).endsWith(hex(version.publicKey))
}

const asksFor =
  <A extends Operation['asks']>(asks: A) =>
  (operation: Operation): operation is Asked<A> =>
    operation.asks === asks

const hex = (bytes: Uint8Array = new Uint8Array(0)): string => Buffer.from(bytes).toString('hex')

const onlyOf = <T>(items: readonly T[]): T | undefined => (items.length === 1 ? items[0] : undefined)

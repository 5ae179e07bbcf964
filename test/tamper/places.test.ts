import { placeOf } from '@keyhold/adapters/store-embedded/record-codec.js'
import { keyTypeNames, type SecretBytes } from '@keyhold/core'
import { keyTypes } from '@keyhold/core/algorithms/index.js'
import { openIntegrityKey } from '@keyhold/core/records/header.js'
import { decode, encode } from 'cborg'
import t from 'tap'
import { type Entry, openExposedService } from '../support/exposed-service.ts'
import { makeKeysOfEveryKind, makeKeystore, outcomeOf, type Use, type UsedKey } from '../support/key-uses.ts'
import { authentic, changed, takeApart, type Version } from '../support/stored-record.ts'

/** What is written, and what then comes of the uses. */
type Case = readonly [name: string, written: readonly Entry[], uses: readonly Use[], expected: string]

t.test('what was moved to another place is refused', async t => {
  const service = await openExposedService(t)
  const [one, two] = [await makeKeystore(service), await makeKeystore(service)]
  const keys = await makeKeysOfEveryKind(service, one)
  const otherKeys = await makeKeysOfEveryKind(service, two)
  const integrityKey = await openIntegrityKey(service.ports)
  const keystores = [service.entry('keystores', '', one), service.entry('keystores', '', two)] as const
  const before = service.entries()
  const cases = [
    ...keystoreCases(integrityKey, keystores, [...keys, ...otherKeys]),
    ...keys.flatMap(key => keyCases(integrityKey, service.entry('keys', one, key.ids[0]), key, two)),
    ...keys.flatMap(key => aliasCases(integrityKey, service.entry('keys', one, key.ids[0]), key, keys)),
    ...purposeCases(integrityKey, before, keystores[0], keys),
  ]
  const wrong: string[] = []
  let asked = 0
  for (const [name, written, uses, expected] of cases) {
    await service.change(written)
    for (const use of uses) {
      const outcome = await outcomeOf(service, use)
      asked += 1
      if (outcome !== expected) wrong.push(`${name}: ${use.path}: ${outcome}`)
    }
    for (const entry of written) await service.remove(entry)
    await service.change(before)
  }
  t.same(wrong, [])
  t.comment(`${cases.length} cases, ${asked} uses`)
  for (const { name, uses } of [...keys, ...otherKeys]) {
    for (const use of uses) t.equal(await outcomeOf(service, use), 'right', `${name}: ${use.name}`)
  }
})

function keystoreCases(integrityKey: SecretBytes, [a, b]: readonly [Entry, Entry], keys: readonly UsedKey[]): Case[] {
  const uses = keys.flatMap(key => key.uses)
  const create = [a, b].map(({ id }): Use => {
    return { name: 'create', method: 'POST', path: `/${id}/keys`, payload: { key_type: 'ED25519' }, secret: true }
  })
  const opening = [...uses.filter(({ secret }) => secret), ...create]
  const withLockOf = (entry: Entry, other: Entry) => ({
    content: { ...takeApart(entry).content, lock: takeApart(other).content.lock },
  })
  return [
    [
      'two keystores exchanged',
      [
        { ...a, value: b.value },
        { ...b, value: a.value },
      ],
      [...uses, ...create],
      'STORE_CORRUPT',
    ],
    [
      'two lock keys exchanged',
      [changed(a, withLockOf(a, b)), changed(b, withLockOf(b, a))],
      [...uses, ...create],
      'STORE_CORRUPT',
    ],
    [
      'two lock keys exchanged under tags of their own',
      [authentic(integrityKey, a, withLockOf(a, b)), authentic(integrityKey, b, withLockOf(b, a))],
      opening,
      'LOCK_REJECTED',
    ],
  ]
}

function keyCases(integrityKey: SecretBytes, entry: Entry, key: UsedKey, otherKeystore: string): Case[] {
  const { scope, id } = entry
  const { ids, content } = takeApart(entry)
  const versions = content.versions ?? []
  const moved = (keystoreId: string, newId: string) => {
    const uses = key.uses.filter(({ path }) => path.includes(`/${id}/`))
    return {
      entry: { ...entry, scope: keystoreId, id: newId, place: placeOf('keys', keystoreId, newId) },
      uses: uses.map(use => ({ ...use, path: use.path.replace(scope, keystoreId).replace(id, newId) })),
    }
  }
  const abroad = moved(otherKeystore, id)
  const renamed = moved(scope, 'another-id')
  const withVersion = (index: number, change: Partial<Version>) => ({
    content: { ...content, versions: versions.map((each, at) => (at === index ? { ...each, ...change } : each)) },
  })
  const withNewest = (change: Partial<Version>) => withVersion(versions.length - 1, change)
  const renaming = { ids: ['another-id', ...ids.slice(1)] as const, ...withVersion(0, { id: 'another-id' }) }
  const secretOf = (uses: readonly Use[]) => uses.filter(({ secret }) => secret)
  const newest = secretOf(key.uses.slice(-1))
  const otherTypes = keyTypeNames.filter(
    type => type !== key.type && keyTypes[type].family === keyTypes[key.type].family,
  )
  return [
    [`${key.name} in another keystore`, [abroad.entry], abroad.uses, 'STORE_CORRUPT'],
    [
      `${key.name} written to another keystore`,
      [authentic(integrityKey, abroad.entry)],
      secretOf(abroad.uses),
      'LOCK_REJECTED',
    ],
    [`${key.name} at another id`, [renamed.entry], renamed.uses, 'STORE_CORRUPT'],
    [
      `${key.name} written to another id`,
      [authentic(integrityKey, renamed.entry, renaming)],
      secretOf(renamed.uses),
      'LOCK_REJECTED',
    ],
    [
      `${key.name} as another version`,
      [authentic(integrityKey, entry, withNewest({ number: versions.length + 1 }))],
      newest,
      'LOCK_REJECTED',
    ],
    ...otherTypes.map(
      (type): Case => [
        `${key.name} as ${type}`,
        [authentic(integrityKey, entry, withNewest({ type }))],
        newest,
        'LOCK_REJECTED',
      ],
    ),
  ]
}

/** What a rotated key's further id leads to. */
function aliasCases(
  integrityKey: SecretBytes,
  entry: Entry,
  { name, keystoreId, ids, uses }: UsedKey,
  others: readonly UsedKey[],
): Case[] {
  const [firstId, newestId] = ids
  if (newestId === undefined) return []
  const byNewest = uses.filter(({ path }) => path.includes(`/${newestId}/`))
  const leadingTo = (id: string): Entry => ({
    ...entry,
    id: newestId,
    place: placeOf('keys', keystoreId, newestId),
    value: encode(Buffer.from(id)),
  })
  const { content } = takeApart(entry)
  const early = authentic(integrityKey, entry, {
    ids: [firstId],
    revision: 1,
    content: { ...content, versions: content.versions?.slice(0, 1) ?? [] },
  })
  return [
    ...others
      .filter(({ ids: [id] }) => id !== firstId)
      .map(
        (other): Case => [
          `${name}: its newest id leads to ${other.name}`,
          [leadingTo(other.ids[0])],
          byNewest,
          'STORE_CORRUPT',
        ],
      ),
    [`${name}: its newest id leads nowhere`, [leadingTo('nowhere')], byNewest, 'STORE_CORRUPT'],
    [`${name}: its newest id leads to itself`, [leadingTo(newestId)], byNewest, 'STORE_CORRUPT'],
    [`${name}: the record from before its rotation`, [early], byNewest, 'STORE_CORRUPT'],
  ]
}

/** A secret of one purpose where one of another purpose belongs. */
function purposeCases(
  integrityKey: SecretBytes,
  entries: readonly Entry[],
  keystore: Entry,
  keys: readonly UsedKey[],
): Case[] {
  const header = entries.find(({ collection }) => collection === 'header')
  const storeKey: Uint8Array = decode(decode(header?.value ?? new Uint8Array(0))[2]).integrityKey
  const { content } = takeApart(keystore)
  const opening = keys.flatMap(({ uses }) => uses.filter(({ secret }) => secret))
  const forged = authentic(integrityKey, keystore, {
    content: { ...content, lock: { kind: 'server-held', lockedKey: storeKey } },
  })
  return [["the store's own key as a keystore's", [forged], opening, 'LOCK_REJECTED']]
}

import { keyTypeNames } from '@keyhold/core'
import { openIntegrityKey } from '@keyhold/core/records/header.js'
import t, { type Test } from 'tap'
import { type Entry, openExposedService } from '../support/exposed-service.ts'
import { makeKey, makeKeysOfEveryKind, makeKeystore, outcomeOf, type Use, type UsedKey } from '../support/key-uses.ts'
import { authentic, type Content, changed, takeApart } from '../support/stored-record.ts'

/** A keystore with two keys of each type, and one of each other kind. */
async function openKeystore(t: Test) {
  const service = await openExposedService(t)
  const keystoreId = await makeKeystore(service)
  const keys = await makeKeysOfEveryKind(service, keystoreId)
  for (const type of keyTypeNames) keys.push(await makeKey(service, keystoreId, type))
  return { service, keystoreId, keys }
}

t.test('two records of a keystore that are exchanged are refused', async t => {
  const { service, keys } = await openKeystore(t)
  const entries = service.entries().filter(({ collection }) => collection === 'keys')
  const wrong: string[] = []
  const pairs = pairsOf(entries)
  let before: readonly Entry[] = []
  for (const [a, b] of pairs) {
    await service.change([...before, { ...a, value: b.value }, { ...b, value: a.value }])
    const key = keyOf(a, keys)
    for (const entry of [a, b]) {
      const outcome = await outcomeOf(service, useBy(entry, keys))
      // The record of a key at the place of its own further id says what it said before.
      const harmless = key === keyOf(b, keys) && outcome === 'right'
      if (outcome !== 'STORE_CORRUPT' && !harmless) wrong.push(`${key.name}, ${keyOf(b, keys).name}: ${outcome}`)
    }
    before = [a, b]
  }
  await service.change(before)
  t.same(wrong, [])
  t.ok(pairs.length > 0, `${pairs.length} pairs`)
  for (const { name, uses } of keys) t.equal(await outcomeOf(service, uses[0]), 'right', name)
})

t.test('two locked secrets that are exchanged do not open', async t => {
  const { service, keys } = await openKeystore(t)
  const integrityKey = await openIntegrityKey(service.ports)
  const wrong: string[] = []
  const expect = async (secrets: readonly Secret[], expected: string, how: string) => {
    for (const { name, use } of secrets) {
      const outcome = use === undefined ? expected : await outcomeOf(service, use)
      if (outcome !== expected) wrong.push(`${name}, ${how}: ${outcome}`)
    }
  }
  const secrets = keys.flatMap(key => secretsOf(service.entry('keys', key.keystoreId, key.ids[0]), key))
  const entries = [...new Set(secrets.map(({ entry }) => entry))]
  await service.change(entries.map(entry => changed(entry, {})))
  await expect(secrets, 'right', 'taken apart and put together')
  await service.change(entries.map(entry => authentic(integrityKey, entry)))
  await expect(secrets, 'right', 'written again')
  const pairs = pairsOf(secrets)
  let before: readonly Entry[] = entries
  for (const pair of pairs) {
    const exchanged = exchange(...pair)
    await service.change([...before, ...exchanged.map(([entry, content]) => changed(entry, { content }))])
    await expect(pair, 'STORE_CORRUPT', 'exchanged under the old tags')
    await service.change(exchanged.map(([entry, content]) => authentic(integrityKey, entry, { content })))
    await expect(pair, 'LOCK_REJECTED', 'exchanged under tags of their own')
    before = exchanged.map(([entry]) => entry)
  }
  await service.change(before)
  await expect(secrets, 'right', 'as they were')
  t.same(wrong, [])
  t.ok(pairs.length > 0, `${pairs.length} pairs`)
})

/** The secret of a version, and a use that opens it. */
interface Secret {
  readonly name: string
  readonly entry: Entry
  readonly index: number
  readonly locked: Uint8Array
  /** Absent if nothing does: a signature key signs no more with the versions before its newest. */
  readonly use: Use | undefined
}

function secretsOf(entry: Entry, { name, uses }: UsedKey): Secret[] {
  const { versions = [] } = takeApart(entry).content
  return versions.flatMap(({ locked, number }, index) => {
    if (locked === undefined) return []
    // A key's first use checks what its first version made, the last one makes something with the newest.
    const use = index === versions.length - 1 ? uses.at(-1) : uses[0]
    return [{ name: `${name}, version ${number}`, entry, index, locked, use: use?.secret ? use : undefined }]
  })
}

/** What the records say when two secrets have changed places: two versions may be of one record. */
function exchange(a: Secret, b: Secret): [Entry, Content][] {
  const contents = new Map<Entry, Content>()
  for (const [{ entry, index }, { locked }] of [
    [a, b],
    [b, a],
  ] as const) {
    const content = contents.get(entry) ?? takeApart(entry).content
    const versions = content.versions?.map((version, at) => (at === index ? { ...version, locked } : version)) ?? []
    contents.set(entry, { ...content, versions })
  }
  return [...contents]
}

function pairsOf<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, index) => items.slice(index + 1).map((b): [T, T] => [a, b]))
}

function keyOf({ id }: Entry, keys: readonly UsedKey[]): UsedKey {
  const key = keys.find(({ ids }) => ids.includes(id))
  if (key === undefined) throw new Error(`${id} is no key of this test`)
  return key
}

/** A use that asks for a key by this id. */
function useBy({ id }: Entry, keys: readonly UsedKey[]): Use {
  const use = keys.flatMap(({ uses }) => uses).find(({ path }) => path.includes(`/${id}/`))
  if (use === undefined) throw new Error(`nothing asks for ${id}`)
  return use
}

import { openEmbeddedKeyStore } from '@keyhold/adapters'
import { KmsError, openKms } from '@keyhold/core'
import { open } from 'lmdb'
import t from 'tap'
import { type Entry, openExposedService } from '../support/exposed-service.ts'
import { makeKeysOfEveryKind, makeKeystore, outcomeOf, type Use, type UsedKey } from '../support/key-uses.ts'
import { quickAttributes } from '../support/quick-attributes.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const everyBit = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80]
const twoBits = [0x01, 0x80]

/** Every so many bytes all is asked that can be asked; in between, one thing after the other. */
const sampled = 32

/** From here on a record is the long secret of one kind of key: of that, every so many bytes are enough. */
const long = 768
const longStep = 7

/** Every byte of the entries with every mask. An entry that is shorter than another is changed less often. */
function* flipsOf(entries: readonly Entry[], masks: readonly number[]): Generator<[name: string, flipped: Entry[]]> {
  const length = Math.max(...entries.map(({ value }) => value.length))
  for (let offset = 0; offset < length; offset += offset < long ? 1 : longStep) {
    for (const mask of masks) {
      const longEnough = entries.filter(({ value }) => offset < value.length)
      yield [
        `byte ${offset} ^ ${mask}`,
        longEnough.map(entry => ({ ...entry, value: flip(entry.value, offset, mask) })),
      ]
    }
  }
}

function flip(value: Uint8Array, offset: number, mask: number): Uint8Array {
  return value.map((byte, index) => (index === offset ? byte ^ mask : byte))
}

t.test('whichever byte of a record is flipped, nothing is done with it', async t => {
  const service = await openExposedService(t)
  const keystoreId = await makeKeystore(service)
  const keys = await makeKeysOfEveryKind(service, keystoreId)
  const entries = service.entries()
  const firstIds = keys.map(({ ids }) => ids[0])
  const passes: [name: string, entries: Entry[], masks: readonly number[]][] = [
    ['the keystore', entries.filter(({ collection }) => collection === 'keystores'), everyBit],
    ['the keys', entries.filter(({ collection, id }) => collection === 'keys' && firstIds.includes(id)), twoBits],
    ['further ids', entries.filter(({ collection, id }) => collection === 'keys' && !firstIds.includes(id)), everyBit],
  ]
  for (const [name, changed, masks] of passes) {
    const usesOf = new Map(changed.map(entry => [entry.id, usesOfEntry(entry, keystoreId, keys)]))
    const wrong: string[] = []
    let flips = 0
    // No entry of a pass is read for the uses of another one.
    for (const [flipName, flipped] of flipsOf(changed, masks)) {
      await service.change(flipped)
      await Promise.all(
        flipped.map(async ({ id }) => {
          const uses = usesOf.get(id) ?? []
          flips += 1
          for (const use of flips % sampled === 0 ? uses : uses.slice(flips % uses.length).slice(0, 1)) {
            const outcome = await outcomeOf(service, use)
            if (outcome !== 'STORE_CORRUPT') wrong.push(`${flipName}: ${use.method} ${use.path}: ${outcome}`)
          }
        }),
      )
    }
    await service.change(changed)
    t.same(wrong, [], name)
    t.ok(changed.length > 0 && flips >= changed.length, `${name}: ${flips} flips in ${changed.length} values`)
  }
  for (const { name, uses } of keys) {
    for (const use of uses) t.equal(await outcomeOf(service, use), 'right', `${name}: ${use.name}`)
  }
})

t.test('whichever bit of the header is flipped, the store is not opened', async t => {
  const { ports, entries, change } = await openExposedService(t)
  const header = entries().filter(({ collection }) => collection === 'header')
  const wrong: string[] = []
  let flips = 0
  for (const [name, flipped] of flipsOf(header, everyBit)) {
    await change(flipped)
    flips += 1
    try {
      const kms = await openKms(ports)
      kms.close()
      wrong.push(`${name}: opened`)
    } catch (error) {
      const code = error instanceof KmsError ? error.code : String(error)
      if (!['STORE_MISMATCH', 'STORE_CORRUPT', 'LOCK_REJECTED'].includes(code)) wrong.push(`${name}: ${code}`)
    }
  }
  await change(header)
  t.same(wrong, [])
  await t.resolves(openKms(ports), 'as it was written it is opened')
  t.comment(`${flips} flips in ${header.length} value`)
})

t.test('whichever bit of the format version is flipped, the store is not opened', async t => {
  const directory = await temporaryDirectory(t)
  await (await openEmbeddedKeyStore({ directory })).close()
  const change = async (mask: number) => {
    const database = open<Uint8Array, Uint8Array>({ path: directory, encoding: 'binary', keyEncoding: 'binary' })
    const place = Uint8Array.of(0x00)
    const [version = 0, ...rest] = database.getBinary(place) ?? []
    await database.put(place, Uint8Array.of(version ^ mask))
    await database.close()
    t.same(rest, [], 'one byte')
  }
  for (const mask of everyBit) {
    await change(mask)
    await t.rejects(openEmbeddedKeyStore({ directory }), { code: 'STORE_MISMATCH' }, `version ^ ${mask}`)
    await change(mask)
  }
  await (await openEmbeddedKeyStore({ directory })).close()
})

/** Whatever reads the entry: for a keystore the uses of all its keys, for a further id of a key those by this id. */
function usesOfEntry({ collection, id }: Entry, keystoreId: string, keys: readonly UsedKey[]): Use[] {
  const path = `/${keystoreId}/keys`
  if (collection === 'keystores') {
    const material = Buffer.alloc(32, 1).toString('base64')
    return [
      ...keys.flatMap(({ uses }) => uses),
      { name: 'create', method: 'POST', path, payload: { key_type: 'ED25519' }, secret: true },
      { name: 'import', method: 'PUT', path, payload: { key_type: 'AES256GCM', key: material }, secret: true },
    ]
  }
  const key = keys.find(({ ids }) => ids.includes(id))
  if (key === undefined) throw new Error(`${id} is no key of this test`)
  const isFirst = key.ids[0] === id
  const rotate: Use = {
    name: 'rotate',
    method: 'POST',
    path: `${path}/${id}/rotate`,
    payload: { key_type: key.type, attrs: quickAttributes },
    secret: true,
  }
  return [...key.uses.filter(use => isFirst || use.path.includes(`/${id}/`)), rotate]
}

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openEmbeddedKeyStore } from '@keyhold/adapters'
import { formatPlace, placeOf } from '@keyhold/adapters/store-embedded/record-codec.js'
import { outcome } from '@keyhold/contract'
import { encode } from 'cborg'
import { open } from 'lmdb'
import t, { type Test } from 'tap'
import { openStore, record } from '../support/embedded-store.ts'
import type { FillerResult } from '../support/store-filler.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

await t.test('a store of an unknown format is refused and left as it is', async t => {
  for (const format of [[2], [0], [], [1, 0]]) {
    const directory = await temporaryDirectory(t)
    await writeRaw(directory, formatPlace, Uint8Array.from(format))
    const before = await readFile(join(directory, 'data.mdb'))
    t.equal(await outcome(() => openEmbeddedKeyStore({ directory })), 'STORE_MISMATCH', `format ${format}`)
    t.ok(before.equals(await readFile(join(directory, 'data.mdb'))), 'not a byte was written')
  }
})

await t.test('a file that is no database is refused and left as it is', async t => {
  const whole = await databaseBytes(t)
  const files: Record<string, Buffer> = {
    text: Buffer.from('this is not a database\n'),
    'a few bytes': Buffer.alloc(27),
    zeros: Buffer.alloc(16_384),
    'random bytes': randomBytes(16_384),
    'cut off within the first meta page': whole.subarray(0, 100),
    'cut off after the first meta page': whole.subarray(0, 4096),
    'cut off within the second meta page': whole.subarray(0, 8191),
    'the first meta page overwritten': Buffer.concat([randomBytes(64), whole.subarray(64)]),
    'the second meta page overwritten': Buffer.concat([whole.subarray(0, 4096), randomBytes(64), whole.subarray(4160)]),
  }
  for (const [name, bytes] of Object.entries(files)) {
    const directory = await temporaryDirectory(t)
    await writeFile(join(directory, 'data.mdb'), bytes)
    t.equal(await outcome(() => openEmbeddedKeyStore({ directory })), 'STORE_MISMATCH', name)
    t.ok(bytes.equals(await readFile(join(directory, 'data.mdb'))), 'not a byte was written')
  }
})

await t.test('a file that another process is making is waited for', async t => {
  const whole = await databaseBytes(t)
  const directory = await temporaryDirectory(t)
  const file = join(directory, 'data.mdb')
  await writeFile(file, whole.subarray(0, 4096))
  const opening = openStore(t, directory)
  await sleep(100)
  appendFileSync(file, whole.subarray(4096))
  t.ok(await (await opening).find('keys', 'scope', 'a'))
})

await t.test('what cannot be opened answers STORE_UNAVAILABLE', async t => {
  const parent = await temporaryDirectory(t)
  const file = join(parent, 'file')
  await writeFile(file, 'a file')
  await mkdir(join(parent, 'taken', 'data.mdb'), { recursive: true })
  const directories = {
    'a file': file,
    'beneath a file': join(file, 'store'),
    'a directory in the place of the file': join(parent, 'taken'),
  }
  for (const [name, directory] of Object.entries(directories)) {
    t.equal(await outcome(() => openEmbeddedKeyStore({ directory })), 'STORE_UNAVAILABLE', name)
  }
})

await t.test('on a full disk writes answer STORE_UNAVAILABLE, and everything else goes on', async t => {
  const directory = await temporaryDirectory(t)
  const filler = fileURLToPath(import.meta.resolve('../support/store-filler.js'))
  // In blocks of 512 bytes: as far as this process is concerned the disk is full then.
  const limited = ['-c', 'ulimit -f 3000 && exec "$0" "$@"', process.execPath, filler, directory]
  const { stdout } = await promisify(execFile)('sh', limited)
  const { added, refusals, wrong }: FillerResult = JSON.parse(stdout)
  t.ok(added > 0, 'it was not full from the beginning')
  t.ok(refusals.length > 3)
  t.strictSame(new Set(refusals), new Set(['STORE_UNAVAILABLE']))
  t.strictSame(wrong, [], 'what was acknowledged is there, and what was refused is not')
  const store = await openStore(t, directory)
  t.ok(await store.find('keys', 's', 'record 0'), 'it opens again')
  t.equal(await outcome(() => store.add(record(1, 'a'))), 'done', 'and with more room it takes more')
})

await t.test('garbage in the place of a record answers STORE_CORRUPT', async t => {
  const id = Buffer.from('a')
  const garbage: Record<string, Uint8Array> = {
    nothing: new Uint8Array(0),
    'no CBOR': Uint8Array.of(0xff, 0xff),
    'CBOR and more': Buffer.concat([encode([1, [id], id]), Uint8Array.of(0)]),
    'CBOR cut off': encode([1, [id], id]).subarray(0, -1),
    'CBOR that is nested too deep': Buffer.alloc(100_000, 0x81),
    'a number': encode(5),
    'a text': encode('a'),
    null: encode(null),
    'a map': encode({ revision: 1, ids: [id], body: id }),
    'an empty list': encode([]),
    'no ids': encode([1, [], id]),
    'an id that is a number': encode([1, [1], id]),
    'an id that is text': encode([1, ['a'], id]),
    'a revision that is text': encode(['1', [id], id]),
    'a revision that is no integer': encode([1.5, [id], id]),
    'a body that is text': encode([1, [id], 'body']),
    'no body': encode([1, [id]]),
    'an alias of nothing': encode(Buffer.from('nothing')),
    'an alias of itself': encode(id),
  }
  for (const [name, bytes] of Object.entries(garbage)) {
    const directory = await temporaryDirectory(t)
    await writeRaw(directory, placeOf('keys', 'scope', 'a'), bytes)
    const store = await openStore(t, directory)
    t.equal(await outcome(() => store.find('keys', 'scope', 'a')), 'STORE_CORRUPT', name)
    t.match(await outcome(() => store.add(record(1, 'a'))), /^(STORE_CORRUPT|ALREADY_EXISTS)$/, `${name}: add`)
    t.match(await outcome(() => store.replace(record(2, 'a'))), /^(STORE_CORRUPT|CONFLICT)$/, `${name}: replace`)
    t.equal(await outcome(() => store.add(record(1, 'b'))), 'done', `${name}: the rest can be used`)
  }
})

/** A store's file with one record in it. */
async function databaseBytes(t: Test): Promise<Buffer> {
  const directory = await temporaryDirectory(t)
  const store = await openStore(t, directory)
  await store.add(record(1, 'a'))
  await store.close()
  return readFile(join(directory, 'data.mdb'))
}

/** Writes past the store, as a fault or a foreign hand would. */
async function writeRaw(directory: string, place: Uint8Array, value: Uint8Array): Promise<void> {
  const database = open<Uint8Array, Uint8Array>({ path: directory, encoding: 'binary', keyEncoding: 'binary' })
  await database.put(place, value)
  await database.close()
}

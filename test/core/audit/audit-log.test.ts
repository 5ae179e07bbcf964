import { MemoryKeyStore } from '@keyhold/adapters'
import { outcome } from '@keyhold/contract'
import { KmsError, type StoredRecord } from '@keyhold/core'
import { verifyLog } from '@keyhold/core/audit/verify-log.js'
import t from 'tap'
import { clockedPorts, decision, openTestLog, wholeLog } from '../../support/audit-log.ts'

/** A store whose additions to the log wait until they are let go, and can fail. */
class GatedKeyStore extends MemoryKeyStore {
  readonly added: StoredRecord[] = []
  gate = Promise.resolve()
  failure: KmsError | undefined

  override async add(record: StoredRecord): Promise<void> {
    if (record.collection !== 'log') return super.add(record)
    this.added.push(record)
    await this.gate
    if (this.failure !== undefined) throw this.failure
    return super.add(record)
  }
}

const typesOf = (lines: readonly string[]) => lines.toReversed().map(line => JSON.parse(line).type)
const full = new KmsError('STORE_UNAVAILABLE', 'the disk is full')

t.test('an entry is in the store when its writing resolves', async t => {
  const { log, records } = await openTestLog()
  await log.write('keystore', decision('one'))
  const [line = '', begin = ''] = await wholeLog(records, 'keystore')
  t.match(JSON.parse(begin), { seq: 1, prev: null, type: 'begin', keystore: 'keystore', follows: [] })
  const { chain, prev } = JSON.parse(line)
  t.equal(
    line,
    `{"chain":"${chain}","seq":2,"prev":"${prev}","time":"2026-01-01T00:00:00.000Z","type":"decision",` +
      '"request":"one","operation":"sign","principal":"did:example:alice#key","key":"key","version":1,"status":200}',
  )
  t.strictSame(await wholeLog(records, ''), [])
})

t.test('what comes while a write is under way is written together', async t => {
  const store = new GatedKeyStore()
  let open = () => {}
  store.gate = new Promise(resolve => (open = resolve))
  const { log, records } = await openTestLog({ ...clockedPorts(), store })
  const first = log.write('keystore', decision('first'))
  while (store.added.length === 0) await new Promise(setImmediate)
  const others = Array.from({ length: 150 }, (_, index) => log.write('keystore', decision(`${index}`)))
  const elsewhere = log.write('other', decision('elsewhere'))
  open()
  await Promise.all([first, ...others, elsewhere])
  t.strictSame(
    store.added.map(({ scope }) => scope),
    ['keystore', 'other', 'keystore', 'keystore'],
    'a hundred and fifty in two',
  )
  const report = await verifyLog(await wholeLog(records, 'keystore'))
  t.match(report, { entries: 152, chains: 1, faults: [] })
})

t.test(
  'a chain ends after a minute, a thousand entries, or when the log is closed, and the server’s log names it',
  async t => {
    const { log, records, ports } = await openTestLog()
    await log.write('old', decision('1'))
    ports.clock.advance(59_999)
    await log.tick()
    t.strictSame(typesOf(await wholeLog(records, 'old')), ['begin', 'decision'])
    ports.clock.advance(1)
    await log.tick()
    t.strictSame(typesOf(await wholeLog(records, 'old')), ['begin', 'decision', 'head'])
    t.strictSame(typesOf(await wholeLog(records, '')), ['begin', 'heads'])

    for (let round = 0; round < 10; round += 1) {
      await Promise.all(Array.from({ length: 100 }, () => log.write('long', decision('1'))))
    }
    await log.write('long', decision('1'))
    const long = typesOf(await wholeLog(records, 'long'))
    t.strictSame(
      [long.indexOf('head'), long.lastIndexOf('begin')],
      [1001, 1002],
      'with its own begin, and without its head',
    )
    await log.close()
    const all = [
      ...(await wholeLog(records, 'old')),
      ...(await wholeLog(records, 'long')),
      ...(await wholeLog(records, '')),
    ]
    t.match(await verifyLog(all), { chains: 4, open: [], faults: [] })
    const heads = (await wholeLog(records, '')).flatMap(line => JSON.parse(line).heads ?? [])
    t.strictSame(
      heads.map(({ keystore }) => keystore),
      ['long', 'long', 'old'],
    )
    t.equal((await wholeLog(records, 'old')).length, 3, 'what has ended is not ended again')
  },
)

t.test('a chain follows those before it, also of another process', async t => {
  const ports = clockedPorts()
  const [one, two] = [await openTestLog(ports), await openTestLog(ports)]
  await one.log.write('keystore', decision('1'))
  await two.log.write('keystore', decision('2'))
  await one.log.write('keystore', decision('3'))
  await one.log.close()
  ports.clock.advance(1)
  const three = await openTestLog(ports)
  await three.log.write('keystore', decision('4'))
  const lines = await wholeLog(three.records, 'keystore')
  const begins = lines.map(line => JSON.parse(line)).filter(({ type }) => type === 'begin')
  t.strictSame(
    begins.map(({ follows }) => follows.length),
    [2, 1, 0],
  )
  t.match(await verifyLog([...lines, ...(await wholeLog(three.records, ''))]), { chains: 4, faults: [] })
})

t.test('many writers at once: each log is whole, and each entry is there once', async t => {
  const ports = clockedPorts()
  const logs = await Promise.all(Array.from({ length: 8 }, () => openTestLog(ports)))
  const names = Array.from({ length: 400 }, (_, index) => `request-${index}`)
  await Promise.all(
    names.map(async (name, index) => {
      const { log } = logs[index % logs.length] as (typeof logs)[number]
      await log.write(`keystore-${index % 3}`, decision(name))
      if (index % 100 === 0) await log.close()
    }),
  )
  await Promise.all(logs.map(({ log }) => log.close()))
  const { records } = logs[0] as (typeof logs)[number]
  const lines = (
    await Promise.all(['keystore-0', 'keystore-1', 'keystore-2', ''].map(id => wholeLog(records, id)))
  ).flat()
  t.match(await verifyLog(lines), { open: [], faults: [] })
  const requests = lines.flatMap(line => JSON.parse(line).request ?? [])
  t.strictSame(requests.sort(), names.toSorted())
})

t.test('what cannot be written is refused, and another chain goes on', async t => {
  const store = new GatedKeyStore()
  const failures: unknown[] = []
  const { log, records, ports } = await openTestLog({ ...clockedPorts(), store }, { onFailure: e => failures.push(e) })
  await log.write('keystore', decision('1'))
  store.failure = full
  const writes = [1, 2, 3].map(index => log.write('keystore', decision(`${index}`)))
  t.strictSame(await Promise.all(writes.map(write => outcome(() => write))), Array(3).fill('AUDIT_UNAVAILABLE'))
  ports.clock.advance(60_000)
  await log.tick()
  t.strictSame(failures, [], 'there was no chain left to end')
  store.failure = undefined
  await log.write('keystore', decision('2'))
  store.failure = full
  ports.clock.advance(60_000)
  await log.tick()
  t.match(failures, [{ code: 'AUDIT_UNAVAILABLE', cause: full }], 'a head that cannot be written')
  store.failure = undefined
  await log.close()
  const lines = await wholeLog(records, 'keystore')
  t.match(await verifyLog(lines), { chains: 2, open: { length: 2 }, faults: [] })
})

t.test('many chains whose time is over are not ended all at once', async t => {
  const store = new GatedKeyStore()
  const { log, records, ports } = await openTestLog({ ...clockedPorts(), store })
  const names = Array.from({ length: 120 }, (_, index) => `keystore-${index}`)
  await Promise.all(names.map(name => log.write(name, decision('1'))))
  const before = store.added.length
  let open: () => void = () => undefined
  store.gate = new Promise(resolve => (open = resolve))
  ports.clock.advance(60_000)
  const ended = log.tick()
  await new Promise(setImmediate)
  t.equal(store.added.length - before, 50)
  open()
  await ended
  for (const name of names) t.equal(typesOf(await wholeLog(records, name)).at(-1), 'head', name)
})

t.test('a call that takes too long is as good as failed', async t => {
  const store = new GatedKeyStore()
  const { log } = await openTestLog(
    { ...clockedPorts(), store },
    { bound: call => Promise.race([call, new Promise<never>((_, reject) => setImmediate(() => reject(full)))]) },
  )
  store.gate = new Promise(() => {})
  t.equal(await outcome(() => log.write('keystore', decision('1'))), 'AUDIT_UNAVAILABLE')
})

t.test('a record that is not what was written is shown as damaged, and its entries are missed', async t => {
  const { log, records, ports } = await openTestLog()
  for (const name of ['1', '2', '3']) await log.write('keystore', decision(name))
  const [, second] = (await ports.store.list('log', 'keystore', 9)) as [StoredRecord, StoredRecord]
  await ports.store.remove('log', 'keystore', second.ids[0], 1)
  await ports.store.add({ ...second, body: second.body.map((byte, index) => (index === 40 ? byte ^ 1 : byte)) })
  const { faults } = await verifyLog(await wholeLog(records, 'keystore'))
  const { chain } = JSON.parse((await wholeLog(records, 'keystore'))[0] ?? '')
  t.strictSame(faults, [
    { kind: 'damaged', record: second.ids[0] },
    { kind: 'missing', chain, seq: 3, to: 3 },
  ])
  await log.close()
  await log.write('keystore', decision('4'))
  t.match(JSON.parse((await wholeLog(records, 'keystore'))[1] ?? ''), { type: 'begin' }, 'the log goes on')
})

t.test('so many logs are written to at once, and no more', async t => {
  const { log, records } = await openTestLog()
  await Promise.all(Array.from({ length: 10_010 }, (_, index) => log.write(`keystore-${index}`, decision('1'))))
  t.strictSame(typesOf(await wholeLog(records, 'keystore-0')), ['begin', 'decision', 'head'])
  t.strictSame(typesOf(await wholeLog(records, 'keystore-9999')), ['begin', 'decision'])
})

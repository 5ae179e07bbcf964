import { checkChain, type Fault } from '@keyhold/core/audit/chain-check.js'
import { readEntry } from '@keyhold/core/audit/entry.js'
import { verifyLog } from '@keyhold/core/audit/verify-log.js'
import fc from 'fast-check'
import t from 'tap'
import { decision, openTestLog, wholeLog } from '../../support/audit-log.ts'
import { slowPropertyRuns } from '../../support/property-runs.ts'

interface Place {
  readonly chain: string
  readonly seq: number
}

const placeOf = (line: string): Place => JSON.parse(line)
const typeOf = (line: string): string => JSON.parse(line).type

/** A log of one keystore by some processes, each with chains of some lengths, and the server's own. */
async function makeLog(lengths: readonly number[], closes: boolean) {
  const { log, records, ports } = await openTestLog()
  for (const length of lengths) {
    for (let count = 0; count < length; count += 1) await log.write('keystore', decision(`request-${count}`))
    ports.clock.advance(60_000)
    await log.tick()
  }
  await log.write('keystore', decision('the last'))
  if (closes) await log.close()
  return { keystore: await wholeLog(records, 'keystore'), server: await wholeLog(records, '') }
}

const logs = fc.record({ lengths: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }), closes: fc.boolean() })

/** A log, and where something is done to it. */
const cases = fc.tuple(logs, fc.nat(), fc.nat())

async function check(run: (lines: string[], one: number, other: number, closes: boolean) => Promise<void>) {
  await fc.assert(
    fc.asyncProperty(cases, async ([{ lengths, closes }, one, other]) => {
      const { keystore } = await makeLog(lengths, closes)
      await run(keystore, one % keystore.length, other % keystore.length, closes)
    }),
    slowPropertyRuns,
  )
}

const covers = (fault: Fault, { chain, seq }: Place) =>
  fault.chain === chain && (fault.seq ?? 0) <= seq && seq <= (fault.to ?? fault.seq ?? 0)

/** Whether somebody names an entry: one after it in its chain, or a chain that follows its own. */
function isNamed(lines: readonly string[], at: number): boolean {
  const { chain, seq } = placeOf(lines[at] ?? '')
  const isFollowed = lines.some(line =>
    JSON.parse(line).follows?.some((tip: Place) => tip.chain === chain && tip.seq >= seq),
  )
  return isFollowed || lines.some(line => placeOf(line).chain === chain && placeOf(line).seq > seq)
}

t.test('a log is whole', async t => {
  await fc.assert(
    fc.asyncProperty(logs, async ({ lengths, closes }) => {
      const { keystore, server } = await makeLog(lengths, closes)
      const report = await verifyLog([...keystore, ...server])
      t.strictSame(report.faults, [])
      t.strictSame(report.keystores, ['keystore', ''].slice(0, report.keystores.length))
      t.equal(report.entries, keystore.length + server.length)
      t.equal(report.open.length === 0, closes)
      t.match(report.signers, lengths.length > 0 || closes ? [/^did:key:z6Mk/] : [])
    }),
    slowPropertyRuns,
  )
})

t.test('an entry that is taken out is missed', async t => {
  await check(async (lines, at) => {
    if (!isNamed(lines, at)) return
    const removed = placeOf(lines[at] ?? '')
    const { faults } = await verifyLog(lines.toSpliced(at, 1))
    t.strictSame(faults, [{ kind: 'missing', ...{ chain: removed.chain, seq: removed.seq }, to: removed.seq }])
  })
})

t.test('entries that are taken out together are missed', async t => {
  await check(async (lines, one, other) => {
    const [from, to] = [Math.min(one, other), Math.max(one, other)]
    const removed = lines.slice(from, to + 1).filter((_line, index) => isNamed(lines, from + index))
    const left = lines.toSpliced(from, to - from + 1)
    const namedStill = removed.filter(line => {
      const at = [...left, line].length - 1
      return isNamed([...left, line], at)
    })
    const { faults } = await verifyLog(left)
    for (const line of namedStill) {
      t.ok(
        faults.some(fault => fault.kind === 'missing' && covers(fault, placeOf(line))),
        `misses ${line}`,
      )
    }
    t.ok(faults.every(({ kind }) => kind === 'missing'))
  })
})

t.test('an entry that is changed is named, whatever of it is', async t => {
  const members = ['time', 'type', 'request', 'operation', 'principal', 'key', 'version', 'status', 'prev'] as const
  await check(async (lines, at, which) => {
    const line = lines[at] ?? ''
    const member = members[which % members.length] ?? 'time'
    const changed = JSON.stringify({ ...JSON.parse(line), [member]: member === 'type' ? 'decision' : 'other' })
    if (changed === line || (!isNamed(lines, at) && typeOf(line) !== 'head')) return
    const { faults } = await verifyLog(lines.with(at, changed))
    const { chain, seq } = placeOf(line)
    // A head is told by its signature as long as it is one.
    const kind = typeOf(line) === 'head' && member !== 'type' ? 'unsigned' : 'changed'
    if (typeOf(line) === 'head' && !isNamed(lines, at)) t.match(faults, member === 'type' ? [] : [{ kind, chain, seq }])
    else t.match(faults, [{ kind, chain, seq }], `${typeOf(line)}.${member}`)
  })
})

t.test('a space in an entry is a change', async t => {
  await check(async (lines, at) => {
    if (!isNamed(lines, at)) return
    const { chain, seq } = placeOf(lines[at] ?? '')
    const { faults } = await verifyLog(lines.with(at, `${lines[at]} `))
    t.match(
      faults.filter(({ kind }) => kind === 'changed' || kind === 'unsigned'),
      [{ chain, seq }],
    )
  })
})

t.test('two entries that are exchanged are named', async t => {
  await check(async (lines, one, other) => {
    const [a, b] = [lines[one] ?? '', lines[other] ?? '']
    if (one === other || placeOf(a).chain !== placeOf(b).chain) return
    const { faults } = await verifyLog(lines.with(one, b).with(other, a))
    t.equal(faults.length, 1)
    t.equal(faults[0]?.kind, 'reordered')
    t.ok([a, b].some(line => faults[0] && covers(faults[0], placeOf(line))))
  })
})

t.test('an entry that is repeated is named', async t => {
  await check(async (lines, at, to) => {
    const { chain, seq } = placeOf(lines[at] ?? '')
    const { faults } = await verifyLog(lines.toSpliced(to, 0, lines[at] ?? ''))
    t.ok(faults.some(fault => fault.kind === 'repeated' && covers(fault, { chain, seq })))
  })
})

t.test('an entry with another number is out of its place', async t => {
  await check(async (lines, at) => {
    if (!isNamed(lines, at)) return
    const line = lines[at] ?? ''
    const { chain, seq } = placeOf(line)
    const { faults } = await verifyLog(lines.with(at, line.replace(`"seq":${seq}`, `"seq":${seq + 1000}`)))
    t.ok(
      faults.some(fault => fault.kind === 'missing' && covers(fault, { chain, seq })),
      JSON.stringify(faults),
    )
  })
})

t.test('what is cut off is missed by the server’s own log, and by whoever has kept a head', async t => {
  await check(async (lines, at, _other, closes) => {
    if (!closes) return
    const heads = lines.slice(0, at + 1).filter(line => typeOf(line) === 'head')
    const left = lines.slice(at + 1)
    const [kept] = heads
    if (kept === undefined) return
    const { faults } = await verifyLog(left, { kept: [kept] })
    t.ok(faults.some(fault => fault.kind === 'missing' && covers(fault, placeOf(kept))))
  })
  const { keystore, server } = await makeLog([3, 2], true)
  const cut = keystore.findIndex(line => typeOf(line) === 'begin')
  const { chain, seq } = placeOf(keystore[0] ?? '')
  t.strictSame((await verifyLog(keystore.slice(cut + 1))).faults, [], 'nobody else knows of the last chain')
  t.strictSame((await verifyLog([...keystore.slice(cut + 1), ...server])).faults, [
    { kind: 'missing', chain, seq: 1, to: seq },
  ])
  t.strictSame((await verifyLog(server)).faults, [], 'of a keystore whose log is not given nothing is missed')
})

t.test('who has signed can be asked for', async t => {
  const { keystore } = await makeLog([1], true)
  const [signer = ''] = (await verifyLog(keystore)).signers
  t.strictSame((await verifyLog(keystore, { signer })).faults, [])
  const { keystore: theirs } = await makeLog([1], true)
  t.strictSame((await verifyLog(theirs, { signer })).faults, [], 'the key is the store’s')
  const other = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
  const { faults } = await verifyLog(keystore, { signer: other })
  t.strictSame(
    faults.map(({ kind }) => kind),
    ['unsigned', 'unsigned'],
  )
  const head = keystore.find(line => typeOf(line) === 'head') ?? ''
  t.strictSame((await verifyLog(keystore, { kept: [head.replace('"seq":', '"seq": ')] })).faults, [
    { kind: 'unreadable' },
  ])
})

t.test('an entry is another one if only one of those who name it says so', async t => {
  const { keystore } = await makeLog([], true)
  const entries = keystore.flatMap(line => readEntry(line) ?? [])
  const [last] = entries
  if (last === undefined) throw new Error('the log is empty')
  const { chain, seq, hash } = last
  const [right, wrong] = [
    { chain, seq, hash },
    { chain, seq, hash: 'other' },
  ]
  for (const [named, faults] of [
    [[right, right], []],
    [[right, wrong], [{ kind: 'changed', chain, seq }]],
    [[wrong, right], [{ kind: 'changed', chain, seq }]],
  ] as const) {
    t.strictSame([...checkChain(chain, entries, { named, isUnsigned: false })], faults)
  }
})

t.test('what is no entry is named', async t => {
  const { keystore } = await makeLog([2], true)
  const strange = [
    '',
    'x',
    '1',
    'null',
    '[]',
    '{}',
    '{"chain":"c","seq":0,"prev":null,"type":"decision"}',
    '{"chain":"c","seq":1,"prev":1,"type":"decision"}',
    '{"chain":1,"seq":1,"prev":null,"type":"decision"}',
    '{"chain":"c","seq":1,"prev":null,"type":"other"}',
    '{"chain":"c","seq":1,"prev":null,"type":"begin","keystore":"k","follows":[{"chain":"c"}]}',
    '{"chain":"c","seq":1,"prev":null,"type":"heads","heads":[null]}',
    '{"chain":"c","seq":1,"prev":null,"type":"head"}',
  ]
  for (const line of strange) {
    t.strictSame((await verifyLog([line, ...keystore])).faults, [{ kind: 'unreadable', line: 1 }], line)
  }
  t.strictSame((await verifyLog([...keystore, '{"damaged":"id"}'])).faults, [{ kind: 'damaged', record: 'id' }])
  t.strictSame((await verifyLog([])).faults, [])
})

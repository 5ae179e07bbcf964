import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { intervalChart } from '@keyhold/scripts/bench/chart.js'
import { curveChart } from '@keyhold/scripts/bench/curves.js'
import { environment } from '@keyhold/scripts/bench/environment.js'
import { judgements, verdict } from '@keyhold/scripts/bench/judgements.js'
import { measured } from '@keyhold/scripts/bench/measured.js'
import { writeResults } from '@keyhold/scripts/bench/results.js'
import { overhead, quotient, spreadOf } from '@keyhold/scripts/bench/rounds.js'
import type { Report, Row } from '@keyhold/scripts/bench/run.js'
import { mean, seededRandom } from '@keyhold/scripts/bench/statistics.js'
import { ticksUpTo } from '@keyhold/scripts/bench/svg.js'
import { targetsOf } from '@keyhold/scripts/bench/targets.js'
import { operations } from '@keyhold/scripts/bench/variants.js'
import t from 'tap'

const exactly = (value: number) => ({ value, low: value, high: value })
const spreadAt = (value: number) => ({ ...exactly(value), p10: value, mean: value })

const row: Row = {
  operation: 'sign',
  keyType: 'ED25519',
  proof: 'root',
  ed25519: 'libsodium',
  floor: spreadAt(90),
  real: { value: 100, low: 98, high: 103, p10: 95.5, mean: 101 },
  efficiency: { value: 0.9, low: 0.87, high: 0.93 },
  overhead: exactly(1),
  targets: { efficiency: 0.85, overhead: 0.8 },
  rounds: [{ floor: 90, real: 100, echo: 10, twin: 10 }],
}
const durable = {
  connections: 16,
  durable: spreadAt(150),
  memory: spreadAt(100),
  cost: exactly(1.5),
  rowsPerCommit: 12,
  targets: { cost: 1.5, rowsPerCommit: 12.8 },
}
const peer = {
  peer: 'openbao',
  operation: 'sign',
  keyType: 'ED25519',
  proof: 'none',
  of: 'wall',
  theirs: spreadAt(300),
  ours: spreadAt(100),
  ratio: exactly(3),
  ratioOfMeans: exactly(3),
  target: 1.5,
} as const
const report: Report = {
  rows: [row, { ...row, keyType: 'ED448', targets: {} }],
  durable: [durable],
  peers: [peer],
  echo: spreadAt(10),
  twin: exactly(1.01),
}

t.test('what a figure is worth against its target', async t => {
  const least = { figure: 'η', bound: 'least', target: 0.9 } as const
  const most = { figure: 'overhead', bound: 'most', target: 0.8 } as const
  t.same(
    [0.9, 0.95, 0.89, 0.82, 0.81].map(value => verdict({ ...least, value })),
    ['reached', 'reached', 'within 10 %', 'within 10 %', 'missed'],
  )
  t.same(
    [0.8, 0.1, 0.81, 0.87, 0.89].map(value => verdict({ ...most, value })),
    ['reached', 'reached', 'within 10 %', 'within 10 %', 'missed'],
  )
  t.same(judgements.rows(row).map(verdict), ['reached', 'missed'])
  t.same(judgements.rows({ ...row, targets: {} }), [])
  t.same(judgements.durable(durable).map(verdict), ['reached', 'within 10 %'])
  t.same(judgements.peers(peer).map(verdict), ['reached'])
})

t.test('every light operation has its targets, in every way of proving a request', async t => {
  const judged = measured().filter(({ operation: { judged, items } }) => judged && items === undefined)
  const names = new Set(judged.map(({ operation: { name, keyType } }) => `${name} ${keyType}`))
  for (const name of names) {
    for (const proof of ['none', 'root', 'delegated']) {
      const rows = judged.filter(
        ({ operation }) => `${operation.name} ${operation.keyType}` === name && operation.proof === proof,
      )
      t.ok(rows.length === 2 || (rows.length === 1 && proof === 'none'), `${name} ${proof}`)
      for (const { operation, ed25519 } of rows) {
        const efficiency = proof === 'delegated' ? 0.8 : ed25519 === 'libsodium' ? 0.85 : 0.9
        t.same(targetsOf(operation, ed25519), { efficiency, overhead: 0.8 })
      }
    }
  }
  t.same([...new Set(judged.map(({ operation }) => operation.name))].sort(), [
    'computemac',
    'decrypt',
    'encrypt',
    'sign',
    'verify',
    'wrap',
  ])
  t.equal(measured(operations, ['openssl']).length, operations.length)
})

t.test('figures of rounds: what slows a whole round moves none of them', async t => {
  const rounds = [1, 3, 2, 10].map(slow => ({ floor: 90 * slow, real: 100 * slow, echo: 20 * slow }))
  const random = seededRandom(1)
  t.ok(Math.abs(quotient(rounds, 'floor', 'real', random).value - 0.9) < 1e-9)
  t.ok(Math.abs(quotient(rounds, 'real', 'echo', random, mean).high - 5) < 1e-9)
  t.ok(Math.abs(overhead(rounds, random).low - 0.5) < 1e-9)
  const { value, p10, mean: average } = spreadOf(rounds, 'echo', random)
  t.same([value, average], [50, 80])
  t.ok(Math.abs(p10 - 26) < 1e-9)
  t.throws(() => mean([]), RangeError)
})

t.test('a chart is a document, with its axis, and says what its bars are', async t => {
  const bars = [
    { label: 'a <b> & "c"', estimate: { value: 0.9, low: 0.8, high: 1 }, target: { value: 0.85, verdict: 'reached' } },
    { label: 'd', estimate: exactly(-0.2), target: { value: 1.2, verdict: 'missed' } },
    { label: 'e', estimate: exactly(0.5) },
  ] as const
  const chart = intervalChart({ title: 'A & B', axis: 'times', bars })
  t.same(unclosedTags(chart), [])
  const texts = Array.from(chart.matchAll(/<text [^>]*>([^<]*)<\/text>/g), ([, text]) => text)
  for (const said of ['A &amp; B', 'times', 'a &lt;b&gt; &amp; &quot;c&quot;', '0.90', '-0.20', '0', '1.2', 'target']) {
    t.ok(texts.includes(said), said)
  }
  t.match(chart, '<title>A &amp; B</title>')
  const widths = Array.from(chart.matchAll(/<rect [^>]*width="([^"]*)"/g), ([, width]) => Number(width))
  t.ok(
    widths.every(width => width >= 0),
    'what is below zero has no width',
  )
  t.equal(chart.split('class="bar missed"').length - 1, 2, 'with the legend')
  t.match(chart, /prefers-color-scheme:dark/)
  t.same(ticksUpTo(0.93), [0, 0.2, 0.4, 0.6, 0.8, 1])
  t.same(ticksUpTo(7), [0, 2, 4, 6, 8])
})

t.test('curves are a document, each ends at its last value, and says whose it is', async t => {
  const panels = [
    { axis: 'answers', curves: [{ label: 'a & b', values: [0, 50, 100] }] },
    { axis: 'ms', curves: [{ label: 'c', values: [1, 2, 4] }] },
  ]
  const chart = curveChart({ title: '<Load>', axis: 'under way', places: ['1', '16', '256'], panels })
  t.same(unclosedTags(chart), [])
  const texts = Array.from(chart.matchAll(/<text [^>]*>([^<]*)<\/text>/g), ([, text]) => text)
  for (const said of ['&lt;Load&gt;', 'under way', '256', 'answers', 'a &amp; b', '100', 'ms', 'c', '4']) {
    t.ok(texts.includes(said), said)
  }
  const ends = Array.from(chart.matchAll(/<path class="curve c0"[^>]*d="M[\d.]+ ([\d.]+)L[^"]*L([\d.]+) ([\d.]+)"/g))
  t.equal(ends.length, 2)
  t.same(
    ends.map(([, , x]) => x),
    ['710', '710'],
  )
  t.ok(
    ends.every(([, first, , last]) => Number(last) < Number(first)),
    'more is higher',
  )
})

t.test('results are written, and what was not measured again stays', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'keyhold-bench-results-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const there = { ...environment(), processor: 'a | processor', date: '2026-01-02T03:04:05.678Z' }
  const read = async () => JSON.parse(await readFile(join(directory, 'results.json'), 'utf8'))
  const notes = [['openbao', 'as it is']] as const
  await writeResults(directory, report, { environment: there, rounds: 7, notes })
  t.same((await readdir(directory)).sort(), [
    'README.md',
    'durable.svg',
    'efficiency.svg',
    'overhead.svg',
    'peers.svg',
    'results.json',
  ])
  const page = await readFile(join(directory, 'README.md'), 'utf8')
  t.match(
    page,
    /^\| sign \| ED25519 \| root \| libsodium \| 90\.0 \(90\.0\) \| 100\.0 \(95\.5\) \| 0\.90 \[0\.87\.\.0\.93\] /m,
  )
  t.match(page, /η ≥ 0\.85: reached; overhead ≤ 0\.8: missed \|$/m)
  for (const said of [
    /2026-01-02 03:04 UTC: a \| processor/,
    /Node\.js \d+/,
    /OpenSSL 3/,
    /openbao: as it is/,
    /7 rounds/,
  ])
    t.match(page, said)
  t.ok(page.indexOf('ED448') > page.indexOf('Everything else'))
  const first = await read()
  t.same(first.rows.rows[0], { ...row, rounds: [] })
  t.same(first.durable.environment, there)
  const later = { ...there, date: '2026-05-06T07:08:09.000Z' }
  await writeResults(
    directory,
    { ...report, rows: [], peers: [], durable: [{ ...durable, connections: 64 }] },
    { environment: later, rounds: 7, notes: [] },
  )
  const second = await read()
  t.same({ ...second, durable: first.durable }, first)
  t.equal(second.durable.rows[0].connections, 64)
  t.equal(second.durable.environment.date, later.date)
})

/** The elements of an XML document that are not closed where they should be. */
function unclosedTags(xml: string): string[] {
  const open: string[] = []
  for (const [, closing, name = '', self] of xml.matchAll(/<(\/?)(\w+)(?:\s+[\w:-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (closing) {
      if (open.pop() !== name) return [`</${name}>`]
    } else if (!self) open.push(name)
  }
  const rest = xml.replaceAll(/<\/?\w+(?:\s+[\w:-]+="[^"<]*")*\s*\/?>/g, '')
  return [...open, ...(/[<>]|&(?!(?:amp|lt|gt|quot);)/.exec(rest) ?? [])]
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { keyTypeNames } from '@keyhold/core'
import { once as onlyOnce } from '@keyhold/scripts/bench/bench.js'
import { measureBeside } from '@keyhold/scripts/bench/beside.js'
import { measureFlood } from '@keyhold/scripts/bench/flood.js'
import { labels } from '@keyhold/scripts/bench/judgements.js'
import { Load, postRequest } from '@keyhold/scripts/bench/load.js'
import { installedEd25519, measured } from '@keyhold/scripts/bench/measured.js'
import { readOptions } from '@keyhold/scripts/bench/options.js'
import { run } from '@keyhold/scripts/bench/run.js'
import { measureSaturation, reportOf } from '@keyhold/scripts/bench/saturation.js'
import { operations } from '@keyhold/scripts/bench/variants.js'
import { measureWorkers } from '@keyhold/scripts/bench/workers.js'
import t, { type Test } from 'tap'

const main = fileURLToPath(import.meta.resolve('@keyhold/scripts/bench/main.js'))

const installed = await installedEd25519()

t.test('every key type is measured', async t => {
  t.same([...new Set(operations.map(({ keyType }) => keyType))].sort(), [...keyTypeNames].sort())
})

t.test('every operation is answered by its floor and by the service', async t => {
  const seen: string[] = []
  const rows = measured(operations, installed)
  // An answer that is not 200 would reject.
  const report = await run({ ...onlyOnce, rows, durable: [16], ed25519: installed, seed: 1 }, (section, row) => {
    seen.push(labels[section](row))
  })
  const labelOf = ({ operation: { name, keyType, proof }, ed25519 }: (typeof rows)[number]) =>
    [`${name} ${keyType}`, proof, ...(ed25519 ? [ed25519] : [])].join(', ')
  t.same(report.rows.map(labels.rows), rows.map(labelOf))
  t.same(seen, [...report.rows.map(labels.rows), ...report.durable.map(labels.durable)])
  for (const row of report.rows) {
    const figures = [...Object.values(row.floor), ...Object.values(row.real), ...Object.values(row.efficiency)]
    t.ok(figures.every(isPositive), `${labels.rows(row)}: ${figures}`)
    t.ok(Object.values(row.overhead).every(Number.isFinite))
    t.equal(row.rounds.length, onlyOnce.rounds)
  }
  for (const { durable, memory, cost, rowsPerCommit } of report.durable) {
    const figures = [...Object.values(durable), ...Object.values(memory), ...Object.values(cost)]
    t.ok(figures.every(isPositive), `${figures}`)
    t.ok(rowsPerCommit >= 1, 'a commit writes something')
  }
  t.ok([...Object.values(report.echo), ...Object.values(report.twin)].every(isPositive))
})

t.test('a signature is measured beside long computations', async t => {
  const { idle, p50, p99, computed } = await measureBeside({ rounds: 2, slice: 40, warmUp: 10 })
  const figures = [idle, ...Object.values(p50), ...Object.values(p99), computed]
  t.ok(figures.every(isPositive), `${figures}`)
})

t.test('a signature is measured beside a flood of others', async t => {
  const options = { rounds: 2, slice: 20, warmUp: 10, connections: 8, environment: { KMS_WORKERS: '2' } }
  const { idle, flooded, p50, p99, others } = await measureFlood(options)
  const figures = [idle, flooded, p50, p99].flatMap(part => Object.values(part))
  t.ok([...figures, others].every(isPositive), `${figures}`)
})

t.test('workers are measured against one process', async t => {
  const { cost, rate, busy } = await measureWorkers({ rounds: 2, slice: 20, warmUp: 10, connections: 4, workers: 2 })
  const figures = [cost, rate, busy].flatMap(part => Object.values(part))
  t.ok(figures.every(isPositive), `${figures}`)
})

t.test('a service is saturated', async t => {
  const extent = { rounds: 2, slice: 8, warmUp: 4, connections: [1, 4] }
  const { points, knee, kept, dearer } = await measureSaturation({ ...extent, environment: { KMS_WORKERS: '1' } })
  t.strictSame(
    points.map(({ connections }) => connections),
    [1, 4],
  )
  for (const point of points) t.ok(Object.values(point).every(isPositive), JSON.stringify(point))
  t.ok(extent.connections.includes(knee) && kept > 0 && kept <= 1 && dearer >= 1)
})

t.test('where a curve has its knee, and how much is kept beyond it', async t => {
  const point = (connections: number, rate: number, cpu: number) => {
    return { connections, rate, lowest: rate, p50: 1, p99: 1, cpu }
  }
  const cases: readonly (readonly [rates: readonly number[], cpu: readonly number[], knee: number, figures: object])[] =
    [
      [[10, 50, 90, 100], [8, 4, 2, 1], 4, { kept: 0.9, dearer: 2 }],
      [[10, 95, 100, 60], [9, 1, 2, 3], 2, { kept: 0.6, dearer: 3 }],
      [[100, 100, 100, 100], [1, 1, 1, 1], 1, { kept: 1, dearer: 1 }],
    ]
  for (const [rates, cpu, knee, figures] of cases) {
    const report = reportOf(rates.map((rate, index) => point(2 ** index, rate, cpu[index] ?? 0)))
    t.match(report, { knee, ...figures })
  }
})

t.test('requests are sent in rotation, and counted', async t => {
  const bodies: unknown[] = []
  const { load } = await serve(t, body => {
    bodies.push(JSON.parse(body))
    return { status: 200, body: '{"answer":"é"}' }
  })
  t.same(await load.ask(postRequest('/', 'first')), { answer: 'Ã©' }, 'bytes, as the wire has them')
  await load.slice([postRequest('/', 'a'), postRequest('/', 'b')], 50)
  t.equal(bodies.length, 51)
  t.equal(bodies.filter(body => body === 'a').length, 25)
  t.equal(bodies.filter(body => body === 'b').length, 25)
})

t.test('answers in chunks are read, whole or not', async t => {
  const answers = ['1;a=b\r\n{\r\n3\r\n"a"\r\n', '3\r\n:1}\r\n0\r\n\r\n']
  const server = createTcpServer(socket => {
    socket.on('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${answers[0]}`)
      setImmediate(() => socket.write(answers[1] as string))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const load = await Load.open({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, 3)
  t.teardown(() => {
    load.close()
    server.close()
  })
  t.same(await load.ask(postRequest('/', {})), { a: 1 })
  t.equal(await load.slice([postRequest('/', {})], 7), 7)
  t.equal(await load.slice([postRequest('/', {})], 1000, 0), 3, 'out of time, what is under way is still answered')
})

t.test('an answer but 200 and a broken connection end a slice', async t => {
  const refused = await serve(t, () => ({ status: 409, body: 'no' }))
  await t.rejects(refused.load.slice([postRequest('/', {})], 5), { message: 'answered 409: no' })
  const broken = await serve(t, () => undefined)
  await t.rejects(broken.load.slice([postRequest('/', {})], 5), { message: 'the server closed the connection' })
})

t.test('the command line refuses what it does not know', async t => {
  const refusals: [name: string, args: string[]][] = [
    ['an unknown operation', ['--operations', 'sign,fly']],
    ['no rounds', ['--rounds', '0']],
    ['a seed that is no number', ['--seed', 'x']],
    ['an unknown option', ['--fast']],
    ['an unknown section', ['--sections', 'rows,columns']],
    ['an unknown implementation', ['--ed25519', 'noble']],
    ['an unknown peer', ['--peer', 'vault=http://127.0.0.1:1']],
    ['a peer without an address', ['--peer', 'openbao']],
    ['a note of nobody', ['--peer-note', 'text']],
  ]
  for (const [name, args] of refusals) {
    t.throws(() => readOptions(['--once', ...args], { ed25519: ['openssl'] }), { code: 'BENCH_USAGE' }, name)
  }
  const child = spawn(process.execPath, [main, '--fast'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const [[code], errors] = await Promise.all([once(child, 'close'), text(child.stderr)])
  t.equal(code, 2)
  t.match(errors, /^usage: npm run bench/)
})

t.test('what is written by itself is what is whole', async t => {
  const directoryOf = (...args: string[]) => readOptions(args, { ed25519: ['openssl'] }).directory
  t.equal(directoryOf(), 'docs/benchmarks')
  t.equal(directoryOf('--sections', 'durable', '--check'), 'docs/benchmarks')
  for (const args of [['--once'], ['--operations', 'sign'], ['--ed25519', 'openssl']])
    t.equal(directoryOf(...args), undefined)
  t.equal(directoryOf('--once', '--out', 'somewhere'), 'somewhere')
})

interface Reply {
  readonly status: number
  readonly body: string
}

/** A server that answers by `reply`, or hangs up. */
async function serve(t: Test, reply: (body: string) => Reply | undefined): Promise<{ readonly load: Load }> {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', text => (body += text))
    request.on('end', () => {
      const answer = reply(body)
      if (answer === undefined) return request.socket.destroy()
      response.writeHead(answer.status, { 'content-length': Buffer.byteLength(answer.body) }).end(answer.body)
      return undefined
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const load = await Load.open({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  t.teardown(() => {
    load.close()
    server.closeAllConnections()
    server.close()
  })
  return { load }
}

function isPositive(figure: number): boolean {
  return Number.isFinite(figure) && figure > 0
}

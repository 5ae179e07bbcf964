import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { keyTypeNames } from '@keyhold/core'
import { measureBeside } from '@keyhold/scripts/bench/beside.js'
import { Load, postRequest } from '@keyhold/scripts/bench/load.js'
import { once as onlyOnce, run } from '@keyhold/scripts/bench/run.js'
import { operations } from '@keyhold/scripts/bench/variants.js'
import t, { type Test } from 'tap'

const main = fileURLToPath(import.meta.resolve('@keyhold/scripts/bench/main.js'))

t.test('every key type is measured', async t => {
  t.same([...new Set(operations.map(({ keyType }) => keyType))].sort(), [...keyTypeNames].sort())
})

t.test('every operation is answered by its floor and by the service', async t => {
  const seen: string[] = []
  const nameOf = ({ operation, keyType }: { operation: string; keyType: string }) => `${operation} ${keyType}`
  // An answer that is not 200 would reject.
  const { rows, echo, twin } = await run({ ...onlyOnce, operations, seed: 1 }, row => seen.push(nameOf(row)))
  t.same(
    rows.map(nameOf),
    operations.map(({ name, keyType }) => nameOf({ operation: name, keyType })),
  )
  t.same(seen, rows.map(nameOf))
  for (const row of rows) {
    const figures = [row.floor, row.real, row.efficiency.value, row.efficiency.low, row.efficiency.high]
    t.ok(figures.every(isPositive), `${nameOf(row)}: ${figures}`)
    t.ok(Object.values(row.overhead).every(Number.isFinite))
    t.equal(row.rounds.length, onlyOnce.rounds)
  }
  t.ok([echo, ...Object.values(twin)].every(isPositive))
})

t.test('a signature is measured beside long computations', async t => {
  const { idle, p50, p99, computed } = await measureBeside({ rounds: 2, slice: 40, warmUp: 10 })
  const figures = [idle, ...Object.values(p50), ...Object.values(p99), computed]
  t.ok(figures.every(isPositive), `${figures}`)
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
  ]
  for (const [name, args] of refusals) {
    const child = spawn(process.execPath, [main, '--once', ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    const [[code], errors] = await Promise.all([once(child, 'close'), text(child.stderr)])
    t.equal(code, 2, name)
    t.match(errors, /^usage: npm run bench/)
  }
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

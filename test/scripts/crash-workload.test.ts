import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Client, Excuse } from '@keyhold/scripts/crash/client.js'
import { Ledger } from '@keyhold/scripts/crash/ledger.js'
import { SeededRandom } from '@keyhold/scripts/crash/seeded-random.js'
import { work } from '@keyhold/scripts/crash/workload.js'
import t, { type Test } from 'tap'

/** A service that answers every request with `listener`, and what a client of it finds out. */
async function serviceOf(t: Test, listener: RequestListener) {
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    listener(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests }
}

function clientsOf(excuse: Excuse | undefined) {
  const ledger = new Ledger()
  const tally = { checks: 0, unavailable: 0, violations: [] as string[] }
  const shared = { ledger, random: new SeededRandom(1), acknowledged: new Map(), tally }
  return { ledger, tally, clientOf: (url: string): Client => ({ ...shared, url, excuse: () => excuse }) }
}

const away: RequestListener = (_, response) => void response.writeHead(503, { 'retry-after': '1' }).end('{}')
const awayForEver: RequestListener = (_, response) => void response.writeHead(503).end('{}')
const cut: RequestListener = request => void request.socket.destroy()
const cutAmidst: RequestListener = (request, response) => {
  response.writeHead(200, { 'content-length': 100 }).write('{', () => request.socket.destroy())
}
const brokenJson: RequestListener = (_, response) => void response.end('{')
const conflict: RequestListener = (_, response) => void response.writeHead(409).end('{}')

t.test('only what was killed excuses a request that fails', async t => {
  const cases: [name: string, RequestListener, Excuse | undefined, violation: RegExp | undefined][] = [
    ['503 while the database is away', away, 'unavailable', undefined],
    ['503 without Retry-After', awayForEver, 'unavailable', /: 503/],
    ['503 while everything is there', away, undefined, /: 503/],
    ['503 of an instance that was killed', away, 'cut', /: 503/],
    ['a cut connection of an instance that was killed', cut, 'cut', undefined],
    ['half an answer of an instance that was killed', cutAmidst, 'cut', undefined],
    ['a cut connection while the database is away', cut, 'unavailable', /a request failed/],
    ['a cut connection while everything is there', cut, undefined, /a request failed/],
    ['broken JSON of an instance that was killed', brokenJson, 'cut', /a request failed: SyntaxError/],
    ['broken JSON while the database is away', brokenJson, 'unavailable', /a request failed: SyntaxError/],
    ['another refusal while the database is away', conflict, 'unavailable', /: 409/],
    ['another refusal of an instance that was killed', conflict, 'cut', /: 409/],
  ]
  for (const [name, listener, excuse, violation] of cases) {
    const service = await serviceOf(t, listener)
    const { ledger, tally, clientOf } = clientsOf(excuse)
    await work([clientOf(service.url)], () => service.requests() > 2)
    if (violation === undefined) {
      t.same(tally.violations, [], name)
      t.equal(ledger.unanswered.size, service.requests(), `${name}: nobody knows what became of any request`)
      t.equal(tally.unavailable, excuse === 'unavailable' ? service.requests() : 0, `${name}: counted`)
    } else {
      t.match(tally.violations[0], violation, name)
    }
  }
})

t.test('whoever is cut off by one instance goes on with the other', async t => {
  const killed = await serviceOf(t, cut)
  const alive = await serviceOf(t, (_, response) => void response.end('{"key_store_url":"/v1/keystores/one"}'))
  const { ledger, tally, clientOf } = clientsOf(undefined)
  const clients = [{ ...clientOf(killed.url), excuse: () => 'cut' as const }, clientOf(alive.url)] as const
  await work(clients, () => ledger.keystores.size > 0)
  t.same(tally.violations, [])
  t.equal(killed.requests(), 1)
  t.ok(alive.requests() > 0)
})

t.test('whoever is cut off by every instance has nothing more to do', async t => {
  const services = [await serviceOf(t, cut), await serviceOf(t, cut)] as const
  const { tally, clientOf } = clientsOf('cut')
  await work([clientOf(services[0].url), clientOf(services[1].url)], () => false)
  t.same(tally.violations, [])
  t.same(
    services.map(({ requests }) => requests()),
    [1, 1],
  )
})

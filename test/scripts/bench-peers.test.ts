import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { Bench, once as onlyOnce } from '@keyhold/scripts/bench/bench.js'
import { installedEd25519 } from '@keyhold/scripts/bench/measured.js'
import { openbaoPolicy } from '@keyhold/scripts/bench/openbao-peer.js'
import { measurePeer, type PeerRow } from '@keyhold/scripts/bench/peers.js'
import { meterOf, processListeningAt } from '@keyhold/scripts/bench/process-meter.js'
import { startServer } from '@keyhold/scripts/bench/variant-process.js'
import t, { type Test } from 'tap'

const installed = await installedEd25519()
// One for all, so that whatever has to be started is started once.
const bench = await Bench.open(onlyOnce, 1)
t.teardown(() => bench.close())

const isLinux = process.platform === 'linux' ? {} : { skip: 'processes are found in /proc, which only Linux has' }

t.test('OpenBao is asked with its token for what its policy allows', isLinux, async t => {
  const asked = new Set<string>()
  const url = await serve(t, async request => {
    t.equal(request.headers['x-vault-token'], 'a token')
    const body = (await json(request)) as Record<string, string>
    const [, path = ''] = request.url?.split('/v1/') ?? []
    asked.add(`${path} ${Object.entries(body).map(([name, text]) => `${name}:${Buffer.from(text, 'base64').length}`)}`)
    return { status: openbaoPolicy.includes(`"${path}"`) ? 200 : 403, body: { data: {} } }
  })
  const rows = await measure(t, { name: 'openbao', url, token: 'a token' })
  t.same([...asked].sort(), [
    'transit/encrypt/bench-aes256-gcm96 plaintext:1024,associated_data:32',
    'transit/hmac/bench-aes256-gcm96/sha2-256 input:256',
    'transit/sign/bench-ecdsa-p256/sha2-256 input:256',
    'transit/sign/bench-ed25519 input:256',
  ])
  t.same(new Set(rows.map(({ of, target }) => `${of} ${target}`)), new Set(['cpu 1.5']), 'it was found on this machine')
  t.same(
    rows.filter(({ keyType }) => keyType === 'ED25519').map(({ proof, ed25519 }) => `${proof} ${ed25519}`),
    ['none', 'root', 'session'].flatMap(proof => installed.map(name => `${proof} ${name}`)),
  )
  await t.rejects(measure(t, { name: 'openbao', url }), { message: 'OpenBao asks for a token' })
  await t.rejects(measure(t, { name: 'openbao', url: 'https://127.0.0.1:1' }), { message: /http URL/ })
})

for (const [authentication, proofs, target] of [
  ['none', ['none'], 1.5],
  ['zcap', ['root'], 7],
] as const) {
  t.test(`what speaks the wire contract is measured with ${authentication}`, isLinux, async t => {
    const directory = await mkdtemp(join(tmpdir(), 'keyhold-bench-peer-'))
    const output = await open(join(directory, 'log'), 'w')
    const peer = await startServer({ script: 'service-server', directory, output: output.fd, authentication })
    t.teardown(async () => {
      await peer.stop()
      await output.close()
      await rm(directory, { recursive: true })
    })
    const { port } = await peer.prepare({ keyType: 'ED25519', proof: 'none', actions: [] })
    const rows = await measure(t, { name: 'trustbloc', url: `http://127.0.0.1:${port}` })
    t.same(
      [...new Set(rows.map(({ operation, keyType }) => `${operation} ${keyType}`))],
      ['sign ED25519', 'sign ECDSAP256DER', 'encrypt AES256GCM', 'computemac HMACSHA256Tag256'],
    )
    t.same([...new Set(rows.map(row => row.proof))], proofs)
    t.ok(rows.every(row => row.target === target && row.of === 'cpu'))
  })
}

t.test('the first version of TrustBloc KMS is spoken to in its own words', isLinux, async t => {
  const asked: string[] = []
  const capability = 'H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA=='
  const url = await serve(t, async request => {
    const body = (await json(request)) as Record<string, string>
    const path = request.url ?? ''
    if (path.startsWith('/v1')) return { status: 404, body: '404 page not found' }
    const members = Object.keys(body).join()
    const isUrlSafe = Object.values(body).every(text => !/[+/]/.test(text))
    if (path === '/kms/keystores') {
      return { status: 201, headers: { location: 'http://kms/kms/keystores/a', 'x-rootcapability': capability } }
    }
    if (path.endsWith('/keys')) return { status: 201, headers: { location: `http://kms${path}/${body['keyType']}` } }
    asked.push(`${path} ${members} ${isUrlSafe}`)
    return { status: 200, body: {} }
  })
  await measure(t, { name: 'trustbloc', url })
  t.same(
    [...new Set(asked)],
    [
      '/kms/keystores/a/keys/ED25519/sign message true',
      '/kms/keystores/a/keys/ECDSAP256DER/sign message true',
      '/kms/keystores/a/keys/AES256GCM/encrypt message,aad true',
      '/kms/keystores/a/keys/HMACSHA256Tag256/computemac data true',
    ],
  )
  const nothing = await serve(t, async () => ({ status: 404, body: '' }))
  await t.rejects(measure(t, { name: 'trustbloc', url: nothing }), { message: /no TrustBloc KMS/ })
})

t.test('processor time of another process: of its threads, and of those that have ended', isLinux, async t => {
  const script = `
    const { Worker } = require('node:worker_threads')
    const burn = milliseconds => {
      const limit = process.cpuUsage().user + milliseconds * 1000
      while (process.cpuUsage().user < limit);
    }
    const work = 'const limit = process.cpuUsage().user + 300000; while (process.cpuUsage().user < limit);'
    process.on('message', async where => {
      if (where === 'here') burn(300)
      else await new Promise(resolve => new Worker(work, { eval: true }).once('exit', resolve))
      process.send(process.cpuUsage())
    })
    process.send('ready')`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  t.teardown(() => child.kill())
  await once(child, 'message')
  const meter = meterOf(child.pid as number)
  await meter.cpu()
  for (const where of ['here', 'in a thread that ends']) {
    const before = await meter.cpu()
    const [{ user, system }] = await answered(child, where)
    const taken = (await meter.cpu()) - before
    t.ok(taken >= 250_000, `${where}: ${taken}`)
    t.ok(taken <= user + system, `${where}: ${taken} of ${user + system}`)
  }
})

t.test('the process behind a port is found, and none where there is none', isLinux, async t => {
  const url = new URL(await serve(t, async () => ({ status: 200 })))
  t.equal(await processListeningAt('127.0.0.1', Number(url.port)), process.pid)
  t.equal(await processListeningAt('localhost', Number(url.port)), process.pid)
  t.equal(await processListeningAt('127.0.0.1', 1), undefined)
  t.equal(await processListeningAt('192.0.2.1', Number(url.port)), undefined, 'it is on another machine')
})

async function answered(child: ReturnType<typeof spawn>, message: string) {
  const answer = once(child, 'message')
  child.send(message)
  return answer
}

async function measure(t: Test, peer: Parameters<typeof measurePeer>[1]): Promise<PeerRow[]> {
  const rows: PeerRow[] = []
  for await (const row of measurePeer(bench, peer, installed)) rows.push(row)
  for (const { theirs, ours, ratio, ratioOfMeans } of rows) {
    const figures = [theirs, ours, ratio, ratioOfMeans].flatMap(each => Object.values(each))
    t.ok(
      figures.every(figure => Number.isFinite(figure) && figure > 0),
      `${figures}`,
    )
  }
  return rows
}

interface Reply {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

/** A server that answers by `reply`. @returns its URL */
async function serve(t: Test, reply: (request: IncomingMessage) => Promise<Reply>): Promise<string> {
  const server = createServer(async (request, response) => {
    const { status, headers = {}, body } = await reply(request)
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

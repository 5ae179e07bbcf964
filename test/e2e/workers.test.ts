import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { base64, call, request } from '@keyhold/scripts/http-client.js'
import { runService, type ServiceProcess, startService } from '@keyhold/scripts/service-process.js'
import t, { type Test } from 'tap'
import { selfSignedCertificate } from '../support/certificate.ts'
import { keyhold } from '../support/cli-process.ts'
import { samplesOf } from '../support/metric-samples.ts'
import { continued, halfRequest, parseReply, rawConnection } from '../support/raw-http.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { until } from '../support/until.ts'

const two = { KMS_WORKERS: '2', KMS_METRICS_HOST: '127.0.0.1:0' }
const body = JSON.stringify({ controller: 'did:example:alice' })

async function started(t: Test, environment: Record<string, string> = {}) {
  const directory = await temporaryDirectory(t)
  const service = await startService({ directory, environment: { ...two, ...environment } })
  t.teardown(() => service.stop('SIGKILL'))
  const [metrics = ''] = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(service.output()) ?? []
  const samples = async () => samplesOf(await (await fetch(metrics)).text())
  return { directory, service, samples, port: Number(new URL(service.url).port) }
}

/** The lines of the log that hold something, and which workers have written them. */
function lines({ output }: ServiceProcess, part: string): { readonly worker?: number; readonly pid?: number }[] {
  return output()
    .split('\n')
    .filter(line => line.includes(part))
    .map(line => JSON.parse(line))
}

/** The processes that a process has started. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(join('/proc', String(pid), 'task', String(pid), 'children'), 'utf8')
  return text.trim().split(' ').filter(Boolean).map(Number)
}

/** The lines of a log, of the server's own without an id. */
async function logOf(directory: string, id: readonly string[]): Promise<string[]> {
  const environment = { KMS_DATABASE_URL: join(directory, 'keyhold-data') }
  const { stdout } = await keyhold(['log', 'read', ...id], { directory, environment })
  return stdout.split('\n').slice(0, -1)
}

/** The exit code of `log verify` over lines: 0 if nothing is missing or changed. */
async function findingsOf(directory: string, lines: readonly string[]): Promise<number | null> {
  const file = join(directory, 'log.jsonl')
  await writeFile(file, lines.map(line => `${line}\n`).join(''))
  const { code, stdout, stderr } = await keyhold(['log', 'verify', file], { directory })
  if (code !== 0) throw new Error(`${stdout}${stderr}`)
  return code
}

t.test('two workers serve one store, and show what they do together', async t => {
  const { service, samples, directory } = await started(t)
  t.equal(lines(service, 'listening at').length, 1)
  t.equal(lines(service, 'made a new master key').length, 1)
  t.equal(lines(service, 'Ed25519 by').length, 1)
  const { key_store_url: keystore } = await call('POST', `${service.url}/v1/keystores`, { controller: 'did:example:a' })
  const { key_url: key } = await call('POST', `${keystore}/keys`, { key_type: 'ED25519' })
  const message = base64('message')
  // Each on a connection of its own.
  const signed = await Promise.all(Array.from({ length: 20 }, () => call('POST', `${key}/sign`, { message })))
  t.equal(new Set(signed.map(({ signature }) => signature)).size, 1)
  await until(() => lines(service, '"operation":"sign"').length === 20)
  const workers = new Set(lines(service, '"operation":"sign"').map(({ worker }) => worker))
  t.strictSame([...workers].sort(), [1, 2])
  const seen = await samples()
  t.equal(seen.get('kms_http_requests_count{path="/v1/keystores/{keystore}/keys/{key}/sign"}'), 20)
  t.equal(seen.get('kms_workers'), 2)
  t.equal(await service.stop(), 0)
  for (const name of ['stopping', 'stopped']) t.equal(lines(service, `"msg":"${name}`).length, 1)
  const logs = await Promise.all(
    [[], [new URL(keystore).pathname.split('/').at(-1) ?? '']].map(id => logOf(directory, id)),
  )
  const [server = [], own = []] = logs
  t.equal(own.filter(line => line.includes('"operation":"sign"')).length, 20)
  t.equal(new Set(own.map(line => JSON.parse(line).chain)).size, 2, 'each worker has a chain of its own')
  t.strictSame(await findingsOf(directory, [...server, ...own]), 0)
})

t.test('a worker that is killed is replaced, and what was counted stays', async t => {
  const { service, samples, directory } = await started(t)
  const { key_store_url } = await call('POST', `${service.url}/v1/keystores`, { controller: 'did:example:a' })
  for (let n = 0; n < 9; n += 1) await request('GET', `${service.url}/healthcheck`)
  const before = (await samples()).get('kms_http_requests_count{path="/healthcheck"}')
  t.equal(before, 9)
  const [victim = 0, other] = await childrenOf(service.pid)
  process.kill(victim, 'SIGKILL')
  await until(() => lines(service, 'another worker has taken its place').length === 1)
  t.match(lines(service, 'a worker has ended'), [{ signal: 'SIGKILL' }])
  const children = await childrenOf(service.pid)
  t.equal(children.length, 2)
  t.ok(children.includes(other ?? 0))
  for (let n = 0; n < 4; n += 1) t.equal((await request('GET', `${service.url}/health/ready`)).status, 200)
  const after = await samples()
  t.equal(after.get('kms_http_requests_count{path="/healthcheck"}'), before)
  t.equal(after.get('kms_worker_restarts_total'), 1)
  t.equal(await service.stop(), 0)
  const own = await logOf(directory, [key_store_url.split('/').at(-1) ?? ''])
  t.ok(own.length >= 2, 'what was acknowledged is in the log')
  t.equal(await findingsOf(directory, [...own, ...(await logOf(directory, []))]), 0)
})

t.test('a worker that is asked to stop alone finishes, and is replaced as well', async t => {
  const { service } = await started(t)
  const [one = 0] = await childrenOf(service.pid)
  process.kill(one, 'SIGTERM')
  await until(() => lines(service, 'another worker has taken its place').length === 1)
  t.match(lines(service, 'a worker has ended'), [{ code: 0, signal: null }])
  t.equal(await service.stop(), 0)
})

t.test('what is under way at all workers is answered', async t => {
  const { service, port } = await started(t)
  const connections = await Promise.all([1, 2, 3, 4].map(() => halfRequest(port, '/v1/keystores', body)))
  const exit = service.stop('SIGINT')
  await until(() => lines(service, '"msg":"stopping').length === 1)
  for (const { socket } of connections) socket.write(body.slice(10))
  for (const { received, closed } of connections) {
    await closed
    const { status, headers } = parseReply(received().replace(continued, ''))
    t.strictSame([status, headers['connection']], [200, 'close'])
  }
  t.equal(await exit, 0)
})

t.test('a second signal ends all of them', async t => {
  const { service, port } = await started(t)
  const children = await childrenOf(service.pid)
  const { socket, closed } = await halfRequest(port, '/v1/keystores', body)
  process.kill(service.pid, 'SIGTERM')
  await until(() => lines(service, '"msg":"stopping').length === 1)
  t.equal(await service.stop('SIGTERM'), null)
  await closed
  socket.destroy()
  await until(async () => {
    const alive = await readdir('/proc')
    return children.every(pid => !alive.includes(String(pid)))
  })
})

t.test('a limit is one for both', async t => {
  const { service } = await started(t, { KMS_RATE_LIMIT_ADDRESS: '5/1h' })
  const statuses = []
  for (let n = 0; n < 12; n += 1) {
    const { status } = await fetch(`${service.url}/v1/keystores`, {
      method: 'POST',
      body,
      headers: { connection: 'close' },
    })
    statuses.push(status)
  }
  t.strictSame(statuses, [...Array(5).fill(200), ...Array(7).fill(429)])
  const workers = new Set(lines(service, '"status":429').map(({ worker }) => worker))
  t.strictSame([...workers].sort(), [1, 2])
})

t.test('connections beyond the bound of all are closed', async t => {
  const { service, port } = await started(t, { KMS_MAX_CONNECTIONS: '2' })
  const connections = await Promise.all([1, 2].map(() => rawConnection(port)))
  for (const { socket, received } of connections) {
    socket.write('GET /healthcheck HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await until(() => received() !== '')
  }
  const third = await rawConnection(port)
  await third.closed
  t.equal(third.received(), '')
  for (const { socket } of connections) socket.destroy()
  await until(async () => (await request('GET', `${service.url}/healthcheck`).catch(() => undefined))?.status === 200)
})

t.test('TLS files are read again by all', async t => {
  const directory = await temporaryDirectory(t)
  const [KMS_TLS_SERVE_CERT, KMS_TLS_SERVE_KEY] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
  const { cert, key } = selfSignedCertificate('localhost')
  await writeFile(KMS_TLS_SERVE_CERT, cert)
  await writeFile(KMS_TLS_SERVE_KEY, key, { mode: 0o600 })
  const { service } = await started(t, { KMS_TLS_SERVE_CERT, KMS_TLS_SERVE_KEY })
  process.kill(service.pid, 'SIGHUP')
  await until(() => lines(service, 'new connections are made with the TLS files as they are now').length === 2)
  t.equal(await service.stop(), 0)
})

t.test('what is wrong is told once, in a sentence', async t => {
  const directory = await temporaryDirectory(t)
  const memory = { ...two, KMS_DATABASE_TYPE: 'memory' }
  const refused = await runService({ directory, environment: memory })
  t.equal(refused.code, 1)
  t.match(refused.output, /^KMS_WORKERS: [^\n]+\n$/)

  const taken = createServer().listen(0, '127.0.0.1')
  t.teardown(() => taken.close())
  await new Promise(resolve => taken.once('listening', resolve))
  const address = taken.address()
  const port = typeof address === 'object' ? address?.port : 0
  const { code, output } = await runService({
    directory,
    environment: { KMS_WORKERS: '2', KMS_HOST: `127.0.0.1:${port}` },
  })
  t.equal(code, 1)
  t.match(output, /EADDRINUSE/)
  t.notMatch(output, /listening at|\n {4}at /)

  const unsealed = { ...two, KMS_SECRET_LOCK_KEY_PATH: join(directory, 'none.key') }
  const unopened = await runService({ directory, environment: unsealed })
  t.equal(unopened.code, 1)
  t.equal(unopened.output.match(/none\.key: there is no such file/g)?.length, 1)
})

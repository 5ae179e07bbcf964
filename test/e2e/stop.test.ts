import { connect } from 'node:net'
import { type ServiceProcess, startService } from '@keyhold/scripts/service-process.js'
import t, { type Test } from 'tap'
import { continued, halfRequest, parseReply, rawConnection } from '../support/raw-http.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { until } from '../support/until.ts'

const body = JSON.stringify({ controller: 'did:example:alice' })

async function started(t: Test, environment: Record<string, string> = {}): Promise<ServiceProcess & { port: number }> {
  const service = await startService({ directory: await temporaryDirectory(t), environment })
  t.teardown(() => service.stop('SIGKILL'))
  return { ...service, port: Number(new URL(service.url).port) }
}

function isRefused(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(true)).once('connect', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal}: what is under way is answered, nothing new is taken, and the exit code is 0`, async t => {
    const service = await started(t)
    const connections = await Promise.all([1, 2, 3].map(() => halfRequest(service.port, '/v1/keystores', body)))
    const idle = await rawConnection(service.port)
    idle.socket.write('GET /healthcheck HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await until(() => idle.received() !== '')

    const exit = service.stop(signal)
    await until(() => isRefused(service.port))
    await idle.closed
    for (const { socket } of connections) socket.write(body.slice(10))
    for (const { received, closed } of connections) {
      await closed
      const { status, headers, text } = parseReply(received().replace(continued, ''))
      t.equal(status, 200)
      t.equal(headers['connection'], 'close')
      t.ok(JSON.parse(text).key_store_url.startsWith(`${service.url}/v1/keystores/`))
    }
    t.equal(await exit, 0)
    t.match(service.output(), new RegExp(`"signal":"${signal}"[^]*"msg":"stopped"`))
  })
}

t.test('SIGHUP ends nothing, also where there is no certificate to be read again', async t => {
  const service = await started(t)
  process.kill(service.pid, 'SIGHUP')
  t.notOk(await isRefused(service.port))
  t.equal(await service.stop(), 0)
})

t.test('a second signal ends the process at once', async t => {
  const service = await started(t)
  const { socket, closed } = await halfRequest(service.port, '/v1/keystores', body)
  process.kill(service.pid, 'SIGTERM')
  await until(() => isRefused(service.port))
  t.equal(await service.stop('SIGTERM'), null, 'the signal itself')
  await closed
  t.notMatch(service.output(), /"stopped"/)
  socket.destroy()
})

t.test('a stop waits no longer than it may for what never ends', async t => {
  const service = await started(t, { KMS_SHUTDOWN_TIMEOUT: '200ms' })
  const { received, closed } = await halfRequest(service.port, '/v1/keystores', body)
  t.equal(await service.stop(), 0)
  await closed
  t.equal(received(), continued)
})

t.test('an acknowledged write survives the hardest stop', async t => {
  const directory = await temporaryDirectory(t)
  const service = await startService({ directory })
  const reply = await fetch(`${service.url}/v1/keystores`, { method: 'POST', body })
  const { key_store_url } = (await reply.json()) as { key_store_url: string }
  t.equal(await service.stop('SIGKILL'), null)

  const again = await startService({ directory })
  t.teardown(() => again.stop())
  const url = `${again.url}${new URL(key_store_url).pathname}/keys`
  t.equal((await fetch(url, { method: 'POST', body: '{"key_type":"ED25519"}' })).status, 200)
})

t.test('a service whose log nobody reads any more goes on, and stops when it is asked to', async t => {
  const service = await started(t)
  service.closeOutput()
  for (let i = 0; i < 50; i += 1) t.equal((await fetch(`${service.url}/healthcheck`)).status, 200)
  t.equal(await service.stop(), 0)
})

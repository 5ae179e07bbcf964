import { startService } from '@keyhold/scripts/service-process.js'
import t, { type Test } from 'tap'
import { type Sent, sendSteadily } from '../support/steady-client.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { until } from '../support/until.ts'

const body = JSON.stringify({ controller: 'did:example:alice' })

const create = (id: string) =>
  `POST /v1/keystores HTTP/1.1\r\nhost: localhost\r\nx-request-id: ${id}\r\ncontent-length: ${body.length}\r\n\r\n${body}`

/** The requests of the clients that a service has written a line for, by their ids, and the line's status. */
function done(output: string): Map<string, number> {
  const lines = output.split('\n').flatMap(line => (line.includes('"msg":"request"') ? [JSON.parse(line)] : []))
  return new Map(lines.filter(({ id }) => id.startsWith('client-')).map(({ id, status }) => [id, status]))
}

async function stopped(t: Test, delay: string) {
  const environment = { KMS_SHUTDOWN_DELAY: delay, KMS_TRUSTED_PROXIES: '127.0.0.1' }
  const service = await startService({ directory: await temporaryDirectory(t), environment })
  t.teardown(() => service.stop('SIGKILL'))
  const port = Number(new URL(service.url).port)
  const clients = Array.from({ length: 16 }, (_, index) => sendSteadily(port, `client-${index}`, create))
  await until(() => done(service.output()).size > 200)
  const ready = async () => (await fetch(`${service.url}/health/ready`)).status
  t.equal(await ready(), 200)
  const exit = service.stop()
  const ended = async () => {
    const code = await exit
    await until(() => service.output().includes('"msg":"stopped"'))
    return code
  }
  return { service, clients, ended, ready }
}

/** Every request that the service has done was answered whole, and every answer is what it said in its log. */
function nothingIsLost(t: Test, output: string, sent: readonly Sent[]): void {
  const log = done(output)
  const answered = new Map(sent.flatMap(({ id, status }) => (status === undefined ? [] : [[id, status]])))
  t.strictSame(
    [...log].filter(([id, status]) => answered.get(id) !== status),
    [],
    'done, and not answered',
  )
  t.strictSame(
    [...answered].filter(([id]) => !log.has(id)),
    [],
    'answered, and not done',
  )
  t.ok(sent.every(({ status, text }) => status === undefined || (status === 200 && JSON.parse(text).key_store_url)))
  t.comment(`${log.size} done, ${sent.length - answered.size} sent when their connection had ended`)
}

t.test('SIGTERM under load: whatever was taken is answered, and then everybody is sent away', async t => {
  const { service, clients, ended, ready } = await stopped(t, '3s')
  await until(async () => (await ready()) === 503)
  const late = await fetch(`${service.url}/v1/keystores`, { method: 'POST', body })
  t.equal(late.status, 200, 'who comes now is served all the same')
  t.equal(late.headers.get('connection'), 'close')
  const sent = await Promise.all(clients)
  t.equal(await ended(), 0)
  nothingIsLost(t, service.output(), sent.flat())
})

t.test('the same without any delay', async t => {
  const { service, clients, ended } = await stopped(t, '0')
  const sent = await Promise.all(clients)
  t.equal(await ended(), 0)
  nothingIsLost(t, service.output(), sent.flat())
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { verifyLog } from '@keyhold/core'
import { request } from '@keyhold/scripts/http-client.js'
import { startService } from '@keyhold/scripts/service-process.js'
import t from 'tap'
import { keyhold } from '../support/cli-process.ts'
import { repository } from '../support/repository.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { until } from '../support/until.ts'

// Processes are started again and again, and each request waits for the disk.
t.setTimeout(300_000)

const store = (directory: string) => ({ KMS_DATABASE_URL: join(directory, 'keyhold-data') })

async function makeKey(url: string): Promise<{ keystore: string; key: string }> {
  const { body: made } = await request('POST', `${url}/v1/keystores`, { controller: 'did:example:alice' })
  const { body } = await request('POST', `${made.key_store_url}/keys`, { key_type: 'ED25519' })
  return { keystore: made.key_store_url.split('/').at(-1), key: new URL(body.key_url).pathname }
}

async function linesOf(directory: string, keystore: string): Promise<string[]> {
  const { code, stdout, stderr } = await keyhold(['log', 'read', keystore], {
    directory,
    environment: store(directory),
  })
  if (code !== 0) throw new Error(stderr)
  return stdout.split('\n').slice(0, -1)
}

/** What is written beyond the limit fails then, as on a full disk; otherwise it would end the process. */
const withoutSignal = `--import 'data:text/javascript,process.on("SIGXFSZ",()=>{})'`

/** KiB: more than a store keeps free in its file, and not much more. */
const smallDisk = 1300

/** A service whose files cannot grow beyond so many KiB, as if the disk were full. What it prints goes to a pipe. */
async function startOnSmallDisk(directory: string, size: number, environment: Readonly<Record<string, string>>) {
  const command = `ulimit -f ${size}; exec "${process.execPath}" ${withoutSignal} "${join(repository, 'app/dist/program/main.js')}" start`
  const child = spawn('bash', ['-c', command], {
    cwd: directory,
    env: { PATH: process.env['PATH'], KMS_HOST: '127.0.0.1:0', KMS_AUTH_TYPE: 'none', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
  const listening = () => /listening at (http:\/\/[^"]+)/.exec(output)?.[1]
  await until(async () => listening() !== undefined || child.exitCode !== null)
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    child.kill()
    return (await once(child, 'exit'))[0] as number | null
  }
  return { url: listening() ?? '', output: () => output, stop }
}

t.test('every request that was answered is in the log of a service that was killed', async t => {
  const directory = await temporaryDirectory(t)
  const answered = new Set<string>()
  let keystores: string[] = []
  for (let round = 0; round < 3; round += 1) {
    const service = await startService({ directory })
    const { keystore, key } = await makeKey(service.url)
    keystores = [...keystores, keystore]
    const target = 40 * (round + 1)
    let count = 0
    const work = async () => {
      for (;;) {
        const { status, headers } = await request('POST', `${service.url}${key}/sign`, { message: '' })
        if (status !== 200) throw new Error(`${status}`)
        answered.add(headers.get('x-request-id') ?? '')
        count += 1
      }
    }
    const workers = Array.from({ length: 8 }, () => work().catch(() => undefined))
    await until(async () => count >= target)
    await service.stop('SIGKILL')
    await Promise.all(workers)
  }
  const logs = await Promise.all([...keystores, ''].map(id => linesOf(directory, id)))
  const written = new Set(logs.flat().map(line => JSON.parse(line).request))
  t.ok(answered.size >= 240)
  t.strictSame(
    [...answered].filter(id => !written.has(id)),
    [],
  )
  t.match(await verifyLog(logs.flat()), { faults: [] }, 'a chain without an end is no fault')
})

t.test('a full disk: requests are refused, and go on when there is room', async t => {
  const directory = await temporaryDirectory(t)
  const service = await startOnSmallDisk(directory, smallDisk, {})
  t.teardown(() => service.stop())
  const { keystore, key } = await makeKey(service.url)
  const sign = () =>
    request('POST', `${service.url}${key}/sign`, { message: '' }).catch(cause => {
      throw new Error(`the service has ended:\n${service.output().slice(-3000)}`, { cause })
    })
  let answered = 0
  let last = await sign()
  for (; last.status === 200; last = await sign()) answered += 1
  t.match(last, { status: 503, body: { code: 'AUDIT_UNAVAILABLE' } })
  t.equal((await sign()).status, 503, 'again and again')
  t.equal((await request('GET', `${service.url}/healthcheck`)).status, 200, 'the process goes on')
  t.equal(await service.stop(), 0)
  t.match(service.output(), /AUDIT_UNAVAILABLE/)

  const open = await startOnSmallDisk(directory, smallDisk, { KMS_AUDIT: 'open' })
  t.teardown(() => open.stop())
  const note = /a request is answered that could not be written down/
  await until(async () => {
    const { status } = await request('POST', `${open.url}${key}/sign`, { message: '' })
    if (status !== 200) throw new Error(`${status} where all is answered all the same`)
    return note.test(open.output())
  })
  t.equal(await open.stop(), 0)

  const roomy = await startService({ directory })
  t.equal((await request('POST', `${roomy.url}${key}/sign`, { message: '' })).status, 200)
  t.equal(await roomy.stop(), 0)
  const lines = [...(await linesOf(directory, keystore)), ...(await linesOf(directory, ''))]
  t.match(await verifyLog(lines), { faults: [] })
  const signed = lines.filter(line => JSON.parse(line).operation === 'sign')
  t.ok(signed.length >= answered + 1, 'everything that was answered by the closed one')
})

import { writeFile } from 'node:fs/promises'
import { request as plainRequest } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { runService, startService } from '@keyhold/scripts/service-process.js'
import t, { type Test } from 'tap'
import { type Certificate, selfSignedCertificate } from '../support/certificate.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { until } from '../support/until.ts'

const name = 'kms.example'

async function place(t: Test, certificate: Certificate) {
  const directory = await temporaryDirectory(t)
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
  const write = async (to: Certificate) => {
    await writeFile(cert, to.cert)
    await writeFile(key, to.key)
  }
  await write(certificate)
  return { directory, write, environment: { KMS_TLS_SERVE_CERT: cert, KMS_TLS_SERVE_KEY: key } }
}

interface Answer {
  readonly status: number
  readonly protocol: string | null
  readonly fingerprint: string
}

/** One request on a connection of its own. @throws Error if there is no connection that is trusted */
function ask(url: string, ca: string | readonly string[], options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${url}/healthcheck`,
      { ca: [ca].flat(), servername: name, agent: false, ...options },
      response => {
        const socket = response.socket as TLSSocket
        const answer = { protocol: socket.getProtocol(), fingerprint: socket.getPeerCertificate().fingerprint256 }
        response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, ...answer }))
      },
    )
    asked.on('error', reject).end()
  })
}

t.test('TLS 1.2 and later, and nothing else', async t => {
  const own = selfSignedCertificate(name)
  const { directory, environment } = await place(t, own)
  const service = await startService({ directory, environment })
  t.teardown(() => service.stop())
  t.match(service.url, /^https:/)
  t.match(await ask(service.url, own.cert), { status: 200, protocol: 'TLSv1.3' })
  t.match(await ask(service.url, own.cert, { maxVersion: 'TLSv1.2' }), { status: 200, protocol: 'TLSv1.2' })
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  await t.rejects(ask(service.url, own.cert, old), 'TLS 1.1')
  await t.rejects(ask(service.url, selfSignedCertificate(name).cert), 'another issuer')
  const plain = new Promise((resolve, reject) =>
    plainRequest(`${service.url.replace('https', 'http')}/healthcheck`, resolve)
      .on('error', reject)
      .end(),
  )
  await t.rejects(plain, 'plain HTTP')
  t.match(await ask(service.url, own.cert), { status: 200 }, 'which the server has survived')
  t.equal(await service.stop(), 0)
  t.notMatch(service.output(), own.key.split('\n')[1] ?? own.key)
})

t.test('files that are replaced are served without a restart', async t => {
  const [before, after] = [selfSignedCertificate(name), selfSignedCertificate(name)]
  const { directory, environment, write } = await place(t, before)
  const service = await startService({ directory, environment })
  t.teardown(() => service.stop())
  const first = await ask(service.url, before.cert)
  await writeFile(environment.KMS_TLS_SERVE_CERT, after.cert)
  process.kill(service.pid, 'SIGHUP')
  await until(() => service.output().includes('as they were before'))
  t.equal((await ask(service.url, before.cert)).fingerprint, first.fingerprint, 'files that do not belong together')
  await write(after)
  process.kill(service.pid, 'SIGHUP')
  await until(() => service.output().includes('as they are now'))
  t.not((await ask(service.url, after.cert)).fingerprint, first.fingerprint)
  await t.rejects(ask(service.url, before.cert))
})

t.test('no request is lost while files are replaced again and again', async t => {
  const first = selfSignedCertificate(name)
  const { directory, environment, write } = await place(t, first)
  const service = await startService({ directory, environment })
  t.teardown(() => service.stop())
  const reloads = () => service.output().split('as they are now').length - 1
  const issuers = [first.cert]
  const kept = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => kept.destroy())
  let isOver = false
  const statuses: number[] = []
  const client = async (agent: Agent | false) => {
    while (!isOver) statuses.push((await ask(service.url, issuers, { agent })).status)
  }
  const clients = [client(false), client(false), client(kept)]
  for (let count = 1; count <= 5; count += 1) {
    const next = selfSignedCertificate(name)
    issuers.push(next.cert)
    await write(next)
    process.kill(service.pid, 'SIGHUP')
    const before = statuses.length
    await until(() => reloads() >= count && statuses.length > before + 10)
  }
  isOver = true
  await Promise.all(clients)
  t.ok(statuses.every(status => status === 200))
  const last = issuers.at(-1) ?? ''
  t.match(await ask(service.url, last), { status: 200 }, 'new connections are made with the last of them')
})

t.test('clients show a certificate if they have to', async t => {
  const [own, client, stranger] = [name, 'client.example', 'client.example'].map(selfSignedCertificate) as [
    Certificate,
    Certificate,
    Certificate,
  ]
  const { directory, environment } = await place(t, own)
  const ca = join(directory, 'clients.pem')
  await writeFile(ca, client.cert)
  const service = await startService({ directory, environment: { ...environment, KMS_TLS_CLIENT_CACERTS: ca } })
  t.teardown(() => service.stop())
  t.match(await ask(service.url, own.cert, { ...client }), { status: 200 })
  await t.rejects(ask(service.url, own.cert), 'none')
  await t.rejects(ask(service.url, own.cert, { ...stranger }), 'one of somebody else')
  await t.rejects(ask(service.url, own.cert, { ...stranger, maxVersion: 'TLSv1.2' }), 'the same with TLS 1.2')
})

t.test('files with which no TLS can be spoken', async t => {
  const own = selfSignedCertificate(name)
  const { directory, environment } = await place(t, own)
  const bad = join(directory, 'bad.pem')
  await writeFile(bad, own.key.replace(/^[A-Za-z0-9+/]{20}/m, 'A'.repeat(20)))
  const other = join(directory, 'other.pem')
  await writeFile(other, selfSignedCertificate(name).key)
  const { KMS_TLS_SERVE_CERT, KMS_TLS_SERVE_KEY } = environment
  const refused = [
    ['no key', { KMS_TLS_SERVE_CERT }, /KMS_TLS_SERVE_KEY: must be set/],
    ['no certificate', { KMS_TLS_SERVE_KEY }, /KMS_TLS_SERVE_CERT: must be set/],
    ['a file that is not there', { ...environment, KMS_TLS_SERVE_KEY: '/nowhere' }, /cannot be read \(ENOENT\)/],
    ['a key that is none', { ...environment, KMS_TLS_SERVE_KEY: bad }, /no certificate and its private key/],
    ['the key of another one', { ...environment, KMS_TLS_SERVE_KEY: other }, /no certificate and its private key/],
    ['no issuer of clients', { ...environment, KMS_TLS_CLIENT_CACERTS: '/nowhere' }, /cannot be read \(ENOENT\)/],
    ['issuers of clients without TLS', { KMS_TLS_CLIENT_CACERTS: bad }, /KMS_TLS_CLIENT_CACERTS/],
    ['no issuer of servers', { KMS_TLS_CACERTS: '/nowhere' }, /\/nowhere: cannot be read \(ENOENT\)/],
    ['a key for issuers of servers', { KMS_TLS_CACERTS: KMS_TLS_SERVE_KEY }, /key\.pem: no certificate in PEM/],
    ['a plain URL', { ...environment, KMS_BASE_URL: 'http://kms.example' }, /KMS_BASE_URL: must be an https URL/],
  ] as const
  for (const [what, settings, expected] of refused) {
    const { code, output } = await runService({ directory, environment: settings })
    t.equal(code, 1, what)
    t.match(output, expected, what)
    t.notMatch(output, own.key.split('\n')[1] ?? own.key, 'nothing of a key is said')
  }
})

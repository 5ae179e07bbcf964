import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryKeyStore, seededRandom, systemClock } from '@keyhold/adapters'
import { buildServer } from '@keyhold/app'
import { chooseAuthenticators } from '@keyhold/app/authenticate.js'
import { loadConfig } from '@keyhold/app/config/load-config.js'
import { KeyholdClient, KeyholdError } from '@keyhold/client'
import { AeadLock, type DidSigner, resolveSelfContainedDid, SecretBytes } from '@keyhold/core'
import t, { type Test } from 'tap'
import { type ActorName, actors } from '../app/http/authorization/actors.ts'

function signerOf(name: ActorName): DidSigner {
  const { url, sign } = actors[name]
  return { didUrl: url, signer: { sign } }
}

/** The whole service as it starts by default, listening; its URL. */
async function service(t: Test): Promise<string> {
  const random = seededRandom(1)
  const lock = new AeadLock('test', new SecretBytes(random(32)), random)
  const config = loadConfig({ KMS_DATABASE_TYPE: 'memory' })
  const server = await buildServer({
    ports: { store: new MemoryKeyStore(), lock, random, clock: systemClock },
    authenticators: chooseAuthenticators(config, systemClock, resolveSelfContainedDid),
  })
  t.teardown(() => server.close())
  return server.listen({ host: '127.0.0.1', port: 0 })
}

/** A server that answers anything; its URL. */
async function answering(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What a promise is rejected with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

t.test('a client creates a keystore of its own, which nobody else can look at', async t => {
  const url = await service(t)
  const owner = new KeyholdClient(signerOf('owner'))
  t.equal(owner.didUrl, actors.owner.url)
  const { url: keystore } = await owner.createKeystore(url)
  t.ok(keystore.startsWith(`${url}/v1/keystores/`))
  t.match(await owner.send('GET', keystore), { key_store_url: keystore, controller: actors.owner.url, revision: 1 })

  const error = await rejection(new KeyholdClient(signerOf('stranger')).send('GET', keystore))
  t.ok(error instanceof KeyholdError)
  t.match(error, { name: 'KeyholdError', status: 403, code: 'FORBIDDEN', message: /not allowed/ })
})

t.test('a key is exported in the form that a query asks for', async t => {
  const url = await service(t)
  const { url: keystore, client } = await new KeyholdClient(signerOf('owner')).createKeystore(url)
  const { key_url } = await client.send('POST', `${keystore}/keys`, { key_type: 'ED25519' })
  const { did_key } = await client.send('GET', `${key_url}/export?format=did_key`)
  t.match(did_key, /^did:key:z6Mk/)
})

t.test('errors of the service keep their status and code', async t => {
  const url = await service(t)
  const owner = new KeyholdClient(signerOf('owner'))
  const { url: keystore } = await owner.createKeystore(url)
  const rows: readonly [string, string, object | undefined, number, string][] = [
    ['GET', `${url}/v1/keystores/another`, undefined, 403, 'FORBIDDEN'],
    ['GET', `${url}/nothing`, undefined, 404, 'NOT_FOUND'],
    ['DELETE', keystore, undefined, 405, 'METHOD_NOT_ALLOWED'],
    ['POST', `${url}/v1/keystores`, { controller: '' }, 400, 'INVALID_REQUEST'],
    ['POST', `${url}/v1/keystores`, { controller: actors.heir.url }, 403, 'FORBIDDEN'],
    ['POST', keystore, { controller: actors.owner.url, revision: 7 }, 409, 'CONFLICT'],
    ['POST', `${keystore}/keys`, { key_type: 'ED25519' }, 401, 'UNAUTHENTICATED'],
  ]
  for (const [method, target, body, status, code] of rows) {
    const error = await rejection(owner.send(method, target, body))
    t.match(error, { name: 'KeyholdError', status, code }, `${method} ${target.slice(url.length)}`)
  }
})

t.test('an answer that is not the service’s own is an error with its status', async t => {
  const answers: readonly [number, string][] = [
    [502, '<html>Bad Gateway</html>'],
    [503, ''],
    [500, '"text"'],
    [429, 'null'],
    [204, ''],
  ]
  for (const [status, text] of answers) {
    const url = await answering(t, (_request, response) => response.writeHead(status).end(text))
    const error = await rejection(new KeyholdClient(signerOf('owner')).send('GET', url))
    t.ok(error instanceof KeyholdError, `${status} ${text}`)
    t.match(error, { status, code: 'UNKNOWN', message: String }, `${status} ${text}`)
  }
})

t.test('a signed request is never sent on to where it was not meant for', async t => {
  let reached = false
  const elsewhere = await answering(t, (_request, response) => {
    reached = true
    response.end('{}')
  })
  const url = await answering(t, (_request, response) => response.writeHead(307, { location: elsewhere }).end())
  const error = await rejection(new KeyholdClient(signerOf('owner')).send('POST', url, {}))
  t.ok(error instanceof TypeError)
  t.notOk(reached)
})

t.test('nobody answers', async t => {
  const error = await rejection(new KeyholdClient(signerOf('owner')).send('GET', 'http://127.0.0.1:1/'))
  t.ok(error instanceof TypeError)
})

import { EventEmitter, once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock, systemRandom } from '@keyhold/adapters'
import { openEdvVaults } from '@keyhold/adapters/vault-edv'
import { outcome } from '@keyhold/contract'
import { KmsError, SecretBytes, type Vault, type VaultBinding } from '@keyhold/core'
import t, { type Test } from 'tap'
import { openVault, openVaults } from '../support/edv-server.ts'
import { newSigner } from '../support/edv-wallet.ts'
import { capabilities, faultyVault, type Kind, kinds } from '../support/faulty-vault.ts'

const signer = await newSigner()
const origin = 'http://127.0.0.1:9'
const place = { url: `${origin}/edvs/one`, capability: capabilities.spec, signer }

const calls: Readonly<Record<string, (vault: Vault) => Promise<unknown>>> = {
  put: vault => vault.put('one', Uint8Array.of(1)),
  get: vault => vault.get('one'),
  remove: vault => vault.remove('one'),
}

function opened(t: Test, changes: Partial<VaultBinding>): Promise<string> {
  const key = () => new SecretBytes(new Uint8Array(32).fill(1))
  const binding = { ...place, recipientKey: key(), macKey: key(), ...changes }
  return outcome(() => openVaults(t, origin).open(binding))
}

t.test('the URL of a vault has one form', async t => {
  const paths = ['/edvs/one', '/encrypted-data-vaults/one', '/a/b/edvs/z19xXoFRcobgskDQ6ywrRaa14', '/edvs/a-b_c.d~e']
  for (const path of paths) t.equal(await opened(t, { url: origin + path }), 'done', path)
  const others = [
    '',
    '/',
    '/edvs',
    '/edvs/',
    '/edvs/one/',
    '/edvs/one/two',
    '/edvs/one/documents',
    '/edv/one',
    '/xedvs/one',
    '//edvs/one',
    '/a//edvs/one',
    '/edvs/.',
    '/edvs/..',
    '/edvs/../edvs/one',
    '/edvs/./one',
    '/edvs/%6fne',
    '/edvs/a%2fb',
    '/edvs/one?x=1',
    '/edvs/one?',
    '/edvs/one#x',
    '/edvs/one#',
    '/edvs/one;x',
    '/edvs\\one',
    '/edvs/one ',
    '/edvs/ö',
    `/edvs/${'a'.repeat(3000)}`,
  ]
  for (const path of others) t.equal(await opened(t, { url: origin + path }), 'INVALID_REQUEST', path.slice(0, 40))
  const urls = ['', 'x', '/edvs/one', 'ftp://127.0.0.1:9/edvs/one', 'http://user@127.0.0.1:9/edvs/one', 'edvs/one']
  for (const url of urls) t.equal(await opened(t, { url }), 'INVALID_REQUEST', url)
})

t.test('a vault is at a public host, or where the operator allows one', async t => {
  const vaultsAllowing = (...allow: string[]) =>
    openEdvVaults({ allow, timeout: 1000, random: systemRandom(), clock: systemClock })
  const key = () => new SecretBytes(new Uint8Array(32).fill(1))
  const inside = ['http://127.0.0.1:9', 'https://127.0.0.1', 'http://edv.example', 'https://10.0.0.1', 'https://[::1]']
  const opened = (origin: string, ...allow: string[]) =>
    outcome(() =>
      vaultsAllowing(...allow).open({ ...place, url: `${origin}/edvs/one`, recipientKey: key(), macKey: key() }),
    )
  t.equal(await opened('https://edv.example'), 'done')
  for (const origin of inside) {
    t.equal(await opened(origin), 'INVALID_REQUEST', origin)
    t.equal(await opened(origin, 'http://edv.inside:8081'), 'INVALID_REQUEST', `${origin}, another is allowed`)
    t.equal(await opened(origin, origin), 'done', `${origin}, it is allowed`)
  }
  t.throws(() => vaultsAllowing('edv.inside:8081'), { code: 'INVALID_REQUEST' })
})

t.test('the context of its capability decides how a vault is spoken with', async t => {
  for (const context of ['https://w3id.org/security/v2', 'https://w3id.org/zcap/v1']) {
    for (const capability of [{ '@context': context }, { '@context': [context, 'https://more.example'] }]) {
      t.equal(await opened(t, { capability }), 'done', JSON.stringify(capability))
    }
  }
  const others = [undefined, null, 1, '', 'https://w3id.org/security/v1', [], [['https://w3id.org/zcap/v1']], {}]
  for (const context of [...others, ['https://www.w3.org/ns/did/v1', 'https://w3id.org/zcap/v1']]) {
    t.equal(await opened(t, { capability: { '@context': context } }), 'INVALID_REQUEST', JSON.stringify(context))
  }
  const noise = Array.from({ length: 4000 }, (_, i) => (i * 2654435761).toString(36)).join('')
  const large = { ...capabilities.spec, noise }
  t.equal(await opened(t, { capability: large }), 'INVALID_REQUEST', 'one that no header could hold')
})

t.test('a recipient key that is none is refused, and wiped with the other key', async t => {
  for (const bytes of [
    new Uint8Array(32),
    new Uint8Array(32).fill(0xff),
    new Uint8Array(31).fill(1),
    new Uint8Array(0),
  ]) {
    const keys = { recipientKey: new SecretBytes(bytes), macKey: new SecretBytes(new Uint8Array(32).fill(1)) }
    t.equal(await opened(t, keys), 'INVALID_REQUEST', `${bytes.length} bytes`)
    for (const key of Object.values(keys)) t.throws(() => key.lend(() => undefined))
  }
})

/** A listener that answers everything alike. */
const always =
  (status: number, body: string | Buffer = '', headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, headers).end(body)

const json = { 'content-type': 'application/json' }

const drip: RequestListener = (_, response) => {
  response.writeHead(200)
  const timer = setInterval(() => response.write(' '), 10)
  response.once('close', () => clearInterval(timer))
}

const endless: RequestListener = (_, response) => {
  response.writeHead(200, json)
  const more = () => {
    while (response.writable && response.write(Buffer.alloc(65_536, ' ')));
    response.once('drain', more)
  }
  more()
}

/** What each call of each kind of vault makes of a fault; one code for all, or by the name of the call. */
type Expected = string | Readonly<Record<string, string>>
type FaultRow = readonly [
  listener: RequestListener,
  expected: Expected | Readonly<Record<Kind, Expected>>,
  timeout?: number,
]

const unavailable = 'VAULT_UNAVAILABLE'
const refused = 'VAULT_REFUSED'

const faults: Readonly<Record<string, FaultRow>> = {
  'hangs before it answers': [() => undefined, unavailable, 200],
  'hangs in the middle of its answer': [(_, response) => void response.writeHead(200).write('{'), unavailable, 200],
  drips: [drip, unavailable, 200],
  'answers without an end': [endless, unavailable],
  'announces a gigabyte': [
    (_, response) => void response.writeHead(200, { 'content-length': '1000000000' }).write('{'),
    unavailable,
    500,
  ],
  'breaks every connection': [request => void request.socket.destroy(), unavailable],
  'breaks off in the middle of its answer': [
    (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"id":')
      setImmediate(() => request.socket.destroy())
    },
    unavailable,
  ],
  'speaks another protocol': [request => void request.socket.end('220 mail.example ESMTP\r\n'), unavailable],
  'answers 200 and HTML': [always(200, '<html>'), { put: unavailable, get: unavailable, remove: 'either' }],
  'answers 200 and nothing': [always(200), { put: unavailable, get: unavailable, remove: 'either' }],
  'answers 200 and null': [always(200, 'null', json), { put: unavailable, get: unavailable, remove: 'either' }],
  'answers 200 and a list': [always(200, '[]', json), { put: unavailable, get: unavailable, remove: 'either' }],
  'answers 200 and half of a JSON': [
    always(200, '{"id":"x","jwe":{'),
    { put: unavailable, get: unavailable, remove: 'either' },
  ],
  'answers 200 and deep JSON': [
    always(200, '['.repeat(500_000)),
    { put: unavailable, get: unavailable, remove: 'either' },
  ],
  'answers 204': [always(204), { put: unavailable, get: unavailable, remove: unavailable }],
  'answers 301': [always(301, '', { location: `${origin}/edvs/two` }), unavailable],
  'answers 307': [always(307, '', { location: '/edvs/one/documents' }), unavailable],
  'answers 400': [always(400, 'Bad Request'), unavailable],
  'answers 401': [always(401, 'unauthorized\n'), refused],
  'answers 403': [always(403, '{"type":"NotAllowedError"}', json), refused],
  'answers 404 and HTML': [always(404, '<html>Not Found</html>'), unavailable],
  'answers 405': [always(405), unavailable],
  'answers 429': [always(429), unavailable],
  'answers 500': [always(500, 'Internal Server Error'), unavailable],
  'answers 502 and HTML': [always(502, '<html>'), unavailable],
  'answers 503': [always(503, '', { 'retry-after': '1' }), unavailable],
  'answers 409 to everything': [
    always(409),
    { trustbloc: { put: 'done', get: unavailable, remove: unavailable }, spec: unavailable },
  ],
}

for (const kind of kinds) {
  t.test(`${kind}: a vault that`, async t => {
    for (const [name, [listener, expected, timeout]] of Object.entries(faults)) {
      await t.test(name, async t => {
        for (const [call, run] of Object.entries(calls)) {
          const { vault } = await faultyVault(t, kind, listener, timeout)
          const code = await outcome(() => run(vault))
          const wanted = expectedOf(expected, kind, call)
          // TrustBloc's answer to a removal has no body, so that nothing of it can be wrong.
          t.equal(code, wanted === 'either' ? (kind === 'trustbloc' ? 'done' : unavailable) : wanted, call)
        }
      })
    }
  })
}

function expectedOf(expected: FaultRow[1], kind: Kind, call: string): string | undefined {
  const ofKind =
    typeof expected === 'object' && kind in expected ? (expected as Record<Kind, Expected>)[kind] : expected
  return typeof ofKind === 'string' ? ofKind : (ofKind as Readonly<Record<string, string>>)[call]
}

t.test('a vault where nobody listens', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  const vault = await openVault(t, { ...place, url: `http://127.0.0.1:${port}/edvs/one` })
  for (const [name, run] of Object.entries(calls)) t.equal(await outcome(() => run(vault)), unavailable, name)
})

t.test('what a vault answers is in no message', async t => {
  const marker = 'a-text-of-the-vault'
  for (const kind of kinds) {
    for (const status of [200, 201, 204, 301, 400, 401, 403, 404, 409, 500]) {
      const listener = always(status, status === 204 ? '' : marker, { location: `/${marker}`, 'x-marker': marker })
      const { vault } = await faultyVault(t, kind, listener)
      for (const run of Object.values(calls)) {
        const error = await run(vault).catch((error: unknown) => error)
        if (error instanceof KmsError) t.notMatch(error.message + String(error.cause), marker, `${kind} ${status}`)
      }
    }
  }
})

t.test('more calls than a vault may have under way are refused at once', async t => {
  const gate = new EventEmitter()
  const opened = once(gate, 'open')
  const { vault } = await faultyVault(t, 'trustbloc', async (_, response) => {
    await opened
    response.writeHead(404).end('specified document does not exist')
  })
  const running = Array.from({ length: 1000 }, () => vault.get('one'))
  t.equal(await outcome(() => vault.get('one')), unavailable)
  gate.emit('open')
  t.strictSame(new Set(await Promise.all(running)), new Set([undefined]))
  t.equal(await vault.get('one'), undefined, 'and then others may come')
})

import { isIP } from 'node:net'
import { GuardedHttp } from '@keyhold/adapters/shared/guarded-http.js'
import { HttpFailure } from '@keyhold/adapters/shared/http.js'
import { UrlGuard } from '@keyhold/adapters/shared/url-guard.js'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { buildConnector } from 'undici'
import { propertyRuns } from '../support/property-runs.ts'

/** Addresses of the open internet, to none of which anything is sent here. */
const [outside, outside2, outside6] = ['93.184.215.14', '8.8.8.8', '2606:4700:4700::1111'] as const

/** A client whose connections all fail, what they would have gone to, and the names that were resolved. */
function client(t: Test, answers: readonly (readonly string[])[], allow: readonly string[] = []) {
  const dialled: buildConnector.Options[] = []
  const names: string[] = []
  const http = new GuardedHttp({
    guard: new UrlGuard({ allow, ports: [443, 8443] }),
    timeout: 10_000,
    resolve: async name => {
      names.push(name)
      return answers[Math.min(names.length, answers.length) - 1] ?? []
    },
    connect: (target, callback) => {
      dialled.push(target)
      callback(Object.assign(new Error('nothing is connected to'), { code: 'ECONNREFUSED' }), null)
    },
  })
  t.teardown(() => http.close())
  const send = async (url: string, headers = {}) => {
    const call = { method: 'GET', url, headers, signal: AbortSignal.timeout(10_000) } as const
    return http.send(call).then(
      () => 'answered',
      error => (error instanceof HttpFailure ? error.reason : `${error}`),
    )
  }
  return { send, names, dialled, addresses: () => dialled.map(({ hostname }) => hostname) }
}

const url = 'https://vault.example.com/edvs/z1'

t.test('the connection goes to the address that was looked at, under the name', async t => {
  const { send, names, dialled } = client(t, [[outside]])
  t.equal(await send(url), 'connection')
  t.strictSame(names, ['vault.example.com'], 'resolved once')
  t.match(dialled, [{ protocol: 'https:', hostname: outside, port: '', servername: 'vault.example.com' }])
  t.equal(dialled.length, 1)
})

t.test('the name of the certificate is that of the URL, whatever the headers say', async t => {
  const { send, dialled } = client(t, [[outside]])
  await send(url, { host: 'other.example.com' })
  await send(`https://${outside}/`, { host: 'other.example.com' })
  await send(`https://[${outside6}]/`)
  t.strictSame(
    dialled.map(({ servername, hostname }) => [servername, hostname]),
    [
      ['vault.example.com', outside],
      ['', outside],
      ['', outside6],
    ],
  )
})

t.test('an address in the URL is not resolved', async t => {
  const { send, names, addresses } = client(t, [['127.0.0.1']])
  for (const host of [outside, `[${outside6}]`]) t.equal(await send(`https://${host}:8443/`), 'connection')
  t.strictSame(names, [])
  t.strictSame(addresses(), [outside, outside6])
})

t.test('one address that is not public refuses the name', async t => {
  const inside = ['127.0.0.1', '::1', '10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1', 'fd00:ec2::254', '0.0.0.0']
  const noAddresses = ['', 'localhost', '127.1', '0x7f000001', `${outside}/32`, 'fe80::1%eth0']
  for (const address of [...inside, ...noAddresses]) {
    for (const answer of [[address], [outside, address], [address, outside], [outside, outside2, outside6, address]]) {
      const { send, dialled } = client(t, [answer])
      t.equal(await send(url), 'address', answer.join())
      t.strictSame(dialled, [])
    }
  }
})

t.test('a name that changes is looked at again for every connection', async t => {
  const { send, names, addresses } = client(t, [[outside], ['127.0.0.1'], [outside2]])
  t.equal(await send(url), 'connection')
  t.equal(await send(url), 'address')
  t.equal(await send(url), 'connection')
  t.equal(names.length, 3)
  t.strictSame(addresses(), [outside, outside2])
})

t.test('a few addresses are tried, and no more', async t => {
  const { send, addresses } = client(t, [[outside, outside6, outside2, '1.1.1.1', '9.9.9.9']])
  t.equal(await send(url), 'connection')
  t.strictSame(addresses(), [outside, outside6, outside2])
})

t.test('a name without an address, or without an answer, is no connection', async t => {
  t.equal(await client(t, [[]]).send(url), 'connection')
  const guard = new UrlGuard({ allow: [] })
  const failing = [
    [
      'a refusal',
      'the connection failed (ENOTFOUND)',
      async () => Promise.reject(Object.assign(new Error('vault.example.com'), { code: 'ENOTFOUND' })),
    ],
    ['silence', 'the name was not resolved in time', () => new Promise<never>(() => undefined)],
  ] as const
  for (const [name, message, resolve] of failing) {
    const http = new GuardedHttp({ guard, timeout: 100, resolve })
    const call = { method: 'GET', url, headers: {}, signal: AbortSignal.timeout(10_000) } as const
    await t.rejects(http.send(call), { name: 'HttpFailure', reason: 'connection', message }, name)
    await http.close()
  }
})

t.test('an allowed origin is connected to wherever it leads, and no other by it', async t => {
  const { send, addresses } = client(t, [['127.0.0.1', '::1']], ['http://edv:8081', 'https://vault.example.com'])
  t.equal(await send('http://edv:8081/edvs'), 'connection')
  t.equal(await send(url), 'connection')
  t.strictSame(addresses(), ['127.0.0.1', '::1', '127.0.0.1', '::1'])
  for (const other of ['https://vault.example.com:8443/', 'https://edv.example.com/'])
    t.equal(await send(other), 'address')
  t.equal(addresses().length, 4)
})

t.test('refused names leave nothing behind that would count', async t => {
  const { send, addresses } = client(t, [...Array.from({ length: 1100 }, () => ['127.0.0.1']), [outside]])
  for (let i = 0; i < 1100; i++) await send(`https://vault-${i}.example.com/`)
  t.equal(await send(url), 'connection')
  t.strictSame(addresses(), [outside])
})

t.test('whatever a URL is made of, it is refused, or what it says is what is connected to', async t => {
  const good = { scheme: 'https://', host: 'vault.example.com', port: '', path: '/edvs/z1' }
  const pieces = [
    '',
    '@',
    ':',
    '/',
    '\\',
    '#',
    '?',
    '%',
    '.',
    '..',
    ' ',
    '\t',
    '\n',
    '\0',
    '[',
    ']',
    ';',
    '。',
    '／',
    'ß',
    '\u00ad',
  ]
  const hosts = [
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '[::1]',
    '[::ffff:7f00:1]',
    'localhost',
    'xn--bcher-kva.example',
    outside,
  ]
  const inserted = fc.oneof(fc.constantFrom(...pieces, ...hosts), fc.string({ maxLength: 3, unit: 'binary' }))
  const urls = fc.oneof(
    fc
      .record({
        scheme: fc.constantFrom(good.scheme, good.scheme, good.scheme, 'http://', 'HTTPS://', 'https:', '//'),
        host: fc.oneof(fc.constantFrom(good.host, good.host, `[${outside6}]`, ...hosts), fc.domain()),
        port: fc.constantFrom('', '', ':443', ':8443', ':80', ':0443', ':', ':99999'),
        path: fc.oneof(fc.constantFrom('', '/', good.path), fc.webPath()),
      })
      .map(({ scheme, host, port, path }) => `${scheme}${host}${port}${path}`),
    fc.tuple(fc.nat(40), inserted).map(([at, piece]) => {
      const whole = `${good.scheme}${good.host}${good.path}`
      return `${whole.slice(0, at)}${piece}${whole.slice(at)}`
    }),
    fc.array(inserted, { maxLength: 8 }).map(parts => `https://${parts.join('')}`),
  )
  const { send, dialled } = client(t, [[outside2]])
  let accepted = 0
  const property = fc.asyncProperty(urls, async text => {
    const before = dialled.length
    const verdict = await send(text)
    if (verdict === 'address') return dialled.length === before
    accepted += 1
    const parsed = new URL(text)
    const host = parsed.hostname.replace(/^\[|\]$/g, '')
    const target = dialled[before]
    const name = isIP(host) === 0 ? { servername: host, hostname: outside2 } : { servername: '', hostname: host }
    return (
      verdict === 'connection' &&
      dialled.length === before + 1 &&
      `${target?.protocol}//${target?.host}` === parsed.origin &&
      target?.servername === name.servername &&
      target.hostname === name.hostname &&
      target.port === parsed.port &&
      // The host stands in the text as a reader would expect it.
      text.startsWith(`https://${parsed.hostname}`)
    )
  })
  await fc.assert(property, propertyRuns)
  t.not(accepted, 0, 'some were not refused')
})

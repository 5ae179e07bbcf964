import type { IncomingMessage } from 'node:http'
import { clientAddress } from '@keyhold/app/http/limits/client-address.js'
import { trustedProxies } from '@keyhold/app/http/trusted-proxies.js'
import t from 'tap'

const address = clientAddress(trustedProxies(['10.0.0.0/8', '2001:db8:aaaa::/48']))

function of(remoteAddress: string | undefined, headers: Readonly<Record<string, string>> = {}): string {
  return address({ socket: { remoteAddress }, headers } as unknown as IncomingMessage)
}

const list = (value: string) => ({ 'x-forwarded-for': value })
const forwarded = (value: string) => ({ forwarded: value })

const cases: readonly (readonly [what: string, address: string, expected: string])[] = [
  ['a socket', of('192.0.2.1'), '192.0.2.1'],
  ['one for both versions', of('::ffff:192.0.2.1'), '192.0.2.1'],
  ['one that is gone', of(undefined), ''],
  ['IPv6, by its network', of('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2'],
  ['the same, written otherwise', of('2001:0DB8:0001:0002::9'), '2001:db8:1:2'],
  ['zeros in between', of('2001:db8::1'), '2001:db8:0:0'],
  ['zeros at the beginning', of('::1'), '0:0:0:0'],
  ['zeros at the end', of('2001:db8:1:2::'), '2001:db8:1:2'],
  ['IPv4 at the end', of('64:ff9b::192.0.2.1'), '64:ff9b:0:0'],

  ['a stranger that says it is somebody else', of('192.0.2.1', list('198.51.100.1')), '192.0.2.1'],
  ['the same in the other header', of('192.0.2.1', forwarded('for=198.51.100.1')), '192.0.2.1'],
  ['a proxy', of('10.0.0.1', list('198.51.100.1')), '198.51.100.1'],
  ['a proxy that says nothing', of('10.0.0.1'), '10.0.0.1'],
  ['a proxy of IPv6', of('2001:db8:aaaa::7', list('198.51.100.1')), '198.51.100.1'],
  ['a client that lies to a proxy', of('10.0.0.1', list('203.0.113.9, 198.51.100.1')), '198.51.100.1'],
  ['two proxies', of('10.0.0.1', list('203.0.113.9, 198.51.100.1, 10.0.0.2')), '198.51.100.1'],
  ['nobody but proxies', of('10.0.0.1', list('10.0.0.3, 10.0.0.2')), '10.0.0.3'],
  ['with a port', of('10.0.0.1', list('198.51.100.1:4711')), '198.51.100.1'],
  ['IPv6', of('10.0.0.1', list('2001:db8:1:2::1')), '2001:db8:1:2'],
  ['IPv6 with a port', of('10.0.0.1', list('[2001:db8:1:2::1]:4711')), '2001:db8:1:2'],
  ['IPv4 as IPv6', of('10.0.0.1', list('::ffff:198.51.100.1')), '198.51.100.1'],
  ['what is no address', of('10.0.0.1', list('198.51.100.1, unknown')), '10.0.0.1'],
  ['nothing', of('10.0.0.1', list('')), '10.0.0.1'],
  ['nothing at the end', of('10.0.0.1', list('198.51.100.1,')), '10.0.0.1'],

  ['RFC 7239', of('10.0.0.1', forwarded('for=198.51.100.1;proto=http;by=203.0.113.43')), '198.51.100.1'],
  ['quoted', of('10.0.0.1', forwarded('proto=http;For="[2001:db8:1:2::17]:4711"')), '2001:db8:1:2'],
  ['several', of('10.0.0.1', forwarded('for=203.0.113.9, for=198.51.100.1, for=10.0.0.2')), '198.51.100.1'],
  ['obfuscated', of('10.0.0.1', forwarded('for=198.51.100.1, for=_hidden')), '10.0.0.1'],
  ['without for', of('10.0.0.1', forwarded('proto=https')), '10.0.0.1'],

  ['both, alike', of('10.0.0.1', { ...list('198.51.100.1'), ...forwarded('for=198.51.100.1') }), '198.51.100.1'],
  [
    'both, of which one may be a lie',
    of('10.0.0.1', { ...list('198.51.100.1'), ...forwarded('for=1.1.1.1') }),
    '10.0.0.1',
  ],
]

for (const [what, found, expected] of cases) {
  t.test(what, async t => {
    t.equal(found, expected)
  })
}

import { BlockList, isIPv4 } from 'node:net'
import { isPublicAddress } from '@keyhold/adapters/shared/public-address.js'
import fc from 'fast-check'
import t from 'tap'
import { propertyRuns } from '../support/property-runs.ts'

/**
 * The IANA registries of special-purpose addresses for IPv4 and IPv6, as far as these are not globally reachable or
 * stand for something else, and the ranges that are no unicast. Node's own list is the second implementation.
 */
const ranges4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
const ranges6 = [
  '::/3',
  '4000::/2',
  '8000::/1',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '2620:4f:8000::/48',
  '3fff::/20',
]

/** One list for each kind: to a common one, every address of IPv4 is one of IPv6 too. */
const special4 = new BlockList()
const special6 = new BlockList()
for (const range of ranges4) special4.addSubnet(...subnet(range), 'ipv4')
for (const range of ranges6) special6.addSubnet(...subnet(range), 'ipv6')
special4.addAddress('168.63.129.16')

function subnet(range: string): [network: string, length: number] {
  const [network = '', length] = range.split('/')
  return [network, Number(length)]
}

const isSpecial = (address: string) => (isIPv4(address) ? special4.check(address) : special6.check(address, 'ipv6'))

const address4 = (value: bigint) => [24n, 16n, 8n, 0n].map(shift => (value >> shift) & 0xffn).join('.')
const address6 = (value: bigint) =>
  Array.from({ length: 8 }, (_, group) => ((value >> BigInt(112 - 16 * group)) & 0xffffn).toString(16)).join(':')

t.test('the first and last address of each range are not public, and their neighbours as they are', async t => {
  for (const range of ranges4) {
    const [network, length] = subnet(range)
    const first = network.split('.').reduce((value, octet) => (value << 8n) | BigInt(octet), 0n)
    const last = first + (1n << BigInt(32 - length)) - 1n
    for (const edge of [first, last]) t.notOk(isPublicAddress(address4(edge)), address4(edge))
    for (const beyond of [first - 1n, last + 1n]) {
      const address = address4(beyond)
      if (beyond > 0n && beyond < 1n << 32n) t.equal(isPublicAddress(address), !isSpecial(address), address)
    }
  }
})

t.test('any address is public unless it is in one of the ranges', async t => {
  const addresses = fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map(address4),
    fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map(address6),
    // Where the ranges are: all within a few short prefixes.
    fc
      .tuple(fc.constantFrom(0x2000n, 0x2001n, 0x2002n, 0x2620n, 0x3ffen, 0x3fffn), fc.bigInt(0n, (1n << 112n) - 1n))
      .map(([prefix, rest]) => address6((prefix << 112n) | rest)),
    fc
      .tuple(fc.constantFrom(0n, 1n, 0xdb7n, 0xdb8n, 0x1ffn, 0x200n), fc.bigInt(0n, (1n << 96n) - 1n))
      .map(([second, rest]) => address6((0x2001n << 112n) | (second << 96n) | rest)),
    fc.ipV4(),
    fc.ipV6().filter(address => !address.includes('%')),
  )
  const property = fc.property(addresses, address => isPublicAddress(address) === !isSpecial(address))
  t.doesNotThrow(() => fc.assert(property, propertyRuns))
})

t.test('what stands for an address of IPv4 is not public, whatever it stands for', async t => {
  for (const [one, two] of ['7f00:1', '808:808', 'a9fe:a9fe'].map(text => text.split(':'))) {
    const addresses = [
      `::ffff:${one}:${two}`,
      `::${one}:${two}`,
      `::ffff:0:${one}:${two}`,
      `64:ff9b::${one}:${two}`,
      `64:ff9b:1::${one}:${two}`,
      `2002:${one}:${two}::1`,
      `2001:0:${one}:${two}::1`,
    ]
    for (const address of addresses) t.notOk(isPublicAddress(address), address)
  }
  for (const address of ['::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8']) t.notOk(isPublicAddress(address))
})

t.test('only an address in its plain form is one', async t => {
  t.ok(isPublicAddress('8.8.8.8'))
  t.ok(isPublicAddress('2606:4700:4700::1111'))
  const others = [
    '',
    '8.8.8',
    '134744072',
    '0x8.8.8.8',
    '010.8.8.8',
    '8.8.8.8.',
    ' 8.8.8.8',
    '8.8.8.8/32',
    'example.com',
  ]
  const others6 = ['[2606::1]', '2606::1%eth0', '2606::1%', '2606::1/64', '2606:::1', '2606::1::', '8.8.8.8:443']
  for (const text of [...others, ...others6]) t.notOk(isPublicAddress(text), JSON.stringify(text))
})

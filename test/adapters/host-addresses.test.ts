import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { dnsAddresses, systemAddresses } from '@keyhold/adapters/shared/host-addresses.js'
import t, { type Test } from 'tap'

const type = { a: 1, cname: 5, aaaa: 28 } as const

/** What a DNS server says of any name; it says `refused` where there is nothing. */
type Zone = Partial<Record<number, readonly (readonly [type: number, data: Buffer])[]>>

/** A DNS server (RFC 1035) on loopback, and its address. */
async function dnsServer(t: Test, zone: Zone): Promise<string> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.teardown(() => socket.close())
  socket.on('message', (query, { port, address }) => {
    // After the header of twelve bytes: the name, its end, and the type.
    const end = query.indexOf(0, 12) + 1
    const answers = zone[query.readUInt16BE(end)]
    const header = Buffer.from([0x81, answers === undefined ? 0x85 : 0x80, 0, 1, 0, answers?.length ?? 0, 0, 0, 0, 0])
    const records = (answers ?? []).map(([kind, data]) =>
      Buffer.concat([Buffer.from([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 0, 0, data.length]), data]),
    )
    socket.send(Buffer.concat([query.subarray(0, 2), header, query.subarray(12, end + 4), ...records]), port, address)
  })
  return `127.0.0.1:${socket.address().port}`
}

const ipv4 = (...octets: number[]) => [type.a, Buffer.from(octets)] as const
const loopback6 = [type.aaaa, Buffer.from('00000000000000000000000000000001', 'hex')] as const
/** To the name of the question itself: what matters is that the address is found behind it. */
const alias = [type.cname, Buffer.from([0xc0, 12])] as const

t.test('all addresses of both kinds are answered', async t => {
  const server = await dnsServer(t, { [type.a]: [ipv4(8, 8, 8, 8), ipv4(127, 0, 0, 1)], [type.aaaa]: [loopback6] })
  t.strictSame(await dnsAddresses('vault.example.com', [server]), ['8.8.8.8', '127.0.0.1', '::1'])
})

t.test('one kind is enough, if there is nothing of the other or the server refuses to say', async t => {
  const only4 = await dnsServer(t, { [type.a]: [ipv4(8, 8, 8, 8)], [type.aaaa]: [] })
  t.strictSame(await dnsAddresses('vault.example.com', [only4]), ['8.8.8.8'])
  const only6 = await dnsServer(t, { [type.aaaa]: [loopback6] })
  t.strictSame(await dnsAddresses('vault.example.com', [only6]), ['::1'])
})

t.test('an alias is answered with what it stands for', async t => {
  const server = await dnsServer(t, { [type.a]: [alias, ipv4(127, 0, 0, 1)], [type.aaaa]: [] })
  t.strictSame(await dnsAddresses('vault.example.com', [server]), ['127.0.0.1'])
})

t.test('no address is an error', async t => {
  const empty = await dnsServer(t, { [type.a]: [], [type.aaaa]: [] })
  await t.rejects(dnsAddresses('vault.example.com', [empty]), { code: 'ENODATA' })
  await t.rejects(dnsAddresses('vault.example.com', [await dnsServer(t, {})]), { code: 'EREFUSED' })
})

t.test('DNS is asked for every name, also for one that the machine knows', async t => {
  const server = await dnsServer(t, { [type.a]: [ipv4(8, 8, 8, 8)], [type.aaaa]: [] })
  t.strictSame(await dnsAddresses('localhost', [server]), ['8.8.8.8'])
})

t.test('the system knows names that are not in DNS', async t => {
  const addresses = await systemAddresses('localhost')
  t.not(addresses.length, 0)
  for (const address of addresses) t.match(address, /^(127\.|::1$)/)
})

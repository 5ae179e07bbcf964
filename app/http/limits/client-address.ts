import type { IncomingMessage } from 'node:http'
import { isIP, type Socket } from 'node:net'

/**
 * The address that a request is counted for: the socket's, or what a trusted proxy says, who adds to `X-Forwarded-For` or
 * `Forwarded` (RFC 7239) whom it was called by. The last one that is no trusted proxy counts, since whoever that is can
 * have written everything before. Two headers that differ count for the proxy: one of them may be its caller's.
 *
 * Whoever has an address of IPv6 has its whole network, so of those the first 64 bits count.
 */
export function clientAddress(isTrusted: (address: string) => boolean): (request: IncomingMessage) => string {
  const networkOf = networksOfSockets()
  return ({ socket, headers }) => {
    const { 'x-forwarded-for': list, forwarded } = headers
    if (list === undefined && forwarded === undefined) return networkOf(socket)
    const peer = plain(socket.remoteAddress ?? '')
    if (!isTrusted(peer)) return networkOf(socket)
    const chains = [list?.toString().split(','), forwarded?.split(',').map(forOf)]
    const clients = chains.flatMap(chain => (chain === undefined ? [] : [lastUntrusted(chain, peer, isTrusted)]))
    return network(clients.every(client => client === clients[0]) ? (clients[0] ?? peer) : peer)
  }
}

/** Who is at the other end of a connection, which stays the same for as long as that lasts. */
function networksOfSockets(): (socket: Socket) => string {
  const known = new WeakMap<Socket, string>()
  return socket => {
    const found = known.get(socket) ?? network(plain(socket.remoteAddress ?? ''))
    // It has no address any more when it has ended.
    if (found !== '') known.set(socket, found)
    return found
  }
}

/** Nothing that is no address is believed, nor anything before it: then the proxy counts that has said it. */
function lastUntrusted(chain: readonly string[], peer: string, isTrusted: (address: string) => boolean): string {
  let last = peer
  for (const hop of chain.toReversed()) {
    const address = addressOf(hop.trim())
    if (address === undefined) return last
    last = address
    if (!isTrusted(address)) return last
  }
  return last
}

/** The value of the parameter `for` of an element. */
function forOf(element: string): string {
  const [, quoted, token = ''] = /(?:^|;)\s*for=(?:"([^"]*)"|([^;\s]*))\s*(?:;|$)/i.exec(element) ?? []
  return quoted ?? token
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`; undefined for anything else. */
function addressOf(node: string): string | undefined {
  const [, bracketed, v4] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d{1,5})?$/.exec(node) ?? []
  const address = bracketed ?? v4 ?? node
  return isIP(address) === 0 ? undefined : plain(address)
}

/** A socket for both versions shows addresses of IPv4 as `::ffff:…`. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

function network(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = head === '' ? [] : head.split(':')
  // An address of IPv4 at the end stands for two groups.
  const behind = tail ? tail.split(':').flatMap(group => (group.includes('.') ? ['0', '0'] : [group])) : []
  const missing = tail === undefined ? 0 : 8 - groups.length - behind.length
  const all = [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...behind]
  return all
    .slice(0, 4)
    .map(group => group.replace(/^0+(?=.)/, ''))
    .join(':')
}

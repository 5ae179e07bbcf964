import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** The only block that global unicast addresses of IPv6 are given out from (RFC 4291, IANA). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/** Lies among public addresses, but is the host's own service to the virtual machines on it (Azure). */
const hostService = '168.63.129.16'

/**
 * Whether an address is one of the open internet. Whatever has another meaning is not: loopback, private, link-local,
 * shared, reserved, multicast and so on, and the addresses of IPv6 that stand for one of IPv4, also for a public one.
 * Only an address in its plain form is one at all: that of IPv4 has four decimal numbers.
 */
export function isPublicAddress(address: string): boolean {
  const isPlain = isIP(address) !== 0 && !address.includes('%')
  if (!isPlain || address === hostService) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(globalUnicast)
}

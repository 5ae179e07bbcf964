import { BlockList } from 'node:net'

/** Tells whether an address is one of some addresses and networks in CIDR form: a proxy whose word is taken. */
export function trustedProxies(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => false
  const list = blockListOf(networks)
  return address => isIn(list, address)
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    const family = address.includes(':') ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}

/** A socket for both versions shows addresses of IPv4 as `::ffff:…`. */
function isIn(list: BlockList, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  return list.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4')
}

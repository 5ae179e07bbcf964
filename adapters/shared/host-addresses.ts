import { lookup, Resolver } from 'node:dns/promises'

/** Answers all addresses of a host; throws if it has none. */
export type ResolveHost = (name: string) => Promise<readonly string[]>

/** Milliseconds for an answer of one DNS server; the second attempt has twice of it. */
const limits = { timeout: 1500, tries: 2 } as const

/**
 * What DNS alone says of a name: no file of hosts, no domains to search in. It waits on sockets, whereas the system's
 * lookup blocks one of the few threads that files and ciphers need too: whose name it is could hold all of them.
 */
export async function dnsAddresses(name: string, servers?: readonly string[]): Promise<readonly string[]> {
  const resolver = new Resolver(limits)
  if (servers !== undefined) resolver.setServers(servers)
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
  const addresses = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []))
  const [failure] = answers.filter(answer => answer.status === 'rejected')
  if (addresses.length === 0 && failure !== undefined) throw failure.reason
  return addresses
}

/** What this machine knows of a name, from wherever: for names of the operator's own. */
export async function systemAddresses(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address)
}

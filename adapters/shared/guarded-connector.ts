import { isIP, type Socket } from 'node:net'
import type { buildConnector } from 'undici'
import { DeadlineError, withDeadline } from './deadline.ts'
import type { ResolveHost } from './host-addresses.ts'
import { HttpFailure } from './http.ts'
import { isPublicAddress } from './public-address.ts'

type Target = buildConnector.Options

export interface GuardedConnectorOptions {
  /** Whether an origin is connected to wherever it leads. */
  readonly isTrusted: (origin: string) => boolean
  readonly resolve: (name: string, isTrusted: boolean) => ReturnType<ResolveHost>
  /** Connects to the address that it is given as the host. */
  readonly connect: buildConnector.connector
  /** Milliseconds until a name must have its addresses. */
  readonly timeout: number
}

/** Addresses of one host that are tried: whose name it is must not send us through a whole network. */
const maximumAttempts = 3

/**
 * Makes the connections to hosts that a stranger has named. A name is resolved here, once for each connection, and the
 * connection goes to the address that was looked at: nothing resolves the name again (DNS rebinding). One address that
 * is not public refuses the whole name. The certificate must be the name's as ever.
 */
export function guardedConnector(options: GuardedConnectorOptions): buildConnector.connector {
  return (target, callback) => {
    reach(target, options).then(
      socket => callback(null, socket),
      error => callback(error, null),
    )
  }
}

async function reach(target: Target, options: GuardedConnectorOptions): Promise<Socket> {
  const addresses = await addressesOf(target, options)
  // The header `host` would decide otherwise, and it may be anything.
  const servername = isIP(target.hostname) === 0 ? target.hostname : ''
  let failure: unknown = new HttpFailure('connection', 'the host has no address')
  for (const address of addresses.slice(0, maximumAttempts)) {
    try {
      return await dial({ ...target, servername, hostname: address }, options.connect)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

async function addressesOf(target: Target, options: GuardedConnectorOptions): Promise<readonly string[]> {
  const isTrusted = options.isTrusted(`${target.protocol}//${target.host}`)
  const addresses =
    isIP(target.hostname) === 0 ? await resolved(target.hostname, isTrusted, options) : [target.hostname]
  const isAddress = isTrusted ? (address: string) => isIP(address) !== 0 : isPublicAddress
  if (!addresses.every(isAddress)) throw new HttpFailure('address', 'the host has an address that is not public')
  return addresses
}

async function resolved(name: string, isTrusted: boolean, { resolve, timeout }: GuardedConnectorOptions) {
  try {
    return await withDeadline(timeout, () => resolve(name, isTrusted))
  } catch (error) {
    if (error instanceof DeadlineError) throw new HttpFailure('connection', 'the name was not resolved in time')
    throw error
  }
}

function dial(target: Target, connect: buildConnector.connector): Promise<Socket> {
  return new Promise((resolve, reject) => {
    connect(target, (error, socket) => (error === null ? resolve(socket) : reject(error)))
  })
}

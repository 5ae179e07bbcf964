import { isIP } from 'node:net'
import { invalidRequest, type KmsError } from '@keyhold/core'
import { isPublicAddress } from './public-address.ts'

export interface UrlGuardOptions {
  /** Origins (`http://edv:8081`) that may be called whatever they are: the only way to plain HTTP, or inside. */
  readonly allow: readonly string[]
  /** Of every other host. Default: 443. */
  readonly ports?: readonly number[]
}

const maximumLength = 2048

/**
 * What a URL may be made of. Everything that two readers might read in two ways is left out: user, query and fragment,
 * percent signs and backslashes, `;` in a path, upper case and anything but ASCII in a host.
 */
const form = /^(https?:)\/\/([a-z0-9._-]+|\[[0-9a-f:]+\])(?::[1-9]\d{0,4})?((?:\/[A-Za-z0-9._~:-]+)*\/?)$/

const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
const maximumNameLength = 253

/** Top-level names that never lead to a public host (RFC 6761, RFC 6762 appendix G, RFC 8375, `.internal` of ICANN). */
const insideNames: ReadonlySet<string> = new Set([
  'localhost',
  'localdomain',
  'local',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
  'arpa',
])

/**
 * Decides which URLs that a stranger names may be called from here. What a name leads to is not known yet: whoever
 * connects must look at the addresses too.
 */
export class UrlGuard {
  readonly #allow: ReadonlySet<string>
  readonly #ports: ReadonlySet<number>

  /** @throws KmsError INVALID_REQUEST if one of `allow` is not an origin */
  constructor({ allow, ports = [443] }: UrlGuardOptions) {
    const wrong = allow.some(origin => !/^https?:/.test(origin) || parse(origin)?.origin !== origin)
    if (wrong) throw invalidRequest('an allowed origin is not of the form scheme://host:port')
    this.#allow = new Set(allow)
    this.#ports = new Set(ports)
  }

  /** The URL, in which nothing differs from what was written. @throws KmsError INVALID_REQUEST, in one text */
  check(text: string): URL {
    const url = read(text)
    if (this.allows(url)) return url
    if (url.protocol !== 'https:') throw refused('the scheme is not https')
    if (!this.#ports.has(url.port === '' ? 443 : Number(url.port))) throw refused('the port is not one of the list')
    const address = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(address) === 0) requirePublicName(address)
    else if (!isPublicAddress(address)) throw refused('the address is not a public one')
    return url
  }

  /** Whether a URL's origin may be called wherever it leads. */
  allows({ origin }: URL): boolean {
    return this.#allow.has(origin)
  }
}

/** The parser forgives a lot: what it has to mend is refused. */
function read(text: string): URL {
  const [, protocol, host, path] = (text.length <= maximumLength && form.exec(text)) || []
  const url = protocol === undefined ? undefined : parse(text)
  if (url === undefined) throw refused('it is not of the form of a URL')
  if (url.protocol !== protocol || url.hostname !== host) throw refused('the host has another form')
  if (url.pathname !== (path || '/')) throw refused('the path has another form')
  return url
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

/** A name without a dot is searched for inside, in the domains of the network. */
function requirePublicName(name: string): void {
  const labels = name.split('.')
  const isName = name.length <= maximumNameLength && labels.length > 1 && labels.every(part => label.test(part))
  if (!isName || insideNames.has(labels.at(-1) ?? '')) throw refused('the name is not a public one')
}

function refused(reason: string): KmsError {
  return invalidRequest('the URL may not be called: it must be a plain https URL of a public host', reason)
}

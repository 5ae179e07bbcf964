import { isIP, isIPv4 } from 'node:net'
import { availableParallelism } from 'node:os'
import { experimentalKeyTypeNames, type KeyTypeName } from '@keyhold/core'
import type { Rate } from '../http/limits/rate-limiter.ts'

/** How the text of a setting becomes a value. Each throws a `RangeError` whose message completes "NAME: …". */

export function text(value: string): string {
  if (value === '') throw new RangeError('must not be empty')
  return value
}

export function oneOf<const T extends string>(...choices: readonly T[]): (value: string) => T {
  return value => {
    const choice = choices.find(candidate => candidate === value)
    if (choice === undefined) throw new RangeError(`must be one of ${choices.join(', ')}`)
    return choice
  }
}

/** Some of the choices, separated by commas, in any case and order, each once; or `alone`, and nothing beside it. */
export function someOf<const T extends string, const A extends string>(choices: readonly T[], alone: A) {
  return (value: string): readonly T[] | readonly [A] => {
    const named = value
      .toLowerCase()
      .split(',')
      .map(item => item.trim())
    if (named.length === 1 && named[0] === alone) return [alone]
    const chosen = choices.filter(choice => named.includes(choice))
    if (chosen.length === named.length) return chosen
    throw new RangeError(`must be some of ${choices.join(', ')}, separated by commas, or ${alone} alone`)
  }
}

export function integer(minimum: number, maximum: number): (value: string) => number {
  return value => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    if (number >= minimum && number <= maximum) return number
    throw new RangeError(`must be a whole number from ${minimum} to ${maximum}`)
  }
}

const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A Go duration such as `10m`, `1h30m` or `500ms`, or days as `90d`, in milliseconds; everything negative is 0. */
export function duration(value: string): number {
  const [, sign, parts] = /^(-?)((?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+|0)$/.exec(value) ?? []
  if (parts === undefined) throw new RangeError('must be a duration such as 10m, 1h30m or 500ms')
  if (sign === '-') return 0
  let sum = 0
  for (const [, number, unit] of parts.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    sum += Number(number) * (unitMilliseconds[unit ?? ''] ?? 0)
  }
  if (!Number.isSafeInteger(Math.round(sum))) throw new RangeError('must be shorter')
  return Math.round(sum)
}

/** Either what another reader reads, or that there is no bound. */
export function orOff<T>(parse: (value: string) => T): (value: string) => T | 'off' {
  return value => (value === 'off' ? 'off' : parse(value))
}

/** How many processes there are; `auto` is one for each processor that this one may use. */
export function workers(value: string): number {
  return value === 'auto' ? availableParallelism() : integer(1, 64)(value)
}

/** So many in some time of whole seconds: `300/1m`. */
export function rate(value: string): Rate {
  const [, quota, time = ''] = /^([1-9]\d{0,8})\/(.+)$/.exec(value) ?? []
  if (quota === undefined) throw new RangeError('must be a number and a time such as 300/1m, or off')
  const window = timeout(time) / 1000
  if (!Number.isInteger(window)) throw new RangeError('must be so many in whole seconds, such as 10/1s')
  return { quota: Number(quota), window }
}

export function durationUpTo(maximum: number): (value: string) => number {
  return value => {
    const milliseconds = duration(value)
    if (milliseconds <= maximum) return milliseconds
    throw new RangeError(`must be ${maximum / 1000}s at most`)
  }
}

/** How long something is waited for. */
export function timeout(value: string): number {
  const milliseconds = duration(value)
  if (milliseconds === 0 || milliseconds > 86_400_000) throw new RangeError('must be longer than 0, and a day at most')
  return milliseconds
}

/** A boolean as Go's `strconv.ParseBool` takes it. */
export function boolean(value: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return true
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return false
  throw new RangeError('must be true or false')
}

export interface Address {
  readonly host: string
  readonly port: number
}

/** `host:port`, with an IPv6 address in brackets; without a host every address of the machine is meant. */
export function address(value: string): Address {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]*)):(\d{1,5})$/.exec(value) ?? []
  if (port === undefined || Number(port) > 65_535) throw new RangeError('must be host:port, such as 127.0.0.1:8076')
  return { host: bracketed ?? (plain || '0.0.0.0'), port: Number(port) }
}

/**
 * An absolute http or https URL without credentials, query or fragment; answered as it is, but without a slash at its
 * end. What a URL parser would mend first (backslashes, white space, a missing slash) is refused.
 */
export function baseUrl(value: string): string {
  const plain = /^https?:\/\/[^/\\\s?#@][^\\\s?#@]*$/.test(value) && URL.canParse(value)
  if (!plain) throw new RangeError('must be an http or https URL without credentials, query or fragment')
  return value.replace(/\/+$/, '')
}

/** What may stand in the name of a collection, mount or key without any meaning of its own. */
export function name(value: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/.test(value)) {
    throw new RangeError('must be 1 to 64 letters, digits, _ and -, and not begin with -')
  }
  return value
}

/** The `type` of an access right, without what would end it as a part of a scope (RFC 6749 section 3.3). */
export function accessType(value: string): string {
  if (/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/.test(value)) return value
  throw new RangeError('must be 1 to 256 visible ASCII characters, none of them a quote or backslash')
}

/** The asymmetric algorithms of JOSE: with any other whoever verifies a token could make one as well. */
const asymmetric = ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512', 'EdDSA', 'Ed25519']

export function signatureAlgorithms(value: string): readonly string[] {
  return list(value, algorithm => asymmetric.includes(algorithm))
}

/** An issuer identifier (RFC 8414 section 2): as `endpoint`, and compared letter by letter, so answered as it is. */
export function issuer(value: string): string {
  endpoint(value)
  return value
}

/** As `baseUrl`; a URL of plain http is taken on a loopback address only: secrets pass over it. */
export function endpoint(value: string): string {
  const url = baseUrl(value)
  if (url.startsWith('http:') && !isLoopbackUrl(url)) {
    throw new RangeError('must be an https URL, or an http URL on a loopback address')
  }
  return url
}

export interface AwsKey {
  /** The ARN of a key or an alias. */
  readonly arn: string
  readonly region: string
}

/** `aws-kms://` and an ARN, as Tink and TrustBloc KMS write it. */
export function awsKeyUri(value: string): AwsKey {
  const form = /^aws-kms:\/\/(arn:aws[a-z0-9-]*:kms:([a-z0-9-]+):\d{12}:(?:key\/[A-Za-z0-9-]+|alias\/[A-Za-z0-9/_-]+))$/
  const [, arn, region] = form.exec(value) ?? []
  if (arn === undefined || region === undefined) {
    throw new RangeError('must be aws-kms:// and the ARN of a key or an alias')
  }
  return { arn, region }
}

export function isLoopbackUrl(url: string): boolean {
  return isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''))
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

/** Addresses and networks in CIDR form (RFC 4632), separated by commas. */
export function networks(value: string): readonly string[] {
  return list(value, network => {
    const [address = '', prefix, ...rest] = network.split('/')
    const bits = { 4: 32, 6: 128, 0: -1 }[isIP(address) as 0 | 4 | 6]
    return (
      rest.length === 0 && bits > 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
    )
  })
}

/** Paths, separated by commas. */
export function files(value: string): readonly string[] {
  return list(value, path => path !== '' && !path.includes('\0'))
}

/** Origins (RFC 6454), separated by commas: `https://vault.example:8443`. */
export function origins(value: string): readonly string[] {
  return list(value, origin => URL.canParse(origin) && /^https?:/.test(origin) && new URL(origin).origin === origin)
}

/** Names of key types that are experimental, separated by commas. */
export function experimentalKeyTypes(value: string): readonly KeyTypeName[] {
  const known: readonly string[] = experimentalKeyTypeNames
  return list(value, name => known.includes(name)) as readonly KeyTypeName[]
}

function list(value: string, isItem: (item: string) => boolean): readonly string[] {
  const items = value.split(',').map(item => item.trim())
  if (!items.every(isItem)) throw new RangeError('must be a list, separated by commas, of what the description says')
  return items
}

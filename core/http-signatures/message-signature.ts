import { unauthenticated } from '../errors.ts'
import type { PublicJwk } from '../ports/index.ts'
import { checkTimes } from './signature-times.ts'
import type { RequestHead } from './signing-string.ts'
import type { SignaturePolicy } from './verify-signature.ts'

/** What a message signature (RFC 9421) says about itself. */
export interface MessageSignature {
  /** The names of what is covered, in order: fields in lower case, and what is derived, with an `@`. */
  readonly covered: readonly string[]
  /** Unix time in seconds, as they were written. */
  readonly created?: string
  readonly expires?: string
  readonly keyId?: string
  readonly algorithm?: string
  readonly tag?: string
}

/** A request whose signature is to be verified. */
export interface SignedMessage {
  readonly method: string
  /** The target URI (RFC 9110 section 7.1), as clients see it. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Verifies the one signature of a message by a key. Answers the text that was signed (RFC 9421 section 2.5), or undefined if
 * the signature is not one of that text by that key.
 */
export type VerifyMessage = (
  message: SignedMessage,
  signature: MessageSignature,
  key: PublicJwk,
) => Promise<string | undefined>

const maximumComponents = 32
const names = ['created', 'expires', 'keyid', 'alg', 'nonce', 'tag']
const times = ['created', 'expires']

/**
 * Reads the signature of a request, and checks everything about it for which no key is needed. One signature is taken,
 * and components are taken without parameters, which would make of them the component of another message or a part of
 * themselves: whoever reads the header a second time reads nothing else.
 *
 * @param now Unix time, milliseconds
 * @throws KmsError UNAUTHENTICATED
 */
export function readMessageSignature(head: RequestHead, policy: SignaturePolicy, now: number): MessageSignature {
  const [, label, list, parameters] = input.exec(onlyLine(head, 'signature-input')) ?? []
  const [, signed] = value.exec(onlyLine(head, 'signature')) ?? []
  const signature = parameters === undefined ? undefined : withParameters(list?.slice(1, -1).split('" "'), parameters)
  if (signature === undefined || label !== signed) throw unauthenticated('the signature cannot be parsed')
  checkTimes(signature, policy, now / 1000)
  const { covered } = signature
  const uncovered = policy.coverage.find(name => !covered.includes(name))
  if (uncovered !== undefined) throw unauthenticated(`${uncovered} is not covered by the signature`)
  for (const name of covered) if (!name.startsWith('@')) onlyLine(head, name)
  return signature
}

/** One member of a dictionary whose value is an inner list with parameters (RFC 8941 sections 3.1.1 and 3.2). */
const input =
  /^([a-z][a-z0-9_-]{0,31})=\(("@?[a-z0-9-]+"(?: "@?[a-z0-9-]+")*)\)((?:;[a-z]+=(?:\d{1,15}|"[ !#-[\]-~]*"))*)$/
const value = /^([a-z][a-z0-9_-]{0,31})=:(?:[A-Za-z0-9+/]{4}){0,256}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?:$/

function withParameters(covered: readonly string[] = [], text: string): MessageSignature | undefined {
  const found: Partial<Record<string, string>> = Object.create(null)
  for (const [, name = '', number, quoted] of text.matchAll(/;([a-z]+)=(?:(\d+)|"([^"]*)")/g)) {
    const value = times.includes(name) ? number : quoted
    if (!names.includes(name) || value === undefined || found[name] !== undefined) return undefined
    found[name] = value
  }
  if (covered.length > maximumComponents || new Set(covered).size !== covered.length) return undefined
  const { created, expires, keyid: keyId, alg: algorithm, tag } = found
  return {
    covered,
    ...(created !== undefined && { created }),
    ...(expires !== undefined && { expires }),
    ...(keyId !== undefined && { keyId }),
    ...(algorithm !== undefined && { algorithm }),
    ...(tag !== undefined && { tag }),
  }
}

/** A field that was sent in two lines could be read in two ways. @throws KmsError UNAUTHENTICATED */
function onlyLine({ headers }: RequestHead, name: string): string {
  const [line, ...others] = (Object.hasOwn(headers, name) && headers[name]) || []
  if (line === undefined || others.length > 0) throw unauthenticated(`${name} is missing or was sent twice`)
  return line
}

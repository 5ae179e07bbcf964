import {
  algorithmOfAries,
  ccgRootId,
  type DidSigner,
  type RequestHead,
  type SignatureParameters,
  signingString,
} from '@keyhold/core/wire'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@noble/hashes/utils.js'
import { encodeBytes, encodeLatin1, encodeUrl } from './bytes.ts'
import { compressCapability } from './capability.ts'

/** A request before it is signed. */
export interface UnsignedRequest {
  readonly method: string
  readonly url: string
  readonly body?: Uint8Array
}

/** What a request invokes: an action, by a capability (root or delegated) that is given as JSON. */
export interface InvokedCapability {
  readonly action: string
  readonly capability: object
}

/** Headers by their lower-case names. */
export type RequestHeaders = Readonly<Record<string, string>>

/**
 * Signs a request as Aries and TrustBloc clients do, covering everything that matters.
 *
 * @param now Unix time, milliseconds
 */
export async function signTrustbloc(
  request: UnsignedRequest,
  invoked: InvokedCapability | undefined,
  signer: DidSigner,
  now: number,
): Promise<RequestHeaders> {
  const headers: Record<string, string> = {}
  const covered = ['(request-target)', '(created)']
  if (invoked !== undefined) {
    const capability = await compressCapability(invoked.capability, true)
    headers['capability-invocation'] = `zcap capability="${capability}",action="${invoked.action}"`
    covered.push('capability-invocation')
  }
  if (request.body !== undefined) {
    headers['digest'] = `SHA-256=${encodeBytes(sha256(request.body))}`
    covered.push('digest')
  }
  const created = String(Math.floor(now / 1000))
  const parameters = { keyId: signer.didUrl, created, covered }
  const signature = await sign(request, headers, parameters, signer.signer)
  const written = `created=${created},headers="${covered.join(' ')}",signature="${signature}"`
  return { ...headers, signature: `keyId="${signer.didUrl}",algorithm="${algorithmOfAries}",${written}` }
}

/** The keystore whose root is invoked by its id, or a delegated capability. */
export type CcgInvoked =
  | { readonly action: string; readonly keystoreUrl: string }
  | { readonly action: string; readonly capability: object }

/** Seconds. */
const lifetime = 300

/**
 * Signs a request as today's clients of the CCG specification do.
 *
 * @param now Unix time, milliseconds
 */
export async function signCcg(
  request: UnsignedRequest,
  invoked: CcgInvoked | undefined,
  signer: DidSigner,
  now: number,
): Promise<RequestHeaders> {
  const headers: Record<string, string> = { host: new URL(request.url).host }
  const covered = ['(key-id)', '(created)', '(expires)', '(request-target)', 'host']
  if (invoked !== undefined) {
    headers['capability-invocation'] = `zcap ${await writeInvoked(invoked)},action="${invoked.action}"`
    covered.push('capability-invocation')
  }
  if (request.body !== undefined) {
    headers['content-type'] = 'application/json'
    headers['digest'] = `mh=u${encodeUrl(concatBytes(sha256Multihash, sha256(request.body)))}`
    covered.push('content-type', 'digest')
  }
  const seconds = Math.floor(now / 1000)
  const [created, expires] = [String(seconds), String(seconds + lifetime)]
  const parameters = { keyId: signer.didUrl, created, expires, covered }
  const signature = await sign(request, headers, parameters, signer.signer)
  const written = `headers="${covered.join(' ')}",signature="${signature}",created="${created}",expires="${expires}"`
  return { ...headers, authorization: `Signature keyId="${signer.didUrl}",${written}` }
}

/** What signs requests over a session: its id, and its key. */
export interface SessionSigner {
  readonly id: string
  /** HMAC-SHA-256 */
  mac(text: Uint8Array): Uint8Array
}

/**
 * Authenticates a request over a session, covering everything that matters.
 *
 * @param now Unix time, milliseconds
 */
export async function signOverSession(
  request: UnsignedRequest,
  { id, mac }: SessionSigner,
  now: number,
): Promise<RequestHeaders> {
  const headers = request.body && { digest: `SHA-256=${encodeBytes(sha256(request.body))}` }
  const covered = ['(key-id)', '(request-target)', '(created)', ...Object.keys(headers ?? {})]
  const created = String(Math.floor(now / 1000))
  const signature = await sign(request, headers ?? {}, { keyId: id, created, covered }, { sign: mac })
  const written = `created=${created},headers="${covered.join(' ')}",signature="${signature}"`
  return { ...headers, authorization: `Signature keyId="${id}",algorithm="hmac-sha256",${written}` }
}

/** The code of SHA-256, and its length. */
const sha256Multihash = Uint8Array.of(0x12, 0x20)

async function writeInvoked(invoked: CcgInvoked): Promise<string> {
  if ('capability' in invoked) return `capability="${await compressCapability(invoked.capability, false)}"`
  return `id="${ccgRootId({ url: invoked.keystoreUrl })}"`
}

async function sign(
  { method, url }: UnsignedRequest,
  headers: RequestHeaders,
  parameters: SignatureParameters,
  signer: Pick<DidSigner['signer'], 'sign'>,
): Promise<string> {
  const { pathname, search } = new URL(url)
  const values = Object.entries(headers).map(([name, value]) => [name, [value]])
  const head: RequestHead = { method, target: pathname + search, headers: Object.fromEntries(values) }
  const text = signingString(head, parameters)
  if (text === undefined) throw new Error('a covered part is missing')
  return encodeBytes(await signer.sign(encodeLatin1(text)))
}

import { sha256 } from '@noble/hashes/sha2.js'
import { encodeBytes, encodeLatin1 } from './bytes.ts'
import type { RequestHeaders, UnsignedRequest } from './signed-request.ts'
import type { Signer } from './signer.ts'

/**
 * Signs a request that carries a token by the key that the token is bound to (RFC 9635 section 7.3.1, RFC 9421): method,
 * URL, token and body are covered.
 *
 * @param authorization the header that carries the token
 * @param keyId as the token's issuer knows the key; it need not be said
 * @param now Unix time, milliseconds
 */
export async function signMessage(
  { method, url, body }: UnsignedRequest,
  authorization: string,
  signer: Signer,
  keyId: string | undefined,
  now: number,
): Promise<RequestHeaders> {
  const digest = body && { 'content-digest': `sha-256=:${encodeBytes(sha256(body))}:` }
  const covered = { '@method': method, '@target-uri': url, ...digest, authorization }
  const names = Object.keys(covered).map(name => `"${name}"`)
  const key = keyId === undefined ? '' : `;keyid="${keyId}"`
  const parameters = `(${names.join(' ')});created=${Math.floor(now / 1000)}${key}`
  const lines = Object.entries({ ...covered, '@signature-params': parameters }).map(
    ([name, value]) => `"${name}": ${value}`,
  )
  const signature = encodeBytes(await signer.sign(encodeLatin1(lines.join('\n'))))
  return { authorization, ...digest, 'signature-input': `sig1=${parameters}`, signature: `sig1=:${signature}:` }
}

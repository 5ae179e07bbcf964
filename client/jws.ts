import { encodeLatin1, encodeText, encodeUrl } from './bytes.ts'
import { Key } from './key.ts'
import { type SigningKey, signingKey } from './signing-key.ts'
import type { CallOptions } from './transport.ts'

/** The protected header of a JWS (RFC 7515 section 4.1). */
export type JwsHeader = Readonly<Record<string, unknown>>

/** The claims of a JWT (RFC 7519 section 4). */
export type JwtClaims = Readonly<Record<string, unknown>>

const known = new WeakMap<Key, Promise<SigningKey>>()

/**
 * Signs a payload by a key of the service: a JWS in its compact form (RFC 7515 section 7.1). `alg` and `kid` are those of the
 * key, which is exported for it once for as long as it is held.
 *
 * @throws TypeError if JWS has no algorithm for such keys
 */
export async function compactSign(
  key: Key | SigningKey,
  payload: Uint8Array,
  header: JwsHeader = {},
  options?: CallOptions,
): Promise<string> {
  const { alg, kid, ...signer } = key instanceof Key ? await knownSigningKey(key) : key
  const text = `${encodeUrl(encodeText(JSON.stringify({ kid, ...header, alg })))}.${encodeUrl(payload)}`
  return `${text}.${encodeUrl(await signer.sign(encodeLatin1(text), options))}`
}

/** A JWT with these claims and no others, signed by a key of the service. */
export function signJwt(
  key: Key | SigningKey,
  claims: JwtClaims,
  header: JwsHeader = {},
  options?: CallOptions,
): Promise<string> {
  return compactSign(key, encodeText(JSON.stringify(claims)), { typ: 'JWT', ...header }, options)
}

function knownSigningKey(key: Key): Promise<SigningKey> {
  const found = known.get(key)
  if (found !== undefined) return found
  const asked = signingKey(key)
  known.set(key, asked)
  // What has failed once may succeed the next time.
  asked.catch(() => known.delete(key))
  return asked
}

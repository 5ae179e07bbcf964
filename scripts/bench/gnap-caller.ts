import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { AccessToken } from '@keyhold/core'

/** Who signs the requests of a variant by the key that its GNAP token is bound to: both exist for one run. */
export interface GnapCaller {
  readonly token: string
  /** On P-256, PEM. */
  readonly key: string
}

/** So many seconds ahead are the signatures made, and by so much the service bears with it: they last for a whole run. */
export const ahead = 540

export function newGnapCaller(token: string): GnapCaller {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { token, key: privateKey.export({ format: 'pem', type: 'sec1' }).toString() }
}

/** What the auth server would say of the token. */
export function tokenOf({ key }: GnapCaller): AccessToken {
  const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' })
  const owner = { issuer: 'https://auth.example', subject: 'alice' }
  return { owner, rights: [{}], expires: Number.POSITIVE_INFINITY, key: { kty, crv, x, y, kid: 'alice' } }
}

/** The headers of a request, as TrustBloc's clients send them. */
export function gnapHeaders({ token, key }: GnapCaller, url: string, body: Uint8Array): Record<string, string> {
  const authorization = `GNAP ${token}`
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  const created = Math.floor(Date.now() / 1000) + ahead
  const parameters = `("@method" "@target-uri" "content-digest" "authorization");created=${created};keyid="alice"`
  const text =
    `"@method": POST\n"@target-uri": ${url}\n"content-digest": ${digest}\n"authorization": ${authorization}\n` +
    `"@signature-params": ${parameters}`
  const privateKey = { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' } as const
  const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64')
  const signed = { 'signature-input': `sig1=${parameters}`, signature: `sig1=:${signature}:` }
  return { authorization, 'content-digest': digest, ...signed }
}

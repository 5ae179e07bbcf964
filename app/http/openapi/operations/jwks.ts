import type { Operation } from '../operation.ts'
import { inKeystore, publicKeyUrl64, signatureKeyId } from './sample.ts'

export const jwksOperations: Readonly<Record<string, Operation>> = {
  listPublicKeys: {
    route: 'GET /v1/keystores/:keystoreId/jwks',
    caller: 'visitor',
    tag: 'Keys',
    summary: 'The public keys of a keystore, as a JWK Set',
    description:
      'For its controller, or for everyone once it says so. Every version of every key that may be used, with its own id as ' +
      '`kid`; none that was imported to verify with.',
    answer: 'A page of the set (RFC 7517, section 5): a hundred keys at most, each with all its versions.',
    mediaType: 'application/jwk-set+json',
    headers: {
      Link: 'Where the set goes on, with `rel="next"` (RFC 8288).',
      'Cache-Control': 'How long a public set may be kept.',
    },
    examples: {
      page: {
        params: inKeystore,
        reply: { keys: [{ crv: 'Ed25519', kty: 'OKP', x: publicKeyUrl64, use: 'sig', kid: signatureKeyId }] },
      },
    },
  },
}

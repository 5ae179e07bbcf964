import type { Operation } from './operation.ts'

/** How requests prove who makes them. Which of it is taken is for the operator to say (`KMS_AUTH_TYPE`). */
export const securitySchemes = {
  trustblocSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'Signature',
    description:
      'TrustBloc’s dialect: `keyId="did:key:…#…",algorithm="…",headers="(request-target) (created) digest capability-invocation",' +
      'signature="…",created=…` by a key of a DID. With a body there is a `Digest` (RFC 3230), which is covered.',
  },
  capabilityInvocation: {
    type: 'apiKey',
    in: 'header',
    name: 'Capability-Invocation',
    description:
      '`zcap capability="…",action="…"` with the capability as gzip in base64url; in the CCG dialect `zcap id="…"` for a root.',
  },
  ccgSignature: {
    type: 'http',
    scheme: 'Signature',
    description:
      'The dialect of the CCG specification: `Signature keyId="…",headers="(key-id) (created) (expires) (request-target) host ' +
      'capability-invocation content-type digest",signature="…",created="…",expires="…"`.',
  },
  session: {
    type: 'http',
    scheme: 'Signature',
    description:
      'Over a session: `Signature keyId="{session id}",algorithm="hmac-sha256",headers="(key-id) (request-target) (created) digest",' +
      'signature="…",created=…`.',
  },
  gnap: {
    type: 'http',
    scheme: 'GNAP',
    description:
      'A GNAP access token (RFC 9635) in a request that is signed (RFC 9421) by the key of the token: `Signature-Input`, ' +
      '`Signature`, and with a body `Content-Digest`.',
  },
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token of an OAuth 2.0 issuer (RFC 6750), or a token of the admission to create keystores.',
  },
} as const

type Requirement = Partial<Record<keyof typeof securitySchemes, []>>

const tokens: readonly Requirement[] = [{ gnap: [] }, { bearer: [] }]
const signed: readonly Requirement[] = [{ trustblocSignature: [] }, { ccgSignature: [] }]
const invoking: readonly Requirement[] = [
  { trustblocSignature: [], capabilityInvocation: [] },
  { ccgSignature: [], capabilityInvocation: [] },
]

const inSession: Requirement = { session: [] }

/** What proves who makes a request, each in place of the others; `{}` says that nothing need be proven. */
export function securityOf(caller: Operation['caller']): readonly Requirement[] {
  switch (caller) {
    case undefined:
      return []
    case 'admission':
    case 'signer':
      return [...signed, ...tokens]
    case 'visitor':
      return [...signed, ...tokens, {}]
    case 'invoker':
      return [...invoking, inSession, ...tokens]
    case 'opener':
      return invoking
    case 'closer':
      return [...signed, inSession]
  }
}

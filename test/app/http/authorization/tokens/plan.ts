import type { Route } from '../routes.ts'

/**
 * A request with an access token, and everything before it that matters, as data: `request.ts` makes it, `oracle.ts` says
 * what it must come to, and neither asks the other. Every case is an honest plan with something changed.
 */
export interface TokenPlan {
  readonly name: string
  readonly route: Route
  /** What the token is, and how it is found out what it is worth. */
  readonly method: Method
  /** How the service is configured. */
  readonly setting: TokenSetting
  readonly keystore: KeystorePlan
  readonly token: TokenPlanned
  /** The lines of `Authorization`, `TOKEN` standing for the token. */
  readonly authorization: readonly string[]
  readonly signature: SignaturePlan
  readonly digest: DigestPlan
  readonly body: 'honest' | 'absent'
  readonly query: string
  /** Headers that are sent besides. */
  readonly besides: Readonly<Record<string, string>>
  /** Headers that are sent twice. */
  readonly twice: readonly string[]
  /** What the signature was made for instead of what is sent. */
  readonly signedFor: readonly Moved[]
  /** Milliseconds from the signature to the arrival. */
  readonly later: number
  /** The same request is sent once more after so many milliseconds; the verdict is that on the second one. */
  readonly repeatedAfter?: number
}

/** Of GNAP, introspected; of OAuth 2.0, introspected, or verified as a JWT. */
export type Method = 'gnap' | 'introspection' | 'jwt'

export interface TokenSetting {
  /** Whether requests with GNAP tokens must be signed by the key of their token. */
  readonly signed: boolean
  /** What bearer tokens are good for. */
  readonly bearer: 'creation' | 'all'
  readonly verification: Exclude<Method, 'gnap'>
}

export type Person = 'alice' | 'bob'

/** Whose keystores can be: a subject's, here or elsewhere, a key's, or nobody's, being created without a token. */
export type Owner =
  | { readonly subject: Person }
  | { readonly subjectElsewhere: Person }
  | { readonly keyOf: Person }
  | 'nobody'

export interface KeystorePlan {
  readonly owner: Owner
  readonly state: 'active' | 'suspended' | 'unknown'
}

/** What the authorization server says of the token. Times are seconds from when the request is signed. */
export interface TokenPlanned {
  readonly known: 'active' | 'inactive' | 'unknown'
  readonly subject: Person | undefined
  /** Whose key it is bound to, if to any. */
  readonly key: Person | undefined
  readonly access: readonly RightPlan[]
  readonly expires: number | undefined
  readonly begins: number | undefined
  readonly audience: 'absent' | 'this' | 'this and another' | 'another'
  readonly issuer: 'absent' | 'this' | 'another'
  readonly flaw: 'none' | JwtFlaw | 'bound to a key' | 'of another type'
}

/** How a JWT is not what its issuer has made. */
export type JwtFlaw =
  | 'alg none'
  | 'HMAC by the public key'
  | 'by another key'
  | 'of a key that is not published'
  | 'a payload of another'

/** `{action}` stands for what the route is about, `{ks}` and `{key}` for the URLs of the keystore and of the key in it. */
export type RightPlan =
  | string
  | { readonly type: string; readonly actions?: readonly string[]; readonly locations?: readonly string[] }

export interface SignaturePlan {
  readonly by: Person
  readonly keyId: 'own' | "another's" | 'absent'
  readonly created: number | undefined
  readonly expires: number | undefined
  readonly covered: readonly string[]
  /** Further parameters, as they are written. */
  readonly parameters: string
  readonly form: SignatureForm
  readonly flaw: 'none' | 'bit flipped' | 'zeros' | 'empty' | 'of another key'
}

export type SignatureForm =
  | 'plain'
  | 'another label'
  | 'labels that differ'
  | 'two signatures, the honest one first'
  | 'two signatures, the honest one last'
  | 'a parameter twice'
  | 'a component with a parameter'
  | 'spaces in the list'
  | 'no Signature'
  | 'no Signature-Input'
  | 'neither'
  | 'a text that is no signature'
  | 'as cavage'

export interface DigestPlan {
  readonly header:
    | 'content-digest'
    | 'content-digest sha-512'
    | 'digest'
    | 'content-digest md5'
    | 'two digests'
    | 'absent'
  readonly of: 'body' | 'other body' | 'no bytes'
}

export type Moved =
  | 'another method'
  | 'another path'
  | 'another keystore'
  | 'no query'
  | 'another query'
  | 'another host'
  | 'http'
  | 'another token'
  | 'another digest'

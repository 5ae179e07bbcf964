import type { Route } from '../routes.ts'

/**
 * A request with an access token, and everything before it that matters, as data: `request.ts` makes it, `oracle.ts` says
 * what it must come to, and neither asks the other. Every case is an honest plan with something changed.
 */
export interface TokenPlan {
  readonly name: string
  readonly route: Route
  /** Whether requests must be signed by the key of their token. */
  readonly signed: boolean
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

export type Person = 'alice' | 'bob'

/** Whose keystores can be: a subject's, a key's, or nobody's, being created without a token. */
export type Owner = { readonly subject: Person } | { readonly keyOf: Person } | 'nobody'

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
}

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

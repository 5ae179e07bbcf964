import type { ActorName } from './actors.ts'
import type { Route } from './routes.ts'
import type { CapabilityText, InvocationForm, SignatureFlaw, SignatureForm } from './text-forms.ts'

/**
 * A request, and everything before it that matters, as data: `sign.ts` makes the request that is described, `oracle.ts`
 * says what it must come to, and neither asks the other. Every case is an honest plan with something changed.
 */
export interface Plan {
  readonly name: string
  readonly setting: Setting
  readonly route: Route
  readonly dialect: Dialect
  /** That of the capability: a revocation may be signed in one dialect and be about a capability of the other. */
  readonly capabilityDialect: Dialect
  readonly keystore: KeystorePlan
  /** What happens between the delegation and the request. */
  readonly events: readonly Event[]
  /** In the header `Capability-Invocation`; in the body if the route revokes. */
  readonly capability: CapabilityPlan
  readonly invocation: InvocationPlan
  readonly signature: SignaturePlan
  readonly digest: DigestPlan
  readonly body: 'honest' | 'absent'
  /** In the URL; `routed` is what the server's router makes of it. */
  readonly key: { readonly written: string; readonly routed: string }
  /** After the path, as it is sent. */
  readonly query: string
  /** The request is sent for this host. */
  readonly host: string
  /** What the signature was made for instead of what is sent. */
  readonly signedFor: readonly Moved[]
  /** Headers that are sent twice, the second line being the same or another. */
  readonly twice: readonly { readonly header: string; readonly value: 'same' | 'other' | 'empty' }[]
  /** Headers that are sent besides, of which nobody knows. */
  readonly besides: Readonly<Record<string, string>>
  /** Milliseconds from the signature to the arrival, over whole seconds. */
  readonly later: number
  /** The same request is sent once more after so many milliseconds; the verdict is that on the second one. */
  readonly repeatedAfter?: number
  /** The repetition of a request by a P-256 key carries the other signature that is valid: r and n − s. */
  readonly repeatedWithOtherSignature?: boolean
  /** For admission by bearer: what is sent as `Authorization`, `TOKEN` standing for a token of the file. */
  readonly authorization?: readonly string[]
  /** For a creation: whom the body names as the controller. */
  readonly names: { readonly who: ActorName; readonly form: DidForm | 'other fragment' }
  /** For a revocation: whether the path names the capability in the body. */
  readonly pathNamesCapability: boolean
}

export type Dialect = 'trustbloc' | 'ccg'

export interface Setting {
  readonly coverage: 'strict' | 'legacy'
  readonly admission: 'controller' | 'bearer' | 'open'
}

/** A bare DID, or the URL of its key. */
export type DidForm = 'did' | 'url'

export interface KeystorePlan {
  readonly state: 'active' | 'suspended' | 'unknown'
  readonly controller: ActorName
  readonly form: DidForm
}

export type Event =
  | { readonly what: 'handed over'; readonly to: ActorName }
  /** By its place on the chain, the one below the root being 0. */
  | { readonly what: 'revoked'; readonly link: number }

export type CapabilityPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'root'; readonly of: 'this' | 'sibling' | "stranger's" | 'nothing'; readonly looks: RootLooks }
  /** The one below the root first. */
  | { readonly kind: 'delegated'; readonly links: readonly LinkPlan[] }

/** How the JSON of a root looks that is sent: the server's own, or another that claims to be it. */
export type RootLooks =
  | 'as answered'
  | 'forged by its sender'
  | 'with another proof'
  | 'with fewer actions'
  | 'with another target'
  | 'with an old expiry'
  | 'with a parent'
  | 'with an unknown member'
  | 'without an id'
  | 'without a proof'

/** A template: `{ks}` is the keystore's URL, `{key}` the id of key 1. */
export type TargetTemplate = string

export interface LinkPlan {
  /** Whose key the proof is made by, and whose it names. */
  readonly by: ActorName
  readonly names: ActorName
  readonly to: ActorName
  readonly form: DidForm
  /** Undefined: everything. */
  readonly actions: readonly string[] | undefined
  readonly target: TargetTemplate
  /** Seconds before or after the request is signed. */
  readonly created: number
  readonly expires: number | undefined
  /** Seconds from its creation. */
  readonly caveat: number | undefined
  readonly parent: 'above' | 'sibling' | "stranger's" | 'itself' | 'unknown' | 'absent'
  readonly chain: 'above' | 'absent' | 'empty' | 'sibling' | 'with itself' | 'reversed'
  /** The id: its own, or that of the root, or that of the link above. */
  readonly id: 'own' | 'of the root' | 'of the link above'
  readonly proof: ProofFlaw
  /** Members as they were written after the proof was made. */
  readonly rewritten: Rewritten
}

export type ProofFlaw = 'none' | 'bit flipped' | 'of another capability' | 'not a signature' | 'two proofs' | 'no proof'

export type Rewritten = Partial<
  Pick<LinkPlan, 'actions' | 'target' | 'expires' | 'caveat' | 'created' | 'to' | 'names'>
> & {
  /** Any other member, by its path: what it is set to. */
  readonly members?: Readonly<Record<string, unknown>>
}

export interface InvocationPlan {
  readonly action: string
  readonly form: InvocationForm
  readonly text: CapabilityText
  /** A root by its id, or the capability itself. */
  readonly by: 'id' | 'capability'
}

export interface SignaturePlan {
  readonly by: ActorName
  readonly keyId: KeyIdPlan
  /** Seconds before or after it is made; undefined if it does not say. */
  readonly created: number | undefined
  readonly expires: number | undefined
  readonly covered: readonly string[]
  readonly algorithm: string | undefined
  readonly form: SignatureForm
  readonly flaw: SignatureFlaw
}

export type KeyIdPlan =
  | { readonly of: ActorName; readonly form: DidForm | 'other fragment' | 'empty fragment' }
  | { readonly text: string }

export interface DigestPlan {
  readonly header:
    | 'SHA-256'
    | 'SHA-512'
    | 'mh'
    | 'sha-256'
    | 'MD5'
    | 'SHA'
    | 'SHA-384'
    | 'unixsum'
    | 'SHA-256 as base64url'
    | 'SHA-256 truncated'
    | 'SHA-256 and SHA-512'
    | 'mh of SHA-512'
    | 'mh as base58'
    | 'no name'
    | 'empty'
    | 'absent'
  readonly of: 'body' | 'other body' | 'no bytes'
}

/** What the signature was made for instead of what is sent. */
export type Moved =
  | 'another method'
  | 'another path'
  | 'another keystore'
  | 'another key'
  | 'no query'
  | 'another query'
  | 'another digest'
  | 'another action'
  | 'another capability'
  | 'another host'
  | 'another content type'
  | 'another time'
  | 'another expiry'
  | 'another form of the keyId'

import type { Authenticators } from '../authentication/authenticator.ts'

/** What the documentation says of an operation beside its schema. */
export interface Operation {
  /** The method, and the path as the router has it. */
  readonly route: `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`
  /** How its callers prove who they are; absent if nobody has to. Sessions are opened with capabilities alone. */
  readonly caller?: Exclude<keyof Authenticators, 'challenges'> | 'opener' | 'closer'
  readonly tag: Tag
  /** One line. */
  readonly summary: string
  readonly description?: string
  /** What a success answers; absent if there never is one. */
  readonly answer?: string
  /** Of a success. Default: `application/json`. */
  readonly mediaType?: string
  /** What headers of a success say. */
  readonly headers?: Readonly<Record<string, string>>
  /** By name. Each is sent by a test, in the order of the table of operations. */
  readonly examples: Readonly<Record<string, Example>>
}

/** A request and what is answered. */
export interface Example {
  readonly summary?: string
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Default: 200. */
  readonly status?: number
  /** Default: an empty answer. */
  readonly reply?: unknown
}

export const tags = {
  Keystores: 'Sets of keys, each with a controller.',
  Keys: 'Making, importing, showing and rotating keys.',
  Signatures: 'With the key types of the families ECDSA, RSA, Edwards curves and ML-DSA.',
  Encryption: 'Authenticated encryption with associated data.',
  MACs: 'Message authentication codes.',
  'Key wrapping': 'ECDH-ES, ECDH-1PU, ML-KEM, and NaCl boxes.',
  'Signatures over many messages': 'BBS: whoever has a signature proves it while telling only some of the messages.',
  'Anonymous credentials': 'Calls that existing clients know and no key of this server can do.',
  Capabilities: 'Withdrawing what was delegated.',
  Sessions: 'Requests that are authenticated by MACs in place of signatures.',
  Health: 'Whether the service is well.',
} as const

export type Tag = keyof typeof tags

/** An error as every error is answered. */
export function errorReply(code: string, message: string) {
  return { code, message, errMessage: message }
}

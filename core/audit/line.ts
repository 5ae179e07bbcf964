import { sha256Base64Url } from '../algorithms/sha256.ts'
import { encodeBase64Url } from '../encoding/base64.ts'
import { isoTime } from '../encoding/iso-time.ts'

/** An entry of a log, named by its hash. */
export interface Tip {
  readonly chain: string
  readonly seq: number
  readonly hash: string
}

/** The end of a keystore's chain, as the server's own log remembers it. */
export interface Head extends Tip {
  readonly keystore: string
}

/** One request, and what became of it. Every text is bounded. */
export interface Decision {
  readonly type: 'decision'
  /** Answered as `X-Request-Id`. */
  readonly request: string
  /** What was asked for, in a word. */
  readonly operation: string
  /** Who has proven to have asked; absent if nobody has. */
  readonly principal?: string | undefined
  /** The first id of the key that was used, and the number of its version. */
  readonly key?: string | undefined
  readonly version?: number | undefined
  readonly status: number
  /** Of a batch: how many items it had, and how many of them have failed. */
  readonly items?: number | undefined
  readonly failed?: number | undefined
  /** Of a batch over several keys: what was done with which. */
  readonly uses?: readonly DecidedUse[] | undefined
  /** Of the error that was answered, and why, for a refusal. */
  readonly code?: string | undefined
  readonly reason?: string | undefined
}

/** What some items of a batch have done with one key, or with the keystore if there is none. */
export interface DecidedUse extends Pick<Decision, 'key' | 'version'> {
  readonly action: string
  readonly items: number
  readonly failed: number
}

/** What an entry says beside its place: the members of its line, in the order in which they stand there. */
export type Content =
  | { readonly type: 'begin'; readonly keystore: string; readonly follows: readonly Tip[] }
  | Decision
  /** Of the server's own log: where chains of keystores have ended. */
  | { readonly type: 'heads'; readonly heads: readonly Head[] }
  /** The last entry of a chain. Its `signature` comes after it (`signedLine`). */
  | { readonly type: 'head'; readonly signer: string }

/** Where an entry stands. */
export interface Place {
  readonly chain: string
  /** 1, 2, 3 … in its chain. */
  readonly seq: number
  /** The hash of the entry before it; null for the first. */
  readonly prev: string | null
  /** Unix time, milliseconds. */
  readonly time: number
}

/** The one text of an entry, which is what is hashed, stored and shown: JSON without white space, on one line. */
export function lineOf({ chain, seq, prev, time }: Place, content: Content): string {
  const previous = prev === null ? 'null' : `"${prev}"`
  let line = `{"chain":"${chain}","seq":${seq},"prev":${previous},"time":"${isoTime(time)}"`
  // One by one: to gather all of them and have them written together takes twice as long.
  for (const name of Object.keys(content)) {
    const value = content[name as keyof Content]
    if (value !== undefined) line += `,"${name}":${JSON.stringify(value)}`
  }
  return `${line}}`
}

/** The hash of an entry: SHA-256 of its line in UTF-8, as base64url. */
export function hashOf(line: string): string {
  return sha256Base64Url(line)
}

const signatureMember = /,"signature":"([A-Za-z0-9_-]{86})"\}$/

/** The line of a head with the signature of what it was before. @param signature 64 bytes of Ed25519 (RFC 8032) */
export function signedLine(line: string, signature: Uint8Array): string {
  return `${line.slice(0, -1)},"signature":"${encodeBase64Url(signature)}"}`
}

/** What a signed line was before it was signed, and the signature; undefined if it has none. */
export function unsignedLine(line: string): { readonly text: string; readonly signature: Uint8Array } | undefined {
  const [member, signature] = signatureMember.exec(line) ?? []
  if (member === undefined || signature === undefined) return undefined
  return { text: `${line.slice(0, -member.length)}}`, signature: Buffer.from(signature, 'base64url') }
}

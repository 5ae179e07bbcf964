import type { SecretBytes } from '@keyhold/core'
import { writeBody } from '@keyhold/core/records/record-body.js'
import { decode, encode } from 'cborg'
import type { Entry } from './exposed-service.ts'

/** A record taken apart: what its store sees, its tag, and what it says. */
export interface Record {
  readonly revision: number
  readonly ids: readonly [string, ...string[]]
  readonly tag: Uint8Array
  readonly content: Content
}

/** Of a key or a keystore; everything may be missing in what a test writes. */
export interface Content {
  readonly state?: string
  readonly controller?: string
  readonly createdAt?: number
  readonly lock?:
    | { readonly kind: string; readonly lockedKey?: Uint8Array; readonly [other: string]: unknown }
    | undefined
  readonly edv?: { readonly [member: string]: unknown } | undefined
  readonly versions?: readonly Version[]
  readonly [other: string]: unknown
}

export interface Version {
  readonly number: number
  readonly id: string
  readonly type: string
  readonly state: string
  readonly createdAt: number
  readonly locked?: Uint8Array
  readonly publicKey?: Uint8Array
}

const bodyVersion = 1
const tagEnd = 33

export function takeApart({ value }: Entry): Record {
  const [revision, ids, body] = decode(value)
  return { revision, ids: ids.map(textOf), tag: body.subarray(1, tagEnd), content: decode(body.subarray(tagEnd)) }
}

/** The entry with parts of its record changed, and its tag left as it was. */
export function changed(entry: Entry, change: Partial<Omit<Record, 'tag'>>): Entry {
  const { revision, ids, tag, content } = { ...takeApart(entry), ...change }
  const body = Buffer.concat([Uint8Array.of(bodyVersion), tag, encode(content)])
  return { ...entry, value: encode([revision, ids.map(bytesOf), body]) }
}

/** The same, with the tag that belongs to it where it stands: what only somebody who holds the integrity key can do. */
export function authentic(integrityKey: SecretBytes, entry: Entry, change: Partial<Omit<Record, 'tag'>> = {}): Entry {
  const { collection, scope } = entry
  if (collection === 'format') throw new RangeError('not a record')
  const { revision, ids, content } = { ...takeApart(entry), ...change }
  const body = writeBody(integrityKey, { collection, scope, ids, revision }, content)
  return { ...entry, value: encode([revision, ids.map(bytesOf), body]) }
}

/** Ids are stored as byte strings of UTF-8. */
function bytesOf(id: string): Uint8Array {
  return Buffer.from(id, 'utf8')
}

function textOf(id: Uint8Array): string {
  return Buffer.from(id).toString('utf8')
}

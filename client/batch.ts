import type { KeyTypeName } from '@keyhold/core/wire'
import { decodeBytes, encodeField, type Reference } from './bytes.ts'
import type { Key } from './key.ts'
import {
  type Decryption,
  type Encrypted,
  type Encryption,
  type Fields,
  type KeyCall,
  keyCalls,
  type MarkedData,
  type Outcome,
  readOutcome,
  type SignedMessage,
  type Unwrap,
} from './key-calls.ts'
import type { WrappedKey, Wrapping } from './key-wrapping.ts'

/** A key of the keystore, or its id. */
type NamedKey = Key | string

/** A key for the encryption of a content that an item before has unwrapped. */
export interface ContentKey extends Reference {
  /** That for a content: `AES256GCM`, `XChaCha20Poly1305`, … */
  readonly type: KeyTypeName
}

type Field = Uint8Array | Reference

/** What each operation asks for. */
interface Inputs {
  hash: { readonly algorithm: 'SHA-256' | 'SHA-384' | 'SHA-512'; readonly message: Field }
  sign: { readonly key: NamedKey; readonly message: Field }
  verify: { readonly key: NamedKey } & SignedMessage<Field>
  encrypt: { readonly key: NamedKey | ContentKey } & Encryption<Field>
  decrypt: { readonly key: NamedKey | ContentKey } & Decryption<Field>
  computeMac: { readonly key: NamedKey; readonly data: Field }
  verifyMac: { readonly key: NamedKey } & MarkedData<Field>
  /** Without a key: anonymously. */
  wrap: { readonly key?: NamedKey } & Wrapping<Field>
  unwrap: { readonly key: NamedKey } & Unwrap
}

/** What each answers. */
interface Outputs {
  hash: Uint8Array
  sign: Uint8Array
  verify: boolean
  encrypt: Encrypted
  decrypt: Uint8Array
  computeMac: Uint8Array
  verifyMac: boolean
  wrap: WrappedKey
  unwrap: Uint8Array
}

/** One thing that a batch asks for. */
export type BatchItem = {
  [Operation in keyof Inputs]: Inputs[Operation] & {
    readonly operation: Operation
    /** By which items behind it name what it makes. */
    readonly id?: string
    /** With `false` what it makes stays in the service. */
    readonly answer?: boolean
  }
}[keyof Inputs]

/** What became of each item; undefined if what it made was to stay in the service. */
export type BatchOutcomes<Items extends readonly BatchItem[]> = {
  -readonly [Index in keyof Items]: Outcome<
    Items[Index] extends { readonly answer: false } ? undefined : Outputs[Items[Index]['operation']]
  >
}

const hashCall = {
  path: '/hash',
  body: ({ algorithm, message }: Inputs['hash']) => ({ algorithm, message: encodeField(message) }),
  read: ({ digest }: Fields & { readonly digest: string }) => decodeBytes(digest),
}

/** Those that are one message or one piece of data alone. */
const ofItems = {
  ...keyCalls,
  hash: hashCall,
  sign: { ...keyCalls.sign, body: ({ message }: Inputs['sign']) => keyCalls.sign.body(message) },
  computeMac: { ...keyCalls.computeMac, body: ({ data }: Inputs['computeMac']) => keyCalls.computeMac.body(data) },
}

function callOf({ operation }: BatchItem): KeyCall<BatchItem, unknown> {
  return ofItems[operation] as unknown as KeyCall<BatchItem, unknown>
}

/** The body of a batch. */
export function batchBody(items: readonly BatchItem[]): object {
  return {
    items: items.map(item => {
      const { path, body } = callOf(item)
      const { id, answer } = item
      return {
        operation: path.slice(1),
        ...('key' in item && item.key !== undefined && { key: keyField(item.key) }),
        ...(id !== undefined && { id }),
        ...(answer !== undefined && { answer }),
        ...body(item),
      }
    }),
  }
}

/** What became of an item. Of what stays in the service only a failure is told. */
export function outcomeOf(item: BatchItem, result: Parameters<typeof readOutcome>[1]): Outcome<unknown> {
  const { path, body, ...answers } = callOf(item)
  return readOutcome({ path, body, ...(item.answer === false ? { read: () => undefined } : answers) }, result)
}

function keyField(key: NamedKey | ContentKey): unknown {
  if (typeof key === 'string') return key
  return 'from' in key ? { from: key.from, member: key.member, key_type: key.type } : key.id
}

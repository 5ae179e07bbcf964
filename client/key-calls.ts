import { decodeBytes, encodeField, type Reference } from './bytes.ts'
import { KeyholdError, type KeyholdErrorCode } from './errors.ts'
import { readWrapped, type Unwrapping, unwrapBody, type WrappedKey, wrapBody } from './key-wrapping.ts'

/** What an encryption makes. The ciphertext ends with the tag. */
export interface Encrypted {
  readonly ciphertext: Uint8Array
  readonly nonce: Uint8Array
}

/** Bytes, or in a batch what names them. */
type Field = Uint8Array | Reference

export interface Encryption<Bytes = Uint8Array> {
  readonly message: Bytes
  readonly associatedData?: Bytes | undefined
}

export interface Decryption<Bytes = Uint8Array> {
  readonly ciphertext: Bytes
  readonly nonce: Bytes
  readonly associatedData?: Bytes | undefined
}

export interface SignedMessage<Bytes = Uint8Array> {
  readonly signature: Bytes
  readonly message: Bytes
}

export interface MarkedData<Bytes = Uint8Array> {
  readonly mac: Bytes
  readonly data: Bytes
}

export interface Unwrap extends Unwrapping {
  readonly wrapped: WrappedKey
}

/** What became of an item of a batch: what the call for it alone would answer, or throw. */
export type Outcome<T> = T | KeyholdError

/** An operation on a key, asked for alone or many times at once. */
export interface KeyCall<Input, Output> {
  readonly path: string
  body(input: Input): object
  /** What is made of the answer. */
  read(reply: Fields): Output
  /** The refusal that is an answer as well. */
  readonly refusal?: { readonly code: KeyholdErrorCode; readonly means: Output }
}

/** The fields of answers that carry bytes; each route answers its own. */
export type Fields = Readonly<
  Record<'signature' | 'ciphertext' | 'nonce' | 'plaintext' | 'mac' | 'key' | 'proof', string>
>

const verifies = { read: () => true, refusal: { code: 'VERIFICATION_FAILED', means: false } } as const

export const keyCalls = {
  sign: {
    path: '/sign',
    body: (message: Field) => ({ message: encodeField(message) }),
    read: ({ signature }: Fields) => decodeBytes(signature),
  },
  verify: {
    path: '/verify',
    body: ({ signature, message }: SignedMessage<Field>) => ({
      signature: encodeField(signature),
      message: encodeField(message),
    }),
    ...verifies,
  },
  encrypt: {
    path: '/encrypt',
    body: ({ message, associatedData }: Encryption<Field>) => ({
      message: encodeField(message),
      ...associated(associatedData),
    }),
    read: ({ ciphertext, nonce }: Fields) => ({ ciphertext: decodeBytes(ciphertext), nonce: decodeBytes(nonce) }),
  },
  decrypt: {
    path: '/decrypt',
    body: ({ ciphertext, nonce, associatedData }: Decryption<Field>) => ({
      ciphertext: encodeField(ciphertext),
      nonce: encodeField(nonce),
      ...associated(associatedData),
    }),
    read: ({ plaintext }: Fields) => decodeBytes(plaintext),
  },
  computeMac: {
    path: '/computemac',
    body: (data: Field) => ({ data: encodeField(data) }),
    read: ({ mac }: Fields) => decodeBytes(mac),
  },
  verifyMac: {
    path: '/verifymac',
    body: ({ mac, data }: MarkedData<Field>) => ({
      mac: encodeField(mac),
      data: encodeField(data),
    }),
    ...verifies,
  },
  wrap: { path: '/wrap', body: wrapBody, read: (reply: unknown) => readWrapped(reply) },
  unwrap: {
    path: '/unwrap',
    body: ({ wrapped, sender, tag }: Unwrap) => unwrapBody(wrapped, { ...(sender && { sender }), ...(tag && { tag }) }),
    read: ({ key }: Fields) => decodeBytes(key),
  },
} as const satisfies Record<string, KeyCall<never, unknown>>

/** What became of an item. */
export function readOutcome<Output>({ read, refusal }: KeyCall<never, Output>, result: ItemResult): Outcome<Output> {
  const { code, message } = result
  if (code === undefined) return read(result as unknown as Fields)
  return code === refusal?.code ? refusal.means : new KeyholdError(answered, code, message ?? '')
}

/** The answer to a batch is 200, whatever became of its items. */
const answered = 200

interface ItemResult {
  readonly code?: KeyholdErrorCode
  readonly message?: string
}

export interface BatchReply {
  readonly results: readonly ItemResult[]
}

function associated(data: Field | undefined) {
  return data && { associated_data: encodeField(data) }
}

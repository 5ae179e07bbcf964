import { decodeBytes, encodeBytes } from './bytes.ts'
import { KeyholdError, type KeyholdErrorCode } from './errors.ts'
import { readWrapped, type Unwrapping, unwrapBody, type WrappedKey, wrapBody } from './key-wrapping.ts'

/** What an encryption makes. The ciphertext ends with the tag. */
export interface Encrypted {
  readonly ciphertext: Uint8Array
  readonly nonce: Uint8Array
}

export interface Encryption {
  readonly message: Uint8Array
  readonly associatedData?: Uint8Array | undefined
}

export interface Decryption extends Encrypted {
  readonly associatedData?: Uint8Array | undefined
}

export interface SignedMessage {
  readonly signature: Uint8Array
  readonly message: Uint8Array
}

export interface MarkedData {
  readonly mac: Uint8Array
  readonly data: Uint8Array
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
    body: (message: Uint8Array) => ({ message: encodeBytes(message) }),
    read: ({ signature }: Fields) => decodeBytes(signature),
  },
  verify: {
    path: '/verify',
    body: ({ signature, message }: SignedMessage) => ({
      signature: encodeBytes(signature),
      message: encodeBytes(message),
    }),
    ...verifies,
  },
  encrypt: {
    path: '/encrypt',
    body: ({ message, associatedData }: Encryption) => ({
      message: encodeBytes(message),
      ...associated(associatedData),
    }),
    read: ({ ciphertext, nonce }: Fields) => ({ ciphertext: decodeBytes(ciphertext), nonce: decodeBytes(nonce) }),
  },
  decrypt: {
    path: '/decrypt',
    body: ({ ciphertext, nonce, associatedData }: Decryption) => ({
      ciphertext: encodeBytes(ciphertext),
      nonce: encodeBytes(nonce),
      ...associated(associatedData),
    }),
    read: ({ plaintext }: Fields) => decodeBytes(plaintext),
  },
  computeMac: {
    path: '/computemac',
    body: (data: Uint8Array) => ({ data: encodeBytes(data) }),
    read: ({ mac }: Fields) => decodeBytes(mac),
  },
  verifyMac: {
    path: '/verifymac',
    body: ({ mac, data }: MarkedData) => ({
      mac: encodeBytes(mac),
      data: encodeBytes(data),
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

/** What became of each item, in their order. */
export function readOutcomes<Output>({ read, refusal }: KeyCall<never, Output>, reply: BatchReply): Outcome<Output>[] {
  return reply.results.map(result => {
    const { code, message } = result
    if (code === undefined) return read(result as unknown as Fields)
    return code === refusal?.code ? refusal.means : new KeyholdError(answered, code, message ?? '')
  })
}

/** The answer to a batch is 200, whatever became of its items. */
const answered = 200

export interface BatchReply {
  readonly results: readonly { readonly code?: KeyholdErrorCode; readonly message?: string }[]
}

function associated(data: Uint8Array | undefined) {
  return data && { associated_data: encodeBytes(data) }
}

import { encodeBytes } from './bytes.ts'

/** What a signature over several messages is made of. */
export interface Statement {
  readonly messages: readonly Uint8Array[]
  /** Signed beside the messages and always told, for a key type that has it. */
  readonly header?: Uint8Array
}

/** What a proof tells of what was signed. */
export interface Disclosure extends Statement {
  /** The indexes of the messages that are told, from 0, each once. */
  readonly revealed: readonly number[]
  /** What the proof is bound to, such as what a verifier has asked for. */
  readonly nonce?: Uint8Array
}

/** The same to whoever verifies it: the messages are those that are told. */
export interface DerivedProof extends Statement {
  /** Needed for a key type whose proofs do not say it. */
  readonly revealed?: readonly number[]
  readonly nonce?: Uint8Array
}

export function statementBody({ messages, header }: Statement): object {
  return { messages: messages.map(encodeBytes), ...(header && { header: encodeBytes(header) }) }
}

export function proofBody({ revealed, nonce, ...statement }: DerivedProof): object {
  return {
    ...statementBody(statement),
    ...(revealed && { revealed_indexes: revealed }),
    ...(nonce && { nonce: encodeBytes(nonce) }),
  }
}

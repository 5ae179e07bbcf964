import { type Action, type Caller, encodeBase64, type KeyAddress, type Kms } from '@keyhold/core'
import type { Static, TObject, TSchema } from '@sinclair/typebox'

/** What an operation makes, before its bytes are text. They are nobody else's any more. */
export type Made = { readonly [member: string]: Uint8Array | string | Made }

/** Does what a request asks of a key, once it has been read. */
export type Work = (kms: Kms, caller: Caller, address: KeyAddress) => Promise<Made>

/** One operation on a key, as it is asked for alone and in batches. */
export interface KeyOperation<Body extends TSchema = TSchema> {
  /** The last segment of its path. */
  readonly name: string
  readonly action: Action
  readonly body: Body
  /** Of what it makes, as text. Without it success is all that it answers. */
  readonly reply?: TObject
  /** Reads a body that is as its schema says, before the key is looked at. @throws KmsError INVALID_REQUEST */
  read(body: Static<Body>): Work
}

/** Gives `read` the type of its body. */
export function keyOperation<Body extends TSchema>(operation: KeyOperation<Body>): KeyOperation {
  return operation
}

/** What was made, as it is answered: bytes as base64. @param wipes whether nobody needs them any more */
export function encodeMade(made: Made, wipes = false): Record<string, unknown> {
  const encoded: Record<string, unknown> = {}
  for (const name of Object.keys(made)) {
    const value = made[name] as Made[string]
    if (value instanceof Uint8Array) {
      encoded[name] = encodeBase64(value)
      if (wipes) value.fill(0)
    } else encoded[name] = typeof value === 'string' ? value : encodeMade(value, wipes)
  }
  return encoded
}

/** Some of the bytes are plaintexts and keys. */
export function wipeMade(made: Made): void {
  for (const value of Object.values(made)) {
    if (value instanceof Uint8Array) value.fill(0)
    else if (typeof value === 'object') wipeMade(value)
  }
}

/** What nobody needs any more when it has been answered. */
export function encodeOnce(made: Made): Record<string, unknown> {
  return encodeMade(made, true)
}

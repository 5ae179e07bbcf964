import { type Action, type Caller, encodeBase64, type KeyAddress, type Kms, type Soon } from '@keyhold/core'
import type { Static, TObject, TSchema } from '@sinclair/typebox'

/**
 * What an operation makes, before its bytes are text, by the names of its reply's members. They are nobody else's any
 * more.
 */
export type Made = { readonly [member: string]: Uint8Array | string | Made }

/** Does what a request asks of a key, once it has been read. */
export type Work = (kms: Kms, caller: Caller, address: KeyAddress) => Soon<Made>

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

/** What was made, as it is answered: bytes as base64. Nobody needs them any more then, and they are wiped. */
export function encodeOnce(made: Made): Record<string, unknown> {
  const encoded: Record<string, unknown> = {}
  for (const name of Object.keys(made)) {
    const value = made[name] as Made[string]
    if (value instanceof Uint8Array) {
      encoded[name] = encodeBase64(value)
      value.fill(0)
    } else encoded[name] = typeof value === 'string' ? value : encodeOnce(value)
  }
  return encoded
}

/**
 * The same as JSON, for what is answered many times at once, and without wiping: base64 has nothing that JSON escapes, and
 * whoever looks for it takes longer than all else that it takes to write it.
 */
export function jsonOfMade(made: Made): string {
  let json = ''
  for (const name of Object.keys(made)) {
    const value = made[name] as Made[string]
    const text = value instanceof Uint8Array ? `"${encodeBase64(value)}"` : jsonOf(value)
    json += `${json === '' ? '' : ','}"${name}":${text}`
  }
  return `{${json}}`
}

function jsonOf(value: string | Made): string {
  return typeof value === 'string' ? JSON.stringify(value) : jsonOfMade(value)
}

/** Some of the bytes are plaintexts and keys. */
export function wipeMade(made: Made): void {
  for (const name of Object.keys(made)) {
    const value = made[name] as Made[string]
    if (value instanceof Uint8Array) value.fill(0)
    else if (typeof value === 'object') wipeMade(value)
  }
}

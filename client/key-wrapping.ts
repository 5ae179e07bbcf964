import { decodeBytes, encodeBytes, encodeField, type Reference } from './bytes.ts'
import { type Jwk, jwkOf, type PrivateJwk, type SentKey, sentKeyOf } from './jwk.ts'

/** A key for the encryption of a content, to be wrapped for somebody. */
export interface Wrapping<Bytes = Uint8Array> {
  /** The key to be wrapped. */
  readonly cek: Bytes
  /** For whom: the public key, as `key.export('jwk')` answers it. */
  readonly recipient: Jwk
  readonly apu?: Uint8Array
  readonly apv?: Uint8Array
  /** Such as `ECDH-ES+A256KW`. Default: the AES key wrap for a key of this length. */
  readonly alg?: string
  /** The ephemeral key, if the sender has made one for several recipients. */
  readonly epk?: PrivateJwk
  /** Of the content, for ECDH-1PU. */
  readonly tag?: Uint8Array
}

/** What a recipient opens: the parts of a JWE's recipient (RFC 7516). */
export interface WrappedKey {
  readonly encryptedKey: Uint8Array
  readonly alg: string
  /** The ephemeral public key, of ECDH. */
  readonly epk?: Jwk
  /** The encapsulated key, of ML-KEM. */
  readonly ek?: Uint8Array
  readonly apu: Uint8Array
  readonly apv?: Uint8Array
  /** That of the recipient's key. */
  readonly kid?: string
}

/** What ECDH-1PU asks for when a key is opened. */
export interface Unwrapping {
  /** The public key of who has wrapped. */
  readonly sender?: Jwk
  /** Of the content. */
  readonly tag?: Uint8Array
}

interface WrapReply {
  readonly encryptedcek: string
  readonly alg: string
  readonly epk?: SentKey
  readonly ek?: string
  readonly apu: string
  readonly apv?: string
  readonly kid?: string
}

export function wrapBody({ cek, recipient, apu, apv, alg, epk, tag }: Wrapping<Uint8Array | Reference>): object {
  return {
    cek: encodeField(cek),
    recipient_pub_key: sentKeyOf(recipient),
    ...(apu && { apu: encodeBytes(apu) }),
    ...(apv && { apv: encodeBytes(apv) }),
    ...(alg !== undefined && { alg }),
    ...(epk && { epk: sentKeyOf(epk as Jwk) }),
    ...(tag && { tag: encodeBytes(tag) }),
  }
}

export function readWrapped(reply: unknown): WrappedKey {
  const { encryptedcek, alg, epk, ek, apu, apv, kid } = reply as WrapReply
  return {
    encryptedKey: decodeBytes(encryptedcek),
    alg,
    ...(epk && { epk: jwkOf(epk) }),
    ...(ek !== undefined && { ek: decodeBytes(ek) }),
    apu: decodeBytes(apu),
    ...(apv !== undefined && { apv: decodeBytes(apv) }),
    ...(kid !== undefined && { kid }),
  }
}

export function unwrapBody({ encryptedKey, alg, epk, ek, apu, apv }: WrappedKey, { sender, tag }: Unwrapping): object {
  const wrapped = {
    encryptedcek: encodeBytes(encryptedKey),
    alg,
    ...(epk && { epk: sentKeyOf(epk) }),
    ...(ek && { ek: encodeBytes(ek) }),
    apu: encodeBytes(apu),
    ...(apv && { apv: encodeBytes(apv) }),
  }
  return {
    wrapped_key: wrapped,
    ...(sender && { sender_pub_key: sentKeyOf(sender) }),
    ...(tag && { tag: encodeBytes(tag) }),
  }
}

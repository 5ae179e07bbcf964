import type { KeyTypeName } from '@keyhold/core/wire'
import { decodeBytes, encodeBytes } from './bytes.ts'
import type { Capability } from './capability.ts'
import { distinct } from './distinct.ts'
import type { Jwk } from './jwk.ts'
import { readWrapped, type Unwrapping, unwrapBody, type WrappedKey, type Wrapping, wrapBody } from './key-wrapping.ts'
import { type DerivedProof, type Disclosure, proofBody, type Statement, statementBody } from './multi-message.ts'
import { Resource } from './resource.ts'
import type { CallOptions, Transport } from './transport.ts'

/** What an encryption makes. The ciphertext ends with the tag. */
export interface Encrypted {
  readonly ciphertext: Uint8Array
  readonly nonce: Uint8Array
}

/** A public key in the form that its type has. */
export interface ExportedKey {
  readonly type: KeyTypeName
  readonly publicKey: Uint8Array
}

/** The other forms of a public key. */
export interface PublicForms {
  readonly jwk: Jwk
  /** SubjectPublicKeyInfo, in DER. */
  readonly spki: Uint8Array
  readonly multikey: string
  readonly did_key: string
}

/** Whom a NaCl box is for or from. Of a nonce, 24 bytes, nothing must ever be made twice. */
export interface BoxParties {
  readonly nonce: Uint8Array
  /** On X25519. */
  readonly theirPublicKey: Uint8Array
}

/** A key of a keystore. Which of the calls it answers depends on its type. All throw as `Transport.send` does. */
export class Key extends Resource {
  /** As creating the key has answered it; a symmetric key has none. */
  readonly publicKey: Uint8Array | undefined

  constructor(transport: Transport, url: string, capability?: Capability, publicKey?: Uint8Array) {
    super(transport, url, capability)
    this.publicKey = publicKey
  }

  /** Its public key, in the form of its type or in another one. */
  async export(): Promise<ExportedKey>
  async export<Form extends keyof PublicForms>(form: Form, options?: CallOptions): Promise<PublicForms[Form]>
  async export(form?: keyof PublicForms, options?: CallOptions): Promise<ExportedKey | PublicForms[keyof PublicForms]> {
    const query = form === undefined ? '' : `?format=${form}`
    const reply = await this.call<ExportReply>('GET', `/export${query}`, undefined, options)
    if (form === undefined) return { type: reply.key_type, publicKey: decodeBytes(reply.public_key) }
    return form === 'spki' ? decodeBytes(reply.spki) : reply[form]
  }

  /** Adds a version of a type of the same family, and answers the key under its new id. */
  async rotate(type: KeyTypeName, attributes: readonly string[] = [], options?: CallOptions): Promise<Key> {
    const body = { key_type: type, ...(attributes.length > 0 && { attrs: attributes }) }
    const { key_url } = await this.call<{ key_url: string }>('POST', '/rotate', distinct(body), options)
    return new Key(this.transport, key_url, this.capability)
  }

  async sign(message: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    const { signature } = await this.call<Fields>('POST', '/sign', { message: encodeBytes(message) }, options)
    return decodeBytes(signature)
  }

  /** Whether the signature is the key's over the message. */
  verify(signature: Uint8Array, message: Uint8Array, options?: CallOptions): Promise<boolean> {
    const body = { signature: encodeBytes(signature), message: encodeBytes(message) }
    return this.ask('VERIFICATION_FAILED', '/verify', body, options)
  }

  async encrypt(message: Uint8Array, associatedData?: Uint8Array, options?: CallOptions): Promise<Encrypted> {
    const body = { message: encodeBytes(message), ...associated(associatedData) }
    const { ciphertext, nonce } = await this.call<Fields>('POST', '/encrypt', body, options)
    return { ciphertext: decodeBytes(ciphertext), nonce: decodeBytes(nonce) }
  }

  /** @throws KeyholdError `DECRYPTION_FAILED` if it does not open */
  async decrypt(encrypted: Encrypted, associatedData?: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    const { ciphertext, nonce } = encrypted
    const body = { ciphertext: encodeBytes(ciphertext), nonce: encodeBytes(nonce), ...associated(associatedData) }
    return decodeBytes((await this.call<Fields>('POST', '/decrypt', body, options)).plaintext)
  }

  async computeMac(data: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    return decodeBytes((await this.call<Fields>('POST', '/computemac', { data: encodeBytes(data) }, options)).mac)
  }

  verifyMac(mac: Uint8Array, data: Uint8Array, options?: CallOptions): Promise<boolean> {
    const body = { mac: encodeBytes(mac), data: encodeBytes(data) }
    return this.ask('VERIFICATION_FAILED', '/verifymac', body, options)
  }

  /** Wraps with this key as the sender's (ECDH-1PU). Without a sender: `keystore.wrap`. */
  async wrap(wrapping: Wrapping, options?: CallOptions): Promise<WrappedKey> {
    return readWrapped(await this.call('POST', '/wrap', wrapBody(wrapping), options))
  }

  /** @throws KeyholdError `DECRYPTION_FAILED` if it does not open */
  async unwrap(wrapped: WrappedKey, { sender, tag }: Unwrapping = {}, options?: CallOptions): Promise<Uint8Array> {
    const body = unwrapBody(wrapped, { ...(sender && { sender }), ...(tag && { tag }) })
    return decodeBytes((await this.call<Fields>('POST', '/unwrap', body, options)).key)
  }

  /** NaCl's `crypto_box_easy`, with this key as the sender's. */
  async easy(payload: Uint8Array, parties: BoxParties, options?: CallOptions): Promise<Uint8Array> {
    const body = { payload: encodeBytes(payload), ...boxBody(parties) }
    return decodeBytes((await this.call<Fields>('POST', '/wrap', body, options)).ciphertext)
  }

  /** NaCl's `crypto_box_open_easy`. @param myPublicKey the Ed25519 key of this key */
  async easyOpen(
    ciphertext: Uint8Array,
    { myPublicKey, ...parties }: BoxParties & { readonly myPublicKey: Uint8Array },
    options?: CallOptions,
  ): Promise<Uint8Array> {
    const body = { ciphertext: encodeBytes(ciphertext), my_pub: encodeBytes(myPublicKey), ...boxBody(parties) }
    return decodeBytes((await this.call<Fields>('POST', '/unwrap', body, options)).plaintext)
  }

  /** NaCl's `crypto_box_seal_open`. @param myPublicKey the Ed25519 key of this key */
  async sealOpen(ciphertext: Uint8Array, myPublicKey: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    const body = { ciphertext: encodeBytes(ciphertext), my_pub: encodeBytes(myPublicKey) }
    return decodeBytes((await this.call<Fields>('POST', '/unwrap', body, options)).plaintext)
  }

  /** One signature over all messages (BBS). */
  async signMulti(statement: Statement, options?: CallOptions): Promise<Uint8Array> {
    return decodeBytes((await this.call<Fields>('POST', '/signmulti', statementBody(statement), options)).signature)
  }

  verifyMulti(signature: Uint8Array, statement: Statement, options?: CallOptions): Promise<boolean> {
    const body = { ...statementBody(statement), signature: encodeBytes(signature) }
    return this.ask('VERIFICATION_FAILED', '/verifymulti', body, options)
  }

  /** A proof of having a signature over all messages that tells those of some indexes. */
  async deriveProof(signature: Uint8Array, disclosure: Disclosure, options?: CallOptions): Promise<Uint8Array> {
    const body = { ...proofBody(disclosure), signature: encodeBytes(signature) }
    return decodeBytes((await this.call<Fields>('POST', '/deriveproof', body, options)).proof)
  }

  /** @param disclosed the messages are the revealed ones */
  verifyProof(proof: Uint8Array, disclosed: DerivedProof, options?: CallOptions): Promise<boolean> {
    const body = { ...proofBody(disclosed), proof: encodeBytes(proof) }
    return this.ask('VERIFICATION_FAILED', '/verifyproof', body, options)
  }
}

/** The fields of answers that carry bytes; each route answers its own. */
type Fields = Readonly<Record<'signature' | 'ciphertext' | 'nonce' | 'plaintext' | 'mac' | 'key' | 'proof', string>>

type ExportReply = { readonly key_type: KeyTypeName; readonly public_key: string } & {
  readonly [Form in keyof PublicForms]: Form extends 'spki' ? string : PublicForms[Form]
}

function associated(data: Uint8Array | undefined) {
  return data && { associated_data: encodeBytes(data) }
}

function boxBody({ nonce, theirPublicKey }: BoxParties) {
  return { nonce: encodeBytes(nonce), their_pub: encodeBytes(theirPublicKey) }
}

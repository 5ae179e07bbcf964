import type { KeyTypeName } from '@keyhold/core/wire'
import { decodeBytes, encodeBytes } from './bytes.ts'
import type { Capability } from './capability.ts'
import { distinct } from './distinct.ts'
import { KeyholdError } from './errors.ts'
import {
  type BatchReply,
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
import type { Unwrapping, WrappedKey, Wrapping } from './key-wrapping.ts'
import { type DerivedProof, type Disclosure, proofBody, type Statement, statementBody } from './multi-message.ts'
import type { ExportedKey, ExportReply, PublicForms } from './public-forms.ts'
import { Resource } from './resource.ts'
import type { CallOptions, Transport } from './transport.ts'

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

  sign(message: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    return this.#one(keyCalls.sign, message, options)
  }

  /** Whether the signature is the key's over the message. */
  verify(signature: Uint8Array, message: Uint8Array, options?: CallOptions): Promise<boolean> {
    return this.#one(keyCalls.verify, { signature, message }, options)
  }

  encrypt(message: Uint8Array, associatedData?: Uint8Array, options?: CallOptions): Promise<Encrypted> {
    return this.#one(keyCalls.encrypt, { message, associatedData }, options)
  }

  /** @throws KeyholdError `DECRYPTION_FAILED` if it does not open */
  decrypt(encrypted: Encrypted, associatedData?: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    return this.#one(keyCalls.decrypt, { ...encrypted, associatedData }, options)
  }

  computeMac(data: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    return this.#one(keyCalls.computeMac, data, options)
  }

  verifyMac(mac: Uint8Array, data: Uint8Array, options?: CallOptions): Promise<boolean> {
    return this.#one(keyCalls.verifyMac, { mac, data }, options)
  }

  /** Wraps with this key as the sender's (ECDH-1PU). Without a sender: `keystore.wrap`. */
  wrap(wrapping: Wrapping, options?: CallOptions): Promise<WrappedKey> {
    return this.#one(keyCalls.wrap, wrapping, options)
  }

  /** @throws KeyholdError `DECRYPTION_FAILED` if it does not open */
  unwrap(wrapped: WrappedKey, unwrapping: Unwrapping = {}, options?: CallOptions): Promise<Uint8Array> {
    return this.#one(keyCalls.unwrap, { wrapped, ...unwrapping }, options)
  }

  /** Signs up to 1,000 messages by one request, as all calls that end with `All` do what the others do. */
  signAll(messages: readonly Uint8Array[], options?: CallOptions): Promise<Outcome<Uint8Array>[]> {
    return this.#all(keyCalls.sign, messages, options)
  }

  verifyAll(signed: readonly SignedMessage[], options?: CallOptions): Promise<Outcome<boolean>[]> {
    return this.#all<SignedMessage, boolean>(keyCalls.verify, signed, options)
  }

  encryptAll(messages: readonly Encryption[], options?: CallOptions): Promise<Outcome<Encrypted>[]> {
    return this.#all(keyCalls.encrypt, messages, options)
  }

  decryptAll(encrypted: readonly Decryption[], options?: CallOptions): Promise<Outcome<Uint8Array>[]> {
    return this.#all(keyCalls.decrypt, encrypted, options)
  }

  computeMacAll(data: readonly Uint8Array[], options?: CallOptions): Promise<Outcome<Uint8Array>[]> {
    return this.#all(keyCalls.computeMac, data, options)
  }

  verifyMacAll(marked: readonly MarkedData[], options?: CallOptions): Promise<Outcome<boolean>[]> {
    return this.#all<MarkedData, boolean>(keyCalls.verifyMac, marked, options)
  }

  wrapAll(wrappings: readonly Wrapping[], options?: CallOptions): Promise<Outcome<WrappedKey>[]> {
    return this.#all(keyCalls.wrap, wrappings, options)
  }

  unwrapAll(wrapped: readonly Unwrap[], options?: CallOptions): Promise<Outcome<Uint8Array>[]> {
    return this.#all(keyCalls.unwrap, wrapped, options)
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

  async #one<Input, Output>(call: KeyCall<Input, Output>, input: Input, options?: CallOptions): Promise<Output> {
    try {
      return call.read(await this.call('POST', call.path, call.body(input), options))
    } catch (error) {
      if (error instanceof KeyholdError && error.code === call.refusal?.code) return call.refusal.means
      throw error
    }
  }

  async #all<Input, Output>(
    call: KeyCall<Input, Output>,
    inputs: readonly Input[],
    options?: CallOptions,
  ): Promise<Outcome<Output>[]> {
    const items = inputs.map(input => call.body(input))
    const { results } = await this.call<BatchReply>('POST', `${call.path}/batch`, { items }, options)
    return results.map(result => readOutcome(call, result))
  }
}

function boxBody({ nonce, theirPublicKey }: BoxParties) {
  return { nonce: encodeBytes(nonce), their_pub: encodeBytes(theirPublicKey) }
}

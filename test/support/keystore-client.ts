import type { Encrypted, KeyTypeName, SentPublicKey, WrapCommand, WrappedKey } from '@keyhold/core'
import { type Answer, base64, call, request } from '@keyhold/scripts/http-client.js'
import { quickAttributes } from './quick-attributes.ts'

export type KeyMaterial = { readonly keyId?: string } & (
  | /** PKCS#8 DER, or the raw bytes of a symmetric key. */
  { readonly key: Uint8Array }
  | { readonly jwk: Readonly<Record<string, string>> }
  /** In the key type's export form. */
  | { readonly publicKey: Uint8Array }
)

/**
 * A keystore of a running service as a client sees it, bytes in and bytes out. A refusal that belongs to a question
 * (this signature is not valid) is a result; every other answer but 200 is an error.
 */
export class KeystoreClient {
  readonly #url: string

  private constructor(url: string) {
    this.#url = url
  }

  /** Makes a keystore. */
  static async create(serviceUrl: string): Promise<KeystoreClient> {
    const { key_store_url } = await call('POST', `${serviceUrl}/v1/keystores`, { controller: 'did:example:owner' })
    return new KeystoreClient(key_store_url)
  }

  /** The public key, in the key type's export form, is absent for a symmetric key. */
  async createKey(keyType: KeyTypeName): Promise<{ readonly key: KeyClient; readonly publicKey?: Uint8Array }> {
    const { key_url, public_key } = await call('POST', `${this.#url}/keys`, {
      key_type: keyType,
      attrs: quickAttributes,
    })
    return { key: new KeyClient(key_url), ...(public_key !== null && { publicKey: bytes(public_key) }) }
  }

  async importKey(keyType: KeyTypeName, material: KeyMaterial): Promise<KeyClient> {
    const key = await this.tryImportKey(keyType, material)
    if (key === undefined) throw new Error(`the service refuses to import this ${keyType} key`)
    return key
  }

  /** Undefined if the key material is refused. */
  async tryImportKey(keyType: KeyTypeName, material: KeyMaterial): Promise<KeyClient | undefined> {
    const answer = await ask('PUT', `${this.#url}/keys`, 'INVALID_REQUEST', {
      key_type: keyType,
      ...(material.keyId !== undefined && { key_id: material.keyId }),
      ...('jwk' in material && { jwk: material.jwk }),
      ...('key' in material && { key: base64(material.key) }),
      ...('publicKey' in material && { public_key: base64(material.publicKey) }),
    })
    return answer && new KeyClient(answer.body.key_url)
  }

  /** Anonymously, with the algorithm that is usual for the recipient. */
  wrap(command: Omit<WrapCommand, 'keystoreId'>): Promise<WrappedKey> {
    return wrapAt(`${this.#url}/wrap`, command)
  }
}

async function wrapAt(
  url: string,
  { cek, apu, apv, recipient }: Omit<WrapCommand, 'keystoreId'>,
  more: { readonly tag?: string } = {},
): Promise<WrappedKey> {
  const { encryptedcek, epk, ek, alg, ...info } = await call('POST', url, {
    cek: base64(cek),
    apu: base64(apu),
    apv: base64(apv),
    recipient_pub_key: sentKey(recipient),
    ...more,
  })
  return {
    algorithm: alg,
    encryptedCek: bytes(encryptedcek),
    ...(epk && { epk: { x: bytes(epk.x), ...(epk.y && { y: bytes(epk.y) }), curve: epk.curve, type: epk.type } }),
    ...(ek && { ek: bytes(ek) }),
    apu: bytes(info.apu),
    apv: bytes(info.apv ?? ''),
  }
}

/** What ECDH-1PU asks for besides. */
export interface Sent {
  readonly sender?: SentPublicKey
  readonly tag?: Uint8Array
}

/** A key of a running service. */
export class KeyClient {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  get id(): string {
    return this.url.slice(this.url.lastIndexOf('/') + 1)
  }

  /** In the key type's export form. */
  async publicKey(): Promise<Uint8Array> {
    const { public_key } = await call('GET', `${this.url}/export`)
    return bytes(public_key)
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    const { signature } = await call('POST', `${this.url}/sign`, { message: base64(message) })
    return bytes(signature)
  }

  async verify(signature: Uint8Array, message: Uint8Array): Promise<boolean> {
    const body = { signature: base64(signature), message: base64(message) }
    return (await ask('POST', `${this.url}/verify`, 'VERIFICATION_FAILED', body)) !== undefined
  }

  async encrypt(message: Uint8Array, associatedData: Uint8Array): Promise<Encrypted> {
    const body = { message: base64(message), associated_data: base64(associatedData) }
    const { ciphertext, nonce } = await call('POST', `${this.url}/encrypt`, body)
    return { ciphertext: bytes(ciphertext), nonce: bytes(nonce) }
  }

  /** Undefined if it does not open. */
  async decrypt({ ciphertext, nonce }: Encrypted, associatedData: Uint8Array): Promise<Uint8Array | undefined> {
    const body = {
      ciphertext: base64(ciphertext),
      nonce: base64(nonce),
      associated_data: base64(associatedData),
    }
    const answer = await ask('POST', `${this.url}/decrypt`, 'DECRYPTION_FAILED', body)
    return answer && bytes(answer.body.plaintext)
  }

  async signMulti(messages: readonly Uint8Array[], extra: MultiExtras = {}): Promise<Uint8Array> {
    const { signature } = await call('POST', `${this.url}/signmulti`, multiBody({ messages, ...extra }))
    return bytes(signature)
  }

  async verifyMulti(signature: Uint8Array, messages: readonly Uint8Array[], extra: MultiExtras = {}): Promise<boolean> {
    const body = { ...multiBody({ messages, ...extra }), signature: base64(signature) }
    return (await ask('POST', `${this.url}/verifymulti`, 'VERIFICATION_FAILED', body)) !== undefined
  }

  /** Undefined if the signature is not one over these messages. */
  async deriveProof(
    signature: Uint8Array,
    messages: readonly Uint8Array[],
    revealed: readonly number[],
    extra: MultiExtras = {},
  ): Promise<Uint8Array | undefined> {
    const body = { ...multiBody({ messages, revealed, ...extra }), signature: base64(signature) }
    const answer = await ask('POST', `${this.url}/deriveproof`, 'VERIFICATION_FAILED', body)
    return answer && bytes(answer.body.proof)
  }

  async verifyProof(
    proof: Uint8Array,
    messages: readonly Uint8Array[],
    extra: MultiExtras & { readonly revealed?: readonly number[] } = {},
  ): Promise<boolean> {
    const body = { ...multiBody({ messages, ...extra }), proof: base64(proof) }
    return (await ask('POST', `${this.url}/verifyproof`, 'VERIFICATION_FAILED', body)) !== undefined
  }

  async computeMac(data: Uint8Array): Promise<Uint8Array> {
    const { mac } = await call('POST', `${this.url}/computemac`, { data: base64(data) })
    return bytes(mac)
  }

  async verifyMac(mac: Uint8Array, data: Uint8Array): Promise<boolean> {
    const body = { mac: base64(mac), data: base64(data) }
    return (await ask('POST', `${this.url}/verifymac`, 'VERIFICATION_FAILED', body)) !== undefined
  }

  /** As the sender, with the algorithm for a CEK of this length. */
  async wrap(command: Omit<WrapCommand, 'keystoreId'> & { readonly tag: Uint8Array }): Promise<WrappedKey> {
    return wrapAt(`${this.url}/wrap`, command, { tag: base64(command.tag) })
  }

  /** Undefined if the answer is the refusal: by default that it does not open. */
  async unwrap(
    wrapped: WrappedKey,
    { sender, tag }: Sent = {},
    refusal = 'DECRYPTION_FAILED',
  ): Promise<Uint8Array | undefined> {
    const answer = await ask('POST', `${this.url}/unwrap`, refusal, {
      wrapped_key: {
        encryptedcek: base64(wrapped.encryptedCek),
        ...(wrapped.epk && { epk: sentKey(wrapped.epk) }),
        ...(wrapped.ek && { ek: base64(wrapped.ek) }),
        alg: wrapped.algorithm,
        apu: base64(wrapped.apu),
        apv: base64(wrapped.apv),
      },
      ...(sender && { sender_pub_key: sentKey(sender) }),
      ...(tag && { tag: base64(tag) }),
    })
    return answer && bytes(answer.body.key)
  }

  async easy(payload: Uint8Array, nonce: Uint8Array, theirPublicKey: Uint8Array): Promise<Uint8Array> {
    const body = { payload: base64(payload), nonce: base64(nonce), their_pub: base64(theirPublicKey) }
    return bytes((await call('POST', `${this.url}/wrap`, body)).ciphertext)
  }

  /** Undefined if it does not open. */
  async easyOpen(
    ciphertext: Uint8Array,
    nonce: Uint8Array,
    theirPublicKey: Uint8Array,
    myPublicKey: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    const body = { nonce: base64(nonce), their_pub: base64(theirPublicKey) }
    return this.#openBox({ ciphertext: base64(ciphertext), my_pub: base64(myPublicKey), ...body })
  }

  /** Undefined if it does not open. */
  async sealOpen(ciphertext: Uint8Array, myPublicKey: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#openBox({ ciphertext: base64(ciphertext), my_pub: base64(myPublicKey) })
  }

  async #openBox(body: unknown): Promise<Uint8Array | undefined> {
    const answer = await ask('POST', `${this.url}/unwrap`, 'DECRYPTION_FAILED', body)
    return answer && bytes(answer.body.plaintext)
  }
}

function sentKey({ x, y, curve, type }: SentPublicKey) {
  return { x: base64(x), ...(y && { y: base64(y) }), curve, type }
}

/** What a signature over several messages, or a proof of one, may be bound to beside them. */
interface MultiExtras {
  readonly header?: Uint8Array
  readonly nonce?: Uint8Array
}

function multiBody(fields: MultiExtras & { messages: readonly Uint8Array[]; revealed?: readonly number[] }) {
  const { messages, revealed, header, nonce } = fields
  return {
    messages: messages.map(base64),
    ...(revealed && { revealed_indexes: revealed }),
    ...(header && { header: base64(header) }),
    ...(nonce && { nonce: base64(nonce) }),
  }
}

/** Undefined if the answer is exactly this refusal. @throws Error if it is neither that nor 200 */
async function ask(method: string, url: string, refusal: string, body: unknown): Promise<Answer | undefined> {
  const answer = await request(method, url, body)
  if (answer.status === 200) return answer
  if (answer.status === 400 && answer.body.code === refusal) return undefined
  throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`)
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'base64')
}

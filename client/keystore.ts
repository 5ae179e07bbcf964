import type { KeyTypeName } from '@keyhold/core/wire'
import { decodeBytes, encodeBytes, encodeText } from './bytes.ts'
import { type Capability, readCapability } from './capability.ts'
import { distinct } from './distinct.ts'
import type { Jwk, PrivateJwk } from './jwk.ts'
import { Key } from './key.ts'
import { readWrapped, type WrappedKey, type Wrapping, wrapBody } from './key-wrapping.ts'
import { Resource } from './resource.ts'
import type { CallOptions } from './transport.ts'

/** A key that is brought along. */
export type KeyMaterial =
  /** PKCS#8 in DER, or the raw bytes of a symmetric key. */
  | { readonly key: Uint8Array }
  | { readonly jwk: PrivateJwk }
  /** In the form that its type exports; such a key can only verify. */
  | { readonly publicKey: Uint8Array }

/** Who may see the public keys of a keystore. */
export type JwksReaders = 'controller' | 'public'

export interface KeystoreDescription {
  readonly url: string
  readonly controller: string
  /** Whose tokens are good for it: a subject of an issuer, or the thumbprint of a key. */
  readonly owner?: { readonly iss: string; readonly sub: string } | { readonly jkt: string }
  readonly created: Date
  readonly state: string
  readonly lock: string
  readonly vaultUrl?: string
  readonly jwks: JwksReaders
  /** Counts the changes. */
  readonly revision: number
  /** The root. */
  readonly capability?: Capability
}

export interface KeystoreUpdate {
  /** The revision that the keystore has then: the one after that which was seen. */
  readonly revision: number
  readonly controller?: string
  readonly jwks?: JwksReaders
}

export interface Revocation {
  /** Of the capability. */
  readonly id: string
  readonly revoked: Date
  /** The DID URL of the key. */
  readonly by: string
  /** When the capability would have ended; undefined if never. */
  readonly expires?: Date
}

/** A keystore of the service. All calls throw as `Transport.send` does. */
export class Keystore extends Resource {
  /** A key of it, by its id. Nothing is sent. */
  key(id: string): Key {
    return new Key(this.transport, `${this.url}/keys/${encodeURIComponent(id)}`, this.capability)
  }

  /** @param attributes what is asked of the key beside its type, such as the bits of an RSA key */
  async createKey(type: KeyTypeName, attributes: readonly string[] = [], options?: CallOptions): Promise<Key> {
    const body = { key_type: type, ...(attributes.length > 0 && { attrs: attributes }) }
    const reply = await this.call<{ key_url: string; public_key: string | null }>(
      'POST',
      '/keys',
      distinct(body),
      options,
    )
    const publicKey = reply.public_key === null ? undefined : decodeBytes(reply.public_key)
    return new Key(this.transport, reply.key_url, this.capability, publicKey)
  }

  /** @param id of the key; a random one unless it is given */
  async importKey(type: KeyTypeName, material: KeyMaterial, id?: string, options?: CallOptions): Promise<Key> {
    const body = {
      key_type: type,
      ...('jwk' in material && { jwk: material.jwk }),
      ...('key' in material && { key: encodeBytes(material.key) }),
      ...('publicKey' in material && { public_key: encodeBytes(material.publicKey) }),
      ...(id !== undefined && { key_id: id }),
    }
    const { key_url } = await this.call<{ key_url: string }>('PUT', '/keys', distinct(body), options)
    return new Key(this.transport, key_url, this.capability)
  }

  /** Wraps a key for a recipient, without saying who has wrapped it (ECDH-ES, ML-KEM). */
  async wrap(wrapping: Omit<Wrapping, 'tag'>, options?: CallOptions): Promise<WrappedKey> {
    return readWrapped(await this.call('POST', '/wrap', wrapBody(wrapping), options))
  }

  async describe(options?: CallOptions): Promise<KeystoreDescription> {
    return readDescription(await this.call('GET', '', undefined, options))
  }

  /** Hands it over, or changes who may see its public keys. The root capability is another one then. */
  async update(update: KeystoreUpdate, options?: CallOptions): Promise<KeystoreDescription> {
    return readDescription(await this.call('POST', '', update, options))
  }

  /** The public keys, all versions of all keys, however many pages there are. */
  async jwks(options?: CallOptions): Promise<{ readonly keys: Jwk[] }> {
    const keys: Jwk[] = []
    for (let after: string | undefined = ''; after !== undefined; ) {
      const call = this.callOf('GET', `/jwks${after}`)
      const { json, headers } = await this.transport.exchange(call, options)
      keys.push(...(json as { keys: Jwk[] }).keys)
      // Where it goes on is said in full, but only the cursor is taken: a request is signed for nobody else.
      after = /\/jwks(\?after=[^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1]
    }
    return { keys }
  }

  /**
   * What was done with it and its keys, the latest first, page by page: a line of JSON for each entry, as it is hashed.
   * `keyhold log verify` verifies all of them together.
   */
  async *log(options?: CallOptions): AsyncGenerator<string, void, undefined> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const { text, headers } = await this.transport.exchange(this.callOf('GET', `/log${after}`), options)
      yield* text.split('\n').slice(0, -1)
      after = /\/log(\?after=[^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1]
    }
  }

  /** Gives the service another capability for the vault that the keys live in. */
  async updateVault(capability: Capability, options?: CallOptions): Promise<void> {
    await this.call('POST', '/edv', { capability: vaultCapability(capability) }, options)
  }

  /** Revokes a delegated capability, and with it everything that was delegated below it. */
  async revoke(capability: Capability, options?: CallOptions): Promise<void> {
    const id = encodeURIComponent(String(capability['id']))
    await this.call('POST', `/zcaps/revocations/${id}`, capability, options)
  }

  /** What was revoked, page by page. */
  async *revocations(options?: CallOptions): AsyncGenerator<Revocation, void, undefined> {
    for (let after = ''; ; ) {
      const path = `/zcaps/revocations${after}`
      const { revocations } = await this.call<RevocationsReply>('GET', path, undefined, options)
      for (const { id, revoked, by, expires } of revocations) {
        yield { id, revoked: new Date(revoked), by, ...(expires !== null && { expires: new Date(expires) }) }
      }
      const last = revocations.at(-1)
      if (last === undefined) return
      after = `?after=${encodeURIComponent(last.id)}`
    }
  }
}

/** A vault's capability as it is brought. */
export function vaultCapability(capability: Capability): string {
  return encodeBytes(encodeText(JSON.stringify(capability)))
}

interface DescriptionReply extends Pick<KeystoreDescription, 'controller' | 'owner' | 'state' | 'lock' | 'jwks'> {
  readonly key_store_url: string
  readonly created: string
  readonly vault_url?: string
  readonly revision: number
  readonly capability?: string
}

interface RevocationsReply {
  readonly revocations: { id: string; revoked: string; by: string; expires: string | null }[]
}

async function readDescription(reply: DescriptionReply): Promise<KeystoreDescription> {
  const { key_store_url: url, created, vault_url: vaultUrl, capability, ...rest } = reply
  return {
    url,
    ...rest,
    created: new Date(created),
    ...(vaultUrl !== undefined && { vaultUrl }),
    ...(capability !== undefined && { capability: await readCapability(capability) }),
  }
}

import type { KeyTypeName } from '@keyhold/core/wire'
import { type BatchItem, type BatchOutcomes, batchBody, outcomeOf } from './batch.ts'
import { decodeBytes, encodeBytes, encodeText } from './bytes.ts'
import type { Capability } from './capability.ts'
import { distinct } from './distinct.ts'
import type { Jwk, PrivateJwk } from './jwk.ts'
import { Key } from './key.ts'
import type { BatchReply } from './key-calls.ts'
import { readWrapped, type WrappedKey, type Wrapping, wrapBody } from './key-wrapping.ts'
import { type JwksReaders, type KeystoreDescription, readDescription } from './keystore-description.ts'
import { Resource } from './resource.ts'
import type { CallOptions } from './transport.ts'

/** A key that is brought along. */
export type KeyMaterial =
  /** PKCS#8 in DER, or the raw bytes of a symmetric key. */
  | { readonly key: Uint8Array }
  | { readonly jwk: PrivateJwk }
  /** In the form that its type exports; such a key can only verify. */
  | { readonly publicKey: Uint8Array }

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

/** A session that somebody has opened with a capability. */
export interface SessionDescription {
  readonly id: string
  readonly opened: Date
  /** The DID URL of the key. */
  readonly by: string
  readonly expires: Date
  /** The URL that the capability is for, and what it allows there; undefined: everything. */
  readonly target: string
  readonly actions?: readonly string[]
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

  /**
   * Does up to 1,000 things with keys of this keystore by one request, in their order. What one makes another one can use, and
   * need not be told: `{ from, member }` stands in place of bytes.
   */
  async batch<const Items extends readonly BatchItem[]>(
    items: Items,
    options?: CallOptions,
  ): Promise<BatchOutcomes<Items>> {
    const { results } = await this.call<BatchReply>('POST', '/batch', batchBody(items), options)
    return items.map((item, index) => outcomeOf(item, results[index] ?? {})) as BatchOutcomes<Items>
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
    for await (const { json } of this.#pages('/jwks', options)) keys.push(...(json as { keys: Jwk[] }).keys)
    return { keys }
  }

  /**
   * What was done with it and its keys, the latest first, page by page: a line of JSON for each entry, as it is hashed.
   * `keyhold log verify` verifies all of them together.
   */
  async *log(options?: CallOptions): AsyncGenerator<string, void, undefined> {
    for await (const { text } of this.#pages('/log', options)) yield* text.split('\n').slice(0, -1)
  }

  /** The sessions that are open, page by page. */
  async *sessions(options?: CallOptions): AsyncGenerator<SessionDescription, void, undefined> {
    for await (const { json } of this.#pages('/sessions', options)) {
      for (const { opened, expires, ...rest } of (json as SessionsReply).sessions) {
        yield { ...rest, opened: new Date(opened), expires: new Date(expires) }
      }
    }
  }

  /** Closes a session of it: one's own, or, for the controller, any. */
  async closeSession(id: string, options?: CallOptions): Promise<void> {
    await this.call('DELETE', `/sessions/${encodeURIComponent(id)}`, undefined, options)
  }

  /** Where a list goes on is said in full, but only the cursor is taken: a request is signed for nobody else. */
  async *#pages(path: string, options?: CallOptions) {
    const next = new RegExp(`${path}(\\?after=[^>]+)>; rel="next"`)
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page = await this.transport.exchange(this.callOf('GET', path + after), options)
      yield page
      after = next.exec(page.headers.get('link') ?? '')?.[1]
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

interface SessionsReply {
  readonly sessions: (Omit<SessionDescription, 'opened' | 'expires'> & { opened: string; expires: string })[]
}

interface RevocationsReply {
  readonly revocations: { id: string; revoked: string; by: string; expires: string | null }[]
}

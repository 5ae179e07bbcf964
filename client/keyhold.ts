import { type Capability, readCapability } from './capability.ts'
import { distinct } from './distinct.ts'
import { KeyholdError } from './errors.ts'
import { Key } from './key.ts'
import { Keystore, vaultCapability } from './keystore.ts'
import { Session } from './session.ts'
import type { SessionOptions } from './session-opening.ts'
import { type Call, type CallOptions, Transport, type TransportOptions } from './transport.ts'

export interface KeyholdOptions extends TransportOptions {
  /** Of the service, such as `https://kms.example`. */
  readonly url: string
}

/** What a new keystore is to be like. */
export interface NewKeystore {
  /** Whom it belongs to. Default: the holder of the key that signs the requests. */
  readonly controller?: string
  /** How its lock is opened; the service chooses unless it is said. */
  readonly lock?:
    | { readonly type: 'server-held' }
    | { readonly type: 'shamir'; readonly field?: 'gf256-11b' | 'secrets.js' }
  /** The vault in which its keys will live, and the capability that was delegated to the DID of `vaultDid`. */
  readonly vault?: { readonly url: string; readonly capability: Capability }
}

const unavailable = 503

/** A service, and how it is called. */
export class Keyhold {
  readonly url: string
  readonly #transport: Transport

  constructor({ url, ...options }: KeyholdOptions) {
    this.url = url.replace(/\/+$/, '')
    this.#transport = new Transport(options)
  }

  /** Creates a keystore, whose calls invoke its root capability. @throws TypeError if nobody is named as controller */
  async createKeystore({ controller, lock, vault }: NewKeystore = {}, options?: CallOptions): Promise<Keystore> {
    const owner = controller ?? this.#transport.authorization?.controller
    if (owner === undefined) throw new TypeError('controller: whom a keystore belongs to must be said')
    const edv = vault && { vault_url: vault.url, capability: vaultCapability(vault.capability) }
    const body = { controller: owner, ...(lock && { lock }), ...(edv && { edv }) }
    const reply = await this.#post<KeystoreReply>('/v1/keystores', distinct(body), options)
    const root = reply.capability === undefined ? undefined : await readCapability(reply.capability)
    return new Keystore(this.#transport, reply.key_store_url, root)
  }

  /** A keystore that there is. Nothing is sent. @param capability what its calls invoke */
  keystore(url: string, capability?: Capability): Keystore {
    return new Keystore(this.#transport, url, capability)
  }

  /** A key that there is, such as one for which a capability was delegated. Nothing is sent. */
  key(url: string, capability?: Capability): Key {
    return new Key(this.#transport, url, capability)
  }

  /**
   * Opens a session with the capability of a keystore, over which many calls take less of the service's time: those of
   * `session.keystore` and its keys.
   */
  openSession(keystore: Keystore, session?: SessionOptions, options?: CallOptions): Promise<Session> {
    return Session.open(this.#transport, keystore, session, options)
  }

  /** The DID to which a wallet delegates its vault before a keystore is created in it. */
  async vaultDid(options?: CallOptions): Promise<string> {
    return (await this.#post<{ did: string }>('/v1/keystores/did', undefined, options)).did
  }

  /** Whether the service can do its work now: its store and its lock answer. */
  async isReady(options?: CallOptions): Promise<boolean> {
    try {
      await this.send({ method: 'GET', url: `${this.url}/health/ready` }, { ...options, retries: 0 })
      return true
    } catch (error) {
      if (error instanceof KeyholdError && error.status === unavailable) return false
      throw error
    }
  }

  /** Sends any call, and answers its JSON as it is. */
  send(call: Call, options?: CallOptions): Promise<unknown> {
    return this.#transport.send(call, options)
  }

  async #post<Reply>(path: string, body: object | undefined, options?: CallOptions): Promise<Reply> {
    return (await this.send({ method: 'POST', url: this.url + path, ...(body && { body }) }, options)) as Reply
  }
}

interface KeystoreReply {
  readonly key_store_url: string
  readonly capability?: string
}

import { systemRandom } from '@keyhold/adapters'
import { readCapability, signTrustbloc } from '@keyhold/client'
import { type DidSigner, didKeySigner, SecretBytes, splitSecret } from '@keyhold/core'
import { type Answer, base64, request } from '../http-client.ts'

/** A secret of a user in two shares: the one that the user keeps, and the one that the auth server holds. */
export interface SharedSecret {
  readonly secret: Uint8Array
  readonly own: Uint8Array
  readonly held: Uint8Array
}

export async function newSharedSecret(): Promise<SharedSecret> {
  const random = systemRandom()
  const secret = random(32)
  const [own, held] = await splitSecret('gf256-11b', secret, random)
  return { secret, own, held }
}

/** What a request must bring to open a lock that is shared with its user: the share, and from the proxy who it is. */
export function shareHeaders(user: string, own: Uint8Array): Readonly<Record<string, string>> {
  return { 'secret-share': base64(own), 'auth-user': user }
}

/** Signs a user's requests to the service, and sends her share along. */
export class Wallet {
  readonly signer: DidSigner
  readonly #headers: Readonly<Record<string, string>>
  #capability: object | undefined

  private constructor(signer: DidSigner, headers: Readonly<Record<string, string>>) {
    this.signer = signer
    this.#headers = headers
  }

  /** A wallet with a new key. */
  static async create(user: string, own: Uint8Array): Promise<Wallet> {
    const signer = await didKeySigner(new SecretBytes(systemRandom()(32)))
    return new Wallet(signer, shareHeaders(user, own))
  }

  /** Invokes the root capability of a keystore from now on: what the service has answered when it was created. */
  async take(capability: string): Promise<void> {
    this.#capability = await readCapability(capability)
  }

  /** @param action what is invoked; without one the signature alone proves who asks */
  async send(method: string, url: string, body?: object, action?: string): Promise<Answer> {
    const text = body && JSON.stringify(body)
    const unsigned = { method, url, ...(text !== undefined && { body: Buffer.from(text) }) }
    const capability = this.#capability
    const invoked = action === undefined || capability === undefined ? undefined : { action, capability }
    const signed = await signTrustbloc(unsigned, invoked, this.signer, Date.now())
    return request(method, url, text, { ...signed, ...this.#headers })
  }
}

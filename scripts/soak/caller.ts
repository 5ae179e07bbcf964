import { systemRandom } from '@keyhold/adapters'
import { actionOf, readCapability, signTrustbloc } from '@keyhold/client'
import { type DidSigner, delegateTrustbloc, didKeySigner, SecretBytes } from '@keyhold/core'
import { type Answer, base64, request } from '../http-client.ts'

type Root = Parameters<typeof delegateTrustbloc>[0]

/** A keystore and its keys, by what they are for. */
export interface Keystore {
  readonly url: string
  readonly root: Root
  readonly keys: Map<string, string>
}

const random = systemRandom()

/** Somebody with a key of its own, at an address of its own, who signs its requests. */
export class Caller {
  readonly signer: DidSigner
  readonly #address: string

  private constructor(signer: DidSigner, address: string) {
    this.signer = signer
    this.#address = address
  }

  static async make(address: string): Promise<Caller> {
    return new Caller(await didKeySigner(new SecretBytes(random(32))), address)
  }

  async send(method: string, url: string, body?: object, capability?: object): Promise<Answer> {
    const bytes = body && Buffer.from(JSON.stringify(body))
    const action = actionOf(method, url)
    const invoked = action === undefined || capability === undefined ? undefined : { action, capability }
    const signed = await signTrustbloc({ method, url, ...(bytes && { body: bytes }) }, invoked, this.signer, Date.now())
    return this.sendPlain(method, url, body, signed)
  }

  /** Sends a request with these headers and no signature. */
  async sendPlain(method: string, url: string, body?: object, headers: Readonly<Record<string, string>> = {}) {
    return request(method, url, body, { 'x-forwarded-for': this.#address, ...headers })
  }

  async newKeystore(service: string): Promise<Keystore> {
    const { status, body } = await this.send('POST', `${service}/v1/keystores`, { controller: this.signer.didUrl })
    if (status !== 200) throw new Error(`no keystore was made: ${status}`)
    return {
      url: body.key_store_url,
      root: (await readCapability(body.capability)) as unknown as Root,
      keys: new Map(),
    }
  }

  /** A capability for this caller's keystore in another one's hand. */
  async delegate({ root }: Keystore, to: DidSigner, action: string): Promise<object> {
    const now = Date.now()
    return delegateTrustbloc(
      root,
      { to: to.didUrl, actions: [action], expires: now + 86_400_000, now },
      this.signer,
      random,
    )
  }
}

export const randomText = (length: number): string => base64(random(length))

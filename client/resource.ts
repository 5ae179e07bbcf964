import type { Capability } from './capability.ts'
import { KeyholdError, type KeyholdErrorCode } from './errors.ts'
import type { CallOptions, Transport } from './transport.ts'

/** A keystore or a key: a URL, and the capability that is invoked there. */
export abstract class Resource {
  readonly url: string
  /** What its calls invoke; undefined where the authorization needs none. */
  readonly capability: Capability | undefined
  protected readonly transport: Transport

  constructor(transport: Transport, url: string, capability?: Capability) {
    this.transport = transport
    this.url = url
    this.capability = capability
  }

  /** The last segment of the URL. */
  get id(): string {
    return this.url.slice(this.url.lastIndexOf('/') + 1)
  }

  protected async call<Reply>(method: string, path: string, body?: object, options?: CallOptions): Promise<Reply> {
    return (await this.transport.send(this.callOf(method, path, body), options)) as Reply
  }

  /** Whether the answer is 200; false if it is the refusal. */
  protected async ask(refusal: KeyholdErrorCode, path: string, body: object, options?: CallOptions): Promise<boolean> {
    try {
      await this.call('POST', path, body, options)
      return true
    } catch (error) {
      if (error instanceof KeyholdError && error.code === refusal) return false
      throw error
    }
  }

  protected callOf(method: string, path: string, body?: object) {
    const { url, capability } = this
    return { method, url: url + path, ...(body && { body }), ...(capability && { capability }) }
  }
}

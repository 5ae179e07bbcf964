import { randomBytes } from 'node:crypto'

/**
 * What an operator does to a server with a transit engine, over the API that OpenBao, HashiCorp Vault and our own fake
 * have in common.
 */
export class TransitAdmin {
  readonly url: string
  readonly rootToken: string
  readonly #unsealKey: string

  constructor(url: string, rootToken: string, unsealKey: string) {
    this.url = url
    this.rootToken = rootToken
    this.#unsealKey = unsealKey
  }

  async mount(path: string, namespace = ''): Promise<void> {
    await this.#call('POST', `${namespace}sys/mounts/${path}`, { type: 'transit' })
  }

  async unmount(path: string): Promise<void> {
    await this.#call('DELETE', `sys/mounts/${path}`)
  }

  async makeNamespace(name: string): Promise<void> {
    await this.#call('POST', `sys/namespaces/${name}`)
  }

  async makeKey(path: string, options: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.#call('POST', keyPath(path), { type: 'aes256-gcm96', ...options })
  }

  async rotate(path: string): Promise<void> {
    await this.#call('POST', `${keyPath(path)}/rotate`)
  }

  async configure(path: string, options: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#call('POST', `${keyPath(path)}/config`, options)
  }

  async trim(path: string, version: number): Promise<void> {
    await this.configure(path, { min_encryption_version: version })
    await this.#call('POST', `${keyPath(path)}/trim`, { min_available_version: version })
  }

  async removeKey(path: string): Promise<void> {
    await this.configure(path, { deletion_allowed: true })
    await this.#call('DELETE', keyPath(path))
  }

  async keyExists(path: string): Promise<boolean> {
    return (await this.#answer('GET', keyPath(path))).ok
  }

  /** A token that may do what is given, and nothing else. */
  async makeToken(capabilities: Readonly<Record<string, readonly string[]>>): Promise<string> {
    const name = `policy-${randomBytes(6).toString('hex')}`
    const path = Object.fromEntries(Object.entries(capabilities).map(([path, each]) => [path, { capabilities: each }]))
    await this.#call('POST', `sys/policies/acl/${name}`, { policy: JSON.stringify({ path }) })
    const { auth } = (await this.#call('POST', 'auth/token/create', { policies: [name] })) as {
      auth: { client_token: string }
    }
    return auth.client_token
  }

  async revokeToken(token: string): Promise<void> {
    await this.#call('POST', 'auth/token/revoke', { token })
  }

  async seal(): Promise<void> {
    await this.#call('PUT', 'sys/seal')
  }

  async unseal(): Promise<void> {
    await this.#call('PUT', 'sys/unseal', { key: this.#unsealKey })
  }

  async #call(method: string, path: string, body: unknown = {}): Promise<unknown> {
    const response = await this.#answer(method, path, body)
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  #answer(method: string, path: string, body?: unknown): Promise<Response> {
    const headers = { 'x-vault-token': this.rootToken }
    return fetch(`${this.url}/v1/${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  }
}

/** The path of a key that is written as `mount/name`. */
function keyPath(path: string): string {
  const at = path.lastIndexOf('/')
  return `${path.slice(0, at)}/keys/${path.slice(at + 1)}`
}

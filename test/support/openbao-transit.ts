import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Fault, LoopbackServer } from './loopback-server.ts'
import { TransitAdmin } from './transit-admin.ts'
import { TransitError, TransitKey } from './transit-key.ts'

type Body = Readonly<Record<string, unknown>>
type Reply = readonly [status: number, body?: unknown]
type Capabilities = Readonly<Record<string, { readonly capabilities: readonly string[] }>>

const refusal = (status: number, text: string): Reply => [status, { errors: [text] }]
const denied = refusal(403, '1 error occurred:\n\t* permission denied\n\n')

/**
 * A server with transit engines, in memory: keys with versions, tokens with policies, mounts, namespaces, a seal. The
 * answers are those of OpenBao 2.7; the tests that run on it run on the real one as well.
 */
export class FakeTransitServer extends LoopbackServer {
  /** Answers in place of the server while it is set. */
  fault: Fault | undefined
  /** How many requests to lock and unlock have arrived. */
  uses = 0
  /** Of keys made from now on. */
  passesOverAssociatedData = false
  #sealed = false
  readonly #rootToken = `root-${randomBytes(12).toString('hex')}`
  readonly #unsealKey = randomBytes(32).toString('base64')
  readonly #namespaces = new Set<string>([''])
  readonly #mounts = new Map<string, Map<string, TransitKey>>()
  readonly #policies = new Map<string, Capabilities>()
  readonly #tokens = new Map<string, readonly string[]>()

  async start(): Promise<TransitAdmin> {
    return new TransitAdmin(await this.listen(), this.#rootToken, this.#unsealKey)
  }

  protected override async serve(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const isUse = /\/(en|de)crypt\/[^/]+$/.test(request.url ?? '')
    if (isUse) this.uses += 1
    if (isUse && this.fault !== undefined) return this.fault(request, response, body)
    const [status, reply] = this.#replyTo(request, body.toString() || '{}')
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(reply === undefined ? '' : JSON.stringify(reply))
  }

  #replyTo({ method = '', url = '', headers }: IncomingMessage, text: string): Reply {
    const path = decodeURIComponent(url.replace(/^\/v1\//, ''))
    const body = JSON.parse(text) as Body
    if (path === 'sys/unseal' && body['key'] === this.#unsealKey) {
      this.#sealed = false
      return [200, { sealed: false }]
    }
    if (this.#sealed) return refusal(503, 'Vault is sealed')
    const namespace = String(headers['x-vault-namespace'] ?? '')
    if (!this.#namespaces.has(namespace)) return refusal(404, 'namespace not found')
    const whole = namespace === '' ? path : `${namespace}/${path}`
    const [, mount = '', operation = '', name = '', action] =
      /^(.+)\/(keys|encrypt|decrypt)\/([^/]+)(?:\/([a-z-]+))?$/.exec(whole) ?? []
    const keys = this.#mounts.get(mount)
    const exists = keys?.has(name) === true
    const capability = operation === 'encrypt' && !exists ? 'create' : 'update'
    const token = String(headers['x-vault-token'] ?? '')
    if (token !== this.#rootToken && !this.#may(token, whole, capability)) return denied
    if (operation === '') return this.#administer(method, path, body)
    if (keys === undefined) return refusal(404, `no handler for route "${path}". route entry not found.`)
    try {
      if (operation === 'keys') return this.#keep(keys, method, name, action, body)
      return this.#use(keys, operation, name, body)
    } catch (error) {
      if (error instanceof TransitError) return refusal(400, error.message)
      throw error
    }
  }

  #may(token: string, path: string, capability: string): boolean {
    const policies = this.#tokens.get(token) ?? []
    return policies.some(name => this.#policies.get(name)?.[path]?.capabilities.includes(capability) === true)
  }

  #administer(method: string, path: string, body: Body): Reply {
    const [, kind = '', name = ''] =
      /^(?:.+\/)?(sys\/mounts|sys\/namespaces|sys\/policies\/acl)\/(.+)$/.exec(path) ?? []
    if (kind === 'sys/mounts' && method === 'DELETE') this.#mounts.delete(name)
    else if (kind === 'sys/mounts') this.#mounts.set(path.replace('sys/mounts/', ''), new Map())
    else if (kind === 'sys/namespaces') this.#namespaces.add(name)
    else if (kind === 'sys/policies/acl') this.#policies.set(name, JSON.parse(String(body['policy'])).path)
    else if (path === 'auth/token/revoke') this.#tokens.delete(String(body['token']))
    else if (path === 'sys/seal') this.#sealed = true
    else if (path === 'auth/token/create') {
      const token = `s.${randomBytes(18).toString('hex')}`
      this.#tokens.set(token, body['policies'] as string[])
      return [200, { auth: { client_token: token } }]
    } else return refusal(404, 'unsupported path')
    return [204]
  }

  #keep(keys: Map<string, TransitKey>, method: string, name: string, action: string | undefined, body: Body): Reply {
    const key = keys.get(name)
    if (method === 'POST' && action === undefined) {
      keys.set(name, key ?? this.#newKey(body))
      return [200, { data: {} }]
    }
    if (key === undefined) return method === 'GET' ? [404, { errors: [] }] : refusal(400, 'key not found')
    if (method === 'DELETE') {
      if (!key.deletionAllowed) return refusal(400, 'deletion is not allowed for this key')
      keys.delete(name)
    }
    if (action === 'rotate') key.rotate()
    if (action === 'config') key.configure(body)
    if (action === 'trim') key.trim(Number(body['min_available_version']))
    return [200, { data: {} }]
  }

  #use(keys: Map<string, TransitKey>, operation: string, name: string, body: Body): Reply {
    const { type = 'aes256-gcm96' } = body
    if (operation === 'encrypt' && !keys.has(name)) {
      if (type !== 'aes256-gcm96') return refusal(400, `unknown key type ${type}`)
      keys.set(name, this.#newKey({}))
    }
    const key = keys.get(name)
    if (key === undefined) return refusal(400, 'encryption key not found')
    const bytes = (field: string) => Buffer.from(String(body[field] ?? ''), 'base64')
    if (operation === 'encrypt') {
      return [200, { data: { ciphertext: key.encrypt(bytes('plaintext'), bytes('associated_data')), key_version: 1 } }]
    }
    const plaintext = key.decrypt(String(body['ciphertext'] ?? ''), bytes('associated_data'))
    return [200, { data: { plaintext: plaintext.toString('base64') } }]
  }

  #newKey(options: Body): TransitKey {
    const key = new TransitKey(options)
    key.passesOverAssociatedData = this.passesOverAssociatedData
    return key
  }
}

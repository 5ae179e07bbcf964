import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, base64, request } from '@keyhold/scripts/http-client.js'
import { type ServiceOptions, type ServiceProcess, startService } from '@keyhold/scripts/service-process.js'
import type { Test } from 'tap'

/** What an answer is to a client that decides what to do next. */
export const outcomes = {
  done: '200',
  lockUnavailable: '503 LOCK_UNAVAILABLE, again after 1 s',
  lockRefused: '503 LOCK_REFUSED, again after 30 s',
  storeUnavailable: '503 STORE_UNAVAILABLE, again after 1 s',
} as const

export function outcomeOf({ status, headers, body }: Answer): string {
  const again = headers.get('retry-after')
  return [status, ...(status === 200 ? [] : [` ${body.code}`]), ...(again ? [`, again after ${again} s`] : [])].join('')
}

/** Milliseconds: far beyond the deadlines of the service, for a machine that has other things to do. */
const patience = 120_000

/** A key with its keystore, as paths: the service has another port each time it starts. */
export interface KeyPaths {
  readonly keystore: string
  readonly key: string
  readonly publicKey: string
}

const message = base64('message')
const key_type = 'ED25519'

/** A client of one instance while what is behind it fails. An answer that comes too late is an error. */
export class OutageClient {
  readonly #url: string

  constructor({ url }: { readonly url: string }) {
    this.#url = url
  }

  /** Sends one request, and answers whatever comes back in time. */
  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const began = performance.now()
    const answer = await request(method, `${this.#url}${path}`, body)
    const took = Math.round(performance.now() - began)
    if (took > patience) throw new Error(`${method} ${path} was answered after ${took} ms`)
    return answer
  }

  createKeystore = () => this.send('POST', '/v1/keystores', { controller: 'alice' })
  createKey = (keystore: string) => this.send('POST', `${keystore}/keys`, { key_type })
  rotate = (key: string) => this.send('POST', `${key}/rotate`, { key_type })
  sign = (key: string) => this.send('POST', `${key}/sign`, { message })
  verify = (key: string, signature: string) => this.send('POST', `${key}/verify`, { message, signature })
  exportKey = (key: string) => this.send('GET', `${key}/export`)
  ready = () => this.send('GET', '/health/ready')

  /** A key in a new keystore. */
  async newKey(): Promise<KeyPaths> {
    const keystore = pathOf((await repeated(() => this.createKeystore())).key_store_url)
    const { key_url, public_key } = await repeated(() => this.createKey(keystore))
    return { keystore, key: pathOf(key_url), publicKey: public_key }
  }
}

/** Starts an instance for the duration of a test, with a client of it. */
export async function instance(
  t: Test,
  options: ServiceOptions,
): Promise<{ readonly service: ServiceProcess; readonly client: OutageClient }> {
  const service = await startService(options)
  t.teardown(async () => {
    await service.stop()
  })
  return { service, client: new OutageClient(service) }
}

/** The answer to a request that is repeated as long as the service asks for that. */
export async function settled(send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await send()
    if (answer.status !== 503) return answer
    await sleep(100)
  }
}

/** The body of such an answer, which must be 200 in the end. */
export async function repeated(send: () => Promise<Answer>): Promise<Answer['body']> {
  const answer = await settled(send)
  if (answer.status === 200) return answer.body
  throw new Error(`repeated in vain: ${outcomeOf(answer)}`)
}

export function pathOf(url: string): string {
  return new URL(url).pathname
}

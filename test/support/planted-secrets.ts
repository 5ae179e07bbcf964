import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { systemRandom } from '@keyhold/adapters'
import { splitSecret } from '@keyhold/core'
import { type ServiceProcess, startService } from '@keyhold/scripts/service-process.js'
import type { Test } from 'tap'
import { GnapClient, writeSigningKey } from './gnap-server.ts'
import { PlantedAuthServer } from './planted-servers.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Bytes that nobody else has: what is found of them was theirs. */
export type Secrets = Readonly<Record<string, Uint8Array>>

const textToken = () => randomBytes(24).toString('base64url')

/** Access tokens of one subject, one that nobody has issued, and what shares are read with. */
export const tokens = { own: textToken(), other: textToken(), madeUp: textToken(), ofShares: textToken() }

export interface Planted {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: whoever asked knows the shape of the answer
  readonly body: any
}

export interface PlantedService {
  readonly service: ServiceProcess
  /** In which the process runs, and its store is. */
  readonly directory: string
  /** What opens everything, and must be there as long as the process is. */
  readonly masterKey: Uint8Array
  /** What every request brings along. */
  readonly credentials: Secrets
  /** Sends a request in a connection of its own that proves who it is by a token, and brings a share if that is its own. */
  readonly send: (method: string, path: string, body?: object | string, token?: string) => Promise<Planted>
  /** What was answered with an error. */
  readonly errors: string[]
}

/**
 * The real service in the level debug over an embedded store, with an auth server. It keeps nothing open for more than a
 * second.
 */
export async function plantedService(t: Test, more: Readonly<Record<string, string>> = {}): Promise<PlantedService> {
  const directory = await temporaryDirectory(t)
  const random = systemRandom()
  const shared = random(32)
  const [own, held] = await splitSecret('gf256-11b', shared, random)
  const masterKey = randomBytes(32)
  const place = (name: string) => join(directory, name)
  await writeFile(place('master.key'), masterKey, { mode: 0o600 })
  await writeFile(place('share-token'), tokens.ofShares)
  await writeSigningKey(place('signing-key.pem'))
  const client = new GnapClient()
  const server = new PlantedAuthServer(held, tokens.ofShares)
  const url = await server.listen()
  t.teardown(() => server.stop())
  for (const token of [tokens.own, tokens.other]) {
    server.tokens.set(token, { access: ['keyhold'], key: client.key, subject_data: { sub: 'alice' } })
  }
  const service = await startService({
    directory,
    environment: {
      KMS_LOG_LEVEL: 'debug',
      KMS_AUTH_TYPE: 'zcap,gnap',
      KMS_AUTH_SERVER_URL: url,
      KMS_AUTH_SERVER_TIMEOUT: '1m',
      KMS_AUTH_SERVER_TOKEN_FILE: place('share-token'),
      KMS_GNAP_SIGNING_KEY: place('signing-key.pem'),
      KMS_SECRET_LOCK_KEY_PATH: place('master.key'),
      KMS_KMS_CACHE_TTL: '1s',
      KMS_SHAMIR_SECRET_CACHE_TTL: '1s',
      KMS_TOKEN_CACHE_TTL: '1s',
      ...more,
    },
  })
  t.teardown(() => service.stop())
  const errors: string[] = []
  const share = { 'secret-share': Buffer.from(own).toString('base64') }
  return {
    service,
    directory,
    masterKey,
    credentials: {
      ...Object.fromEntries(Object.entries(tokens).map(([name, token]) => [`token ${name}`, Buffer.from(token)])),
      'own share': own,
      'held share': held,
      'shared secret': shared,
    },
    errors,
    async send(method, path, body, token = tokens.own) {
      const payload =
        body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
      const target = path.startsWith('http') ? path : `${service.url}${path}`
      const signed = client.headers(token, method, target, payload, Date.now())
      const answer = await exchange(method, target, { ...signed, ...(token === tokens.own && share) }, payload)
      if (answer.status >= 400) errors.push(answer.text)
      return { status: answer.status, body: parsed(answer.text) }
    },
  }
}

export const privateKeys = {
  ed25519: generateKeyPairSync('ed25519').privateKey,
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  x25519: generateKeyPairSync('x25519').privateKey,
}

/** The log of a keystore is many lines of JSON, and stays as it is. */
function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}

function exchange(method: string, url: string, headers: object, payload: Buffer | undefined) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const length = payload && { 'content-length': payload.length }
    const sent = request(url, { method, agent: false, headers: { ...headers, ...length } }, response => {
      text(response).then(text => resolve({ status: response.statusCode ?? 0, text }), reject)
    })
    sent.on('error', reject).end(payload)
  })
}

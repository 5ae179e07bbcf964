import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { base64, call } from '../http-client.ts'
import { startService } from '../service-process.ts'
import { postRequest } from './load.ts'

/** The service as `keyhold start` runs it, whose own limits hold. */
export interface OwnService {
  readonly address: { readonly host: string; readonly port: number }
  /** Makes a keystore with a key, and requests that sign different messages by it. */
  signing(keyType: string): Promise<Buffer[]>
  stop(): Promise<void>
}

/** As many as are different in a row. */
const messages = 64

export async function startOwnService(environment: Readonly<Record<string, string>>): Promise<OwnService> {
  const directory = await mkdtemp(join(tmpdir(), 'keyhold-bench-'))
  const service = await startService({ directory, environment })
  // A line for each request is much in the end.
  service.forgetOutput()
  const { hostname: host, port } = new URL(service.url)
  return {
    address: { host, port: Number(port) },
    async signing(keyType) {
      const { key_store_url } = await call('POST', `${service.url}/v1/keystores`, { controller: 'did:example:bench' })
      const { key_url } = await call('POST', `${key_store_url}/keys`, { key_type: keyType })
      const path = `${new URL(key_url).pathname}/sign`
      return Array.from({ length: messages }, () => postRequest(path, { message: base64(randomBytes(64)) }))
    },
    async stop() {
      await service.stop()
      await rm(directory, { recursive: true })
    },
  }
}

import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { base64, call } from '../http-client.ts'
import { startService } from '../service-process.ts'
import { postRequest } from './load.ts'
import { meterOf } from './process-meter.ts'

/** The service as `keyhold start` runs it, whose own limits hold. */
export interface OwnService {
  readonly address: { readonly host: string; readonly port: number }
  /** Makes a keystore with a key, and requests that sign different messages by it. */
  signing(keyType: string): Promise<Buffer[]>
  /** Microseconds of processor time that all its processes have used so far. */
  cpu(): Promise<number>
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
  const meters = [service.pid, ...(await childrenOf(service.pid))].map(meterOf)
  return {
    address: { host, port: Number(port) },
    async signing(keyType) {
      const { key_store_url } = await call('POST', `${service.url}/v1/keystores`, { controller: 'did:example:bench' })
      const { key_url } = await call('POST', `${key_store_url}/keys`, { key_type: keyType })
      const path = `${new URL(key_url).pathname}/sign`
      return Array.from({ length: messages }, () => postRequest(path, { message: base64(randomBytes(64)) }))
    },
    async cpu() {
      const used = await Promise.all(meters.map(meter => meter.cpu()))
      return used.reduce((sum, each) => sum + each, 0)
    },
    async stop() {
      await service.stop()
      await rm(directory, { recursive: true })
    },
  }
}

/** The processes that a process has started (proc_pid_task(5)). */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}

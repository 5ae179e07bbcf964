import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch } from './process.ts'
import { type Server, type Skipped, skip } from './start.ts'

export interface EdvOptions {
  readonly directory: string
  /** Whether every call but the creation of a vault needs a capability. */
  readonly auth: 'zcap' | 'none'
}

/** A request as the server has seen it. */
export interface EdvRequest {
  readonly method: string
  readonly path: string
  /** What was invoked; `-` if nothing was. */
  readonly action: string
  readonly status: number
}

export interface EdvServer extends Server {
  /** The last requests, some sixty of them. One may be missing for a moment after it was answered. */
  requests(): readonly EdvRequest[]
}

/** Where `prepare.sh` installs it. */
const file = fileURLToPath(new URL('../../../.cache/servers/edv', import.meta.url))

/** Starts TrustBloc's server of Encrypted Data Vaults, which keeps everything in memory. */
export async function startEdv({ directory, auth }: EdvOptions): Promise<EdvServer | Skipped> {
  if (!existsSync(file)) return skip('no EDV server: run `npm run servers`')
  const ready = /(http:\/\/127\.0\.0\.1:\d+)\n/
  const server = await launch({ name: 'the EDV server', command: [file, '-auth', auth], directory, ready })
  const requests = () =>
    Array.from(server.output().matchAll(/^([A-Z]+) (\/\S+) (\S+) (\d+) -?\d+ \d+$/gm), match => {
      const [, method = '', path = '', action = '', status] = match
      return { method, path, action, status: Number(status) }
    })
  return { url: server.address, name: "TrustBloc's EDV", process: server, stop: server.stop, requests }
}

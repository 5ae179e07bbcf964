import { randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch, type ServerProcess } from './process.ts'
import { type Server, type Skipped, skip } from './start.ts'

export interface OpenbaoServer extends Server {
  readonly rootToken: string
  readonly unsealKey: string
}

/** Where `prepare.sh` installs it. */
export const openbaoFile = fileURLToPath(new URL('../../../.cache/servers/openbao/bin/bao', import.meta.url))
const rootToken = 'root'
const attempts = 5

/** Starts an OpenBao server that keeps everything in memory. */
export async function startOpenbao({ directory }: { readonly directory: string }): Promise<OpenbaoServer | Skipped> {
  if (!existsSync(openbaoFile)) return skip('no OpenBao server: run `npm run servers`')
  const server = await launchSomewhere(directory)
  const unsealKey = /^Unseal Key: (\S+)$/m.exec(server.output())?.[1] ?? ''
  return { url: server.address, name: 'OpenBao', process: server, stop: server.stop, rootToken, unsealKey }
}

/** It does not say which port it got when asked for any, so one is chosen here, and another if that is taken. */
async function launchSomewhere(directory: string): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const address = `127.0.0.1:${randomInt(20_000, 32_000)}`
    const options = [`-dev-listen-address=${address}`, `-dev-root-token-id=${rootToken}`, '-dev-no-store-token']
    const command = [openbaoFile, 'server', '-dev', ...options] as const
    try {
      // The address is said before it serves, the root token after.
      const ready = /BAO_ADDR='(http:\/\/[^']+)'[\s\S]*Root Token: \S+\n/
      return await launch({ name: 'the OpenBao server', command, directory, ready })
    } catch (error) {
      if (attempt === attempts || !String(error).includes('address already in use')) throw error
    }
  }
}

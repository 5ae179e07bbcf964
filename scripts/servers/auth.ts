import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launch } from './process.ts'
import { type Server, type Skipped, skip } from './start.ts'

export interface AuthOptions {
  readonly directory: string
  /** What whoever reads shares must show. */
  readonly token: string
  /** Its users, and the share that it holds for each. */
  readonly shares: ReadonlyMap<string, Uint8Array>
}

export interface AuthServer extends Server {
  /** How many requests for a share have been answered. */
  shareRequests(): Promise<number>
}

/** Where `prepare.sh` installs it. */
const file = fileURLToPath(new URL('../../../.cache/servers/auth', import.meta.url))

/** Starts TrustBloc's auth server, which keeps everything in memory. */
export async function startAuth({ directory, token, shares }: AuthOptions): Promise<AuthServer | Skipped> {
  if (!existsSync(file)) return skip('no auth server: run `npm run servers`')
  const sharesFile = join(directory, 'shares.json')
  const logFile = join(directory, 'requests.log')
  const encoded = Array.from(shares, ([user, share]) => [user, Buffer.from(share).toString('base64')] as const)
  await writeFile(sharesFile, JSON.stringify(Object.fromEntries(encoded)))
  const command = [file, '-token', token, '-shares', sharesFile, '-log', logFile] as const
  const ready = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/m
  const server = await launch({ name: 'the auth server', command, directory, ready })
  return {
    url: server.address,
    name: 'trustbloc/auth',
    process: server,
    stop: server.stop,
    shareRequests: async () => (await readFile(logFile, 'utf8')).match(/^GET \/secret\b/gm)?.length ?? 0,
  }
}

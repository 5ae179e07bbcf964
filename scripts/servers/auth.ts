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
  /** Its users, and the share that it holds for each; null if the user's wallet brings it. */
  readonly shares: ReadonlyMap<string, Uint8Array | null>
  /** Users for whom a GNAP token is issued at once, to a key that is made for each. */
  readonly issueTo?: readonly string[]
}

/** A token, and the PEM file of the key that it is bound to. */
export interface IssuedToken {
  readonly token: string
  readonly keyFile: string
}

export interface AuthServer extends Server {
  /** How many requests for a share have been answered. */
  shareRequests(): Promise<number>
  /** How many introspections have been answered with a status. */
  introspections(status: number): Promise<number>
  /** By user. */
  readonly issued: ReadonlyMap<string, IssuedToken>
}

/** Where `prepare.sh` installs it. */
const file = fileURLToPath(new URL('../../../.cache/servers/auth', import.meta.url))

/** Starts TrustBloc's auth server, which keeps everything in memory. */
export async function startAuth({
  directory,
  token,
  shares,
  issueTo = [],
}: AuthOptions): Promise<AuthServer | Skipped> {
  if (!existsSync(file)) return skip('no auth server: run `npm run servers`')
  const sharesFile = join(directory, 'shares.json')
  const logFile = join(directory, 'requests.log')
  const encoded = Array.from(shares, ([user, share]) => [user, share && Buffer.from(share).toString('base64')] as const)
  await writeFile(sharesFile, JSON.stringify(Object.fromEntries(encoded)))
  const issue = issueTo.flatMap(user => ['-issue', `${user}=${join(directory, `${user}.pem`)}`])
  const command = [file, '-token', token, '-shares', sharesFile, '-log', logFile, ...issue] as const
  const ready = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/m
  const count = async (line: RegExp) => (await readFile(logFile, 'utf8')).match(line)?.length ?? 0
  const server = await launch({ name: 'the auth server', command, directory, ready })
  return {
    url: server.address,
    name: 'trustbloc/auth',
    process: server,
    stop: server.stop,
    issued: new Map(
      Array.from(server.output().matchAll(/^gnap (\S+) (\S+)$/gm), ([, user = '', token = '']) => {
        return [user, { token, keyFile: join(directory, `${user}.pem`) }]
      }),
    ),
    shareRequests: () => count(/^GET \/secret\b/gm),
    introspections: status => count(new RegExp(`^POST /gnap/introspect ${status}$`, 'gm')),
  }
}

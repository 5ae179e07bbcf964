import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AuthServer, startAuth } from './auth.ts'
import { CallRecord } from './call-record.ts'
import { type EdvServer, startEdv } from './edv.ts'
import { type RecordingProxy, recordShares, recordVaults } from './recording-proxy.ts'
import type { Server, Skipped } from './start.ts'

/** What the service needs to open locks that are shared with their users, and to keep keys in vaults, all recorded. */
export interface RecordedUserServers {
  readonly record: CallRecord
  readonly vaults: { readonly server: EdvServer; readonly proxy: RecordingProxy }
  readonly shares: { readonly server: AuthServer; readonly proxy: RecordingProxy }
  /** The token that opens the shares of the auth server. */
  readonly token: string
  /** The settings of an instance that uses them by way of the proxies, and believes what loopback says of users. */
  readonly settings: Readonly<Record<string, string>>
  stop(): Promise<void>
}

export interface RecordedUserServersOptions {
  readonly directory: string
  /** The users of the auth server, and the share that it holds for each. */
  readonly shares: ReadonlyMap<string, Uint8Array>
}

/** Times that a busy machine keeps: what is counted must not depend on its speed. */
const patient = {
  KMS_VAULT_TIMEOUT: '60s',
  KMS_AUTH_SERVER_TIMEOUT: '60s',
  KMS_SHAMIR_SECRET_CACHE_TTL: '1h',
  KMS_KMS_CACHE_TTL: '1h',
}

/** Starts both servers on a directory, with a proxy in front of each. */
export async function startRecordedUserServers({
  directory,
  shares,
}: RecordedUserServersOptions): Promise<RecordedUserServers | Skipped> {
  const servers: Server[] = []
  const stopServers = () => Promise.all(servers.map(server => server.stop()))
  const record = new CallRecord()
  const token = randomBytes(24).toString('base64url')
  const tokenFile = join(directory, 'auth-server.token')
  try {
    const vaultServer = await startEdv({ directory, auth: 'zcap' })
    if ('skip' in vaultServer) return vaultServer
    servers.push(vaultServer)
    const authServer = await startAuth({ directory, token, shares })
    if ('skip' in authServer) {
      await stopServers()
      return authServer
    }
    servers.push(authServer)
    await writeFile(tokenFile, token, { mode: 0o600 })
    const vaults = { server: vaultServer, proxy: await recordVaults(vaultServer.url, record) }
    const heldShares = { server: authServer, proxy: await recordShares(authServer.url, record) }
    return {
      record,
      vaults,
      shares: heldShares,
      token,
      settings: {
        ...patient,
        // What is recorded is what a request itself does: the log of all requests is written in groups.
        KMS_AUDIT: 'off',
        KMS_VAULT_ALLOW: vaults.proxy.url,
        KMS_AUTH_SERVER_URL: heldShares.proxy.url,
        KMS_AUTH_SERVER_TOKEN_FILE: tokenFile,
        KMS_TRUSTED_PROXIES: '127.0.0.1',
      },
      async stop() {
        await Promise.all([vaults.proxy.stop(), heldShares.proxy.stop()])
        await stopServers()
      },
    }
  } catch (error) {
    await stopServers()
    throw error
  }
}

import { newSharedSecret, type SharedSecret, shareHeaders } from '@keyhold/scripts/demo-edv/wallet.js'
import { type Answer, base64, call, request } from '@keyhold/scripts/http-client.js'
import { type RecordedService, startRecordedService } from '@keyhold/scripts/servers/recorded-service.js'
import { type RecordedUserServers, startRecordedUserServers } from '@keyhold/scripts/servers/recorded-user-servers.js'
import type { Test } from 'tap'
import { type EdvWallet, newWallet } from './edv-wallet.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { traceAfterStart } from './trace.ts'
import type { Changes } from './trustbloc.ts'
import { until } from './until.ts'

/** The servers, and the secrets of the auth server's users. */
export type TestUserServers = RecordedUserServers & {
  readonly directory: string
  readonly secrets: Readonly<Record<'alice' | 'bob', SharedSecret>>
}

/** Runs tests against servers of their own. Where one cannot be had that is one skipped test, which says why. */
export async function withUserServers(
  t: Test,
  name: string,
  tests: (t: Test, servers: TestUserServers) => Promise<void>,
): Promise<void> {
  await t.test(name, { timeout: 1_000_000 }, async t => {
    const directory = await temporaryDirectory(t)
    const secrets = { alice: await newSharedSecret(), bob: await newSharedSecret() }
    const shares = new Map(Object.entries(secrets).map(([user, { held }]) => [user, held]))
    const servers = await startRecordedUserServers({ directory, shares })
    if ('skip' in servers) {
      await t.test('no servers', { skip: servers.skip }, async () => {})
      return
    }
    t.teardown(() => servers.stop())
    const names = `${servers.vaults.server.name}, ${servers.shares.server.name}`
    await t.test(names, { timeout: 1_000_000 }, t => tests(t, { ...servers, directory, secrets }))
  })
}

export interface TestUserService extends RecordedService {
  /** Where it keeps its store and its master key file. */
  readonly directory: string
}

/** The service, stopped when the test has ended. @param place its directory; a new one if there is none yet */
export async function testUserService(
  t: Test,
  { settings, record }: Pick<TestUserServers, 'settings' | 'record'>,
  others: Readonly<Record<string, string>> = {},
  place?: string,
): Promise<TestUserService> {
  const directory = place ?? (await temporaryDirectory(t))
  const service = await startRecordedService({ directory, environment: { ...settings, ...others } }, record)
  t.teardown(() => service.stop())
  return { ...service, directory }
}

/** What a service has done until it is asked something is in its log when that answer is. */
export async function isLogged({ url, output }: Pick<RecordedService, 'url' | 'output'>): Promise<void> {
  const answers = () => output().match(/"route":null/g)?.length ?? 0
  const before = answers()
  await fetch(`${url}/nothing`)
  await until(() => answers() > before)
}

/** The changes of its store in the log of a service with the log level `debug`. */
export async function changesOf(service: Pick<RecordedService, 'url' | 'output'>): Promise<string[]> {
  await isLogged(service)
  return traceAfterStart(service.output()).filter(line => /^store (add|replace|remove) /.test(line))
}

export type Headers = Readonly<Record<string, string>>

/** Alice's share, as a proxy passes it on. */
export function aliceOf({ secrets }: TestUserServers): Headers {
  return shareHeaders('alice', secrets.alice.own)
}

/** What a request says of a vault that was delegated to the service. */
export interface OfferedVault {
  readonly vault_url: string
  readonly capability: string
}

/** A new vault at the recorded server, delegated to the service. @param known its DID URL, if not everybody is told */
export async function offeredVault(
  { vaults }: TestUserServers,
  service: string,
  known?: string,
): Promise<{ readonly wallet: EdvWallet; readonly edv: OfferedVault; readonly did: string }> {
  const wallet = await newWallet(vaults.proxy.url)
  const did: string = known ?? (await call('POST', `${service}/v1/keystores/did`)).did
  return { wallet, did, edv: { vault_url: wallet.url, capability: await delegated(wallet, did) } }
}

/** A capability for a vault as a request carries it. */
export async function delegated(wallet: EdvWallet, to: string, changes?: Changes): Promise<string> {
  return base64(JSON.stringify(await wallet.delegate(to, changes)))
}

/** A keystore, with its keys in the vault that is offered, if one is, and a lock as the headers are. Its URL. */
export async function newKeystore(service: string, headers: Headers, edv?: OfferedVault): Promise<string> {
  const body = { controller: 'did:example:alice', ...(edv && { edv }) }
  return (await call('POST', `${service}/v1/keystores`, body, headers)).key_store_url
}

/** An error's status and code. */
export async function refusalOf(
  method: string,
  url: string,
  body?: unknown,
  headers?: Headers,
): Promise<readonly [status: number, code: string]> {
  const { status, body: answer }: Answer = await request(method, url, body, headers)
  return [status, answer?.code]
}

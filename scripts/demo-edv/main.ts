import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRecordedService } from '../servers/recorded-service.ts'
import { type RecordedUserServers, startRecordedUserServers } from '../servers/recorded-user-servers.ts'
import { type Step, shortened, stepLines } from '../servers/step.ts'
import { costTable } from './cost-table.ts'
import { type OwnedVault, storedDocument } from './vault-owner.ts'
import { walk } from './walk.ts'
import { newSharedSecret, Wallet } from './wallet.ts'

/**
 * Shows the service with a key whose lock is shared with its user, and which lives in that user's vault:
 * `npm run demo:edv`. Under each request stand the calls to the vault and to the auth server that it caused, in order.
 */
const user = 'alice'

async function demo(directory: string, servers: RecordedUserServers, own: Uint8Array): Promise<void> {
  const { record, vaults, shares, settings } = servers
  const service = await startRecordedService({ directory, environment: { ...settings, KMS_AUTH_TYPE: 'zcap' } }, record)
  try {
    print(`The service: ${service.url}, with a master key file and an embedded store.`)
    print(`The vault server: ${vaults.server.name}. The auth server: ${shares.server.name}.`)
    const wallet = await Wallet.create(user, own)
    const steps: Step[] = []
    const report = (step: Step) => {
      steps.push(step)
      print(stepLines(step, 'service').join('\n'))
    }
    const places = { service: service.url, vaultServer: vaults.proxy.url, record, restartService: service.restart }
    const vault = await walk(places, wallet, report)
    await showVault(steps, { ...vault, url: vault.url.replace(vaults.proxy.url, vaults.server.url) }, wallet)
    print('\nWhat each request costs')
    for (const line of costTable(steps)) print(`  ${line}`)
  } finally {
    await service.stop()
  }
}

/** Everything that was ever put there. */
async function showVault(steps: readonly Step[], vault: OwnedVault, { signer }: Wallet): Promise<void> {
  print('\nWhat is in the vault')
  const puts = steps
    .flatMap(({ moments }) => moments)
    .filter(({ call, outcome }) => call === 'POST' && outcome === '201')
  for (const { about: id } of puts.filter(({ callee, about }) => callee === 'vault' && about !== 'a new vault')) {
    const document = await storedDocument(vault, signer, id)
    print(`  ${id}: ${document === undefined ? 'removed, when the key was rotated again' : shortened(document)}`)
  }
  print('\nWhoever opens that needs the recipient key, which the master key has locked, and finds a key that is locked')
  print('by a secret of which Alice has one share and the auth server the other.')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

const directory = await mkdtemp(join(tmpdir(), 'keyhold-demo-'))
try {
  const { own, held } = await newSharedSecret()
  const servers = await startRecordedUserServers({ directory, shares: new Map([[user, held]]) })
  if ('skip' in servers) {
    process.stderr.write(`${servers.skip}\n`)
    process.exitCode = 1
  } else {
    await demo(directory, servers, own).finally(() => servers.stop())
  }
} finally {
  await rm(directory, { recursive: true, force: true })
}

import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newSharedSecret, shareHeaders } from '../demo-edv/wallet.ts'
import { startRecordedUserServers } from '../servers/recorded-user-servers.ts'
import type { Skipped } from '../servers/start.ts'
import { type Estimate, estimate, median, seededRandom } from './statistics.ts'
import { takeTurns, Variant } from './variant.ts'
import type { BenchUser } from './variant-process.ts'
import { operations } from './variants.ts'

export interface UserLockOptions {
  readonly rounds: number
  readonly slice: number
  readonly warmUp: number
}

export interface UserLockReport {
  /** Of a signature with a key of the store, under a lock that is held by the server: median, microseconds. */
  readonly plain: number
  /** The same with a key in a vault, under a lock that is shared with its user, in multiples of that. */
  readonly shared: Estimate
  /** The calls to the vault and to the auth server that all those signatures have caused, the first one included. */
  readonly calls: number
}

const random = seededRandom(1)
const name = 'alice'

/** The processor time of a signature when everything that it needs is in memory. */
export async function measureUserLocks({ rounds, slice, warmUp }: UserLockOptions): Promise<UserLockReport | Skipped> {
  const [operation] = operations
  if (operation === undefined) throw new Error('there is nothing to measure')
  const directory = await mkdtemp(join(tmpdir(), 'keyhold-bench-'))
  const { own, held } = await newSharedSecret()
  const servers = await startRecordedUserServers({ directory, shares: new Map([[name, held]]) })
  const running: Variant[] = []
  try {
    if ('skip' in servers) return servers
    const output = await open(join(directory, 'log'), 'w')
    const start = async (place: string, settings = {}, user?: BenchUser) => {
      const variant = await Variant.start({
        script: 'service-server',
        operation,
        directory: await mkdtemp(join(directory, place)),
        output: output.fd,
        settings,
        ...(user && { user }),
      })
      running.push(variant)
      return variant
    }
    const { record, settings, vaults } = servers
    const user = { headers: shareHeaders(name, own), vaultServer: vaults.proxy.url }
    const variants = { plain: await start('plain-'), shared: await start('shared-', settings, user) }
    const from = record.now
    for (const variant of Object.values(variants)) await variant.answer(warmUp)
    const taken = await takeTurns(variants, { rounds, slice }, random)
    const calls = record.since(from).filter(({ event }) => event === 'asked').length
    await output.close()
    return {
      plain: median(taken.map(round => round.plain)),
      shared: estimate(taken, some => median(some.map(round => round.shared / round.plain)), random),
      calls,
    }
  } finally {
    await Promise.all(running.map(variant => variant.stop()))
    if (!('skip' in servers)) await servers.stop()
    await rm(directory, { recursive: true })
  }
}

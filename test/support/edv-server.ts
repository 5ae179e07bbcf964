import { systemClock, systemRandom } from '@keyhold/adapters'
import { openEdvVaults } from '@keyhold/adapters/vault-edv'
import { SecretBytes, type Vault, type VaultBinding, type VaultPort } from '@keyhold/core'
import { type EdvOptions, type EdvServer, startEdv } from '@keyhold/scripts/servers/edv.js'
import type { Test } from 'tap'
import { temporaryDirectory } from './temporary-directory.ts'

/** Runs tests against a server of their own. Where none can be had that is one skipped test, which says why. */
export async function withEdv(
  t: Test,
  name: string,
  options: Omit<EdvOptions, 'directory'>,
  tests: (t: Test, server: EdvServer) => Promise<void>,
): Promise<void> {
  await t.test(name, { timeout: 1_000_000 }, async t => {
    const server = await startEdv({ ...options, directory: await temporaryDirectory(t) })
    if ('skip' in server) {
      await t.test('on a real server', { skip: server.skip }, async () => {})
      return
    }
    t.teardown(() => server.stop())
    await t.test(server.name, t => tests(t, server))
  })
}

/** Vaults that may be at one origin, closed when the test has ended. */
export function openVaults(t: Test, origin: string, timeout = 30_000): VaultPort {
  const vaults = openEdvVaults({ allow: [origin], timeout, random: systemRandom(), clock: systemClock })
  t.teardown(() => vaults.close())
  return vaults
}

export const recipientScalar: Uint8Array = new Uint8Array(32).fill(1)
export const macKeyBytes: Uint8Array = new Uint8Array(32).fill(2)

/** A vault, opened with those keys. */
export function openVault(
  t: Test,
  place: Omit<VaultBinding, 'recipientKey' | 'macKey'>,
  timeout?: number,
): Promise<Vault> {
  const vaults = openVaults(t, new URL(place.url).origin, timeout)
  const [recipientKey, macKey] = [recipientScalar, macKeyBytes].map(bytes => new SecretBytes(Uint8Array.from(bytes)))
  if (recipientKey === undefined || macKey === undefined) throw new Error('there are two keys')
  return vaults.open({ ...place, recipientKey, macKey })
}

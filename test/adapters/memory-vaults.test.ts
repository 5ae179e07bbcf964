import { MemoryVaults } from '@keyhold/adapters'
import { outcome, vaultContract } from '@keyhold/contract'
import { SecretBytes } from '@keyhold/core'
import t from 'tap'

const place = {
  url: 'https://edv.example/edvs/one',
  capability: {},
  signer: { didUrl: 'did:key:z#z', signer: { sign: () => new Uint8Array(64) } },
}

await vaultContract(t, async () => ({ vaults: new MemoryVaults(), place }))

t.test('its owner can lose, swap and replace documents', async t => {
  const vaults = new MemoryVaults()
  const key = () => new SecretBytes(new Uint8Array(32).fill(1))
  const vault = await vaults.open({ ...place, recipientKey: key(), macKey: key() })
  for (const [index, name] of ['one', 'two', 'three', 'four'].entries()) await vault.put(name, Uint8Array.of(index))
  vaults.lose(place.url, 'one')
  vaults.swap(place.url, 'two', 'three')
  vaults.replace(place.url, 'four', Uint8Array.of(9))
  t.equal(await vault.get('one'), undefined)
  for (const name of ['two', 'three']) t.equal(await outcome(() => vault.get(name)), 'VAULT_CORRUPT', name)
  t.strictSame(await vault.get('four'), Uint8Array.of(9))
  t.strictSame(vaults.names(place.url).sort(), ['four', 'three', 'two'])
})

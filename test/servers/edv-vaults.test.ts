import { vaultContract } from '@keyhold/contract'
import t from 'tap'
import { openVaults, withEdv } from '../support/edv-server.ts'
import { newSigner, newWallet, placeOf } from '../support/edv-wallet.ts'

const signer = await newSigner()

for (const auth of ['zcap', 'none'] as const) {
  await withEdv(t, `the contract, authorization: ${auth}`, { auth }, async (t, server) => {
    await vaultContract(t, async t => ({
      vaults: openVaults(t, server.url),
      place: await placeOf(await newWallet(server.url), signer),
    }))
  })
}

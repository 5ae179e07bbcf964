import { openEmbeddedKeyStore } from '@keyhold/adapters'
import { keyStoreContract } from '@keyhold/contract'
import type { KeyStorePort } from '@keyhold/core'
import t, { type Test } from 'tap'
import { temporaryDirectory } from '../support/temporary-directory.ts'

await keyStoreContract(t, async t => openStore(t, await temporaryDirectory(t)), {
  async openPair(t) {
    const directory = await temporaryDirectory(t)
    return [await openStore(t, directory), await openStore(t, directory)]
  },
})

async function openStore(t: Test, directory: string): Promise<KeyStorePort> {
  const store = await openEmbeddedKeyStore({ directory })
  t.teardown(() => store.close())
  return store
}

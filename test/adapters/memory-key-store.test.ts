import { MemoryKeyStore } from '@keyhold/adapters'
import { keyStoreContract } from '@keyhold/contract'
import t from 'tap'

await keyStoreContract(t, async () => new MemoryKeyStore())

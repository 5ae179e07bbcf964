import { MemorySecretShares } from '@keyhold/adapters'
import { secretShareContract } from '@keyhold/contract'
import t from 'tap'

await secretShareContract(t, async (_t, shares) => new MemorySecretShares(shares))

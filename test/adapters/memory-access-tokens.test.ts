import { MemoryAccessTokens, systemClock } from '@keyhold/adapters'
import { accessTokenContract } from '@keyhold/contract'
import t from 'tap'

await accessTokenContract(
  t,
  'https://issuer.example',
  async (_t, tokens) => new MemoryAccessTokens(tokens, systemClock),
)
